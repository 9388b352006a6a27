"""LanceDB: exact vector search, as it advises below 100,000 rows, and its full-text index for hybrid.

Fused by its default, RRF: its linear combination finds less (mean of the three sets .659 instead of .665).
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.peers.prepared import LIMIT, Ask, Prepared

_NAME = "chunks"


def build(folder: Path, prepared: Prepared) -> None:
    import lancedb
    import pyarrow
    from lancedb.index import FTS

    dimensions = prepared.vectors.shape[1]
    flat = pyarrow.array(prepared.vectors.reshape(-1), pyarrow.float32())
    rows = pyarrow.table(
        {
            "id": prepared.ids,
            "text": prepared.texts,
            "vector": pyarrow.FixedSizeListArray.from_arrays(flat, dimensions),
        }
    )
    table = lancedb.connect(folder).create_table(_NAME, rows)
    table.create_index("text", config=FTS())
    table.optimize()


def opened(folder: Path, prepared: Prepared, *, mode: str) -> Ask:
    import lancedb

    table = lancedb.connect(folder).open_table(_NAME)

    search = _by_vector(table, prepared) if mode == "vectors" else _by_both(table, prepared)
    return lambda questions: [_ids(search(question)) for question in questions]


def _by_vector(table: Any, prepared: Prepared) -> Callable[[str], Any]:
    return lambda question: table.search(prepared.one(question)).distance_type("cosine")


def _by_both(table: Any, prepared: Prepared) -> Callable[[str], Any]:
    from lancedb.rerankers import RRFReranker

    reranker = RRFReranker()

    def search(question: str) -> Any:
        query = table.search(query_type="hybrid").vector(prepared.one(question)).text(question)
        return query.distance_type("cosine").rerank(reranker)

    return search


def _ids(query: Any) -> list[str]:
    ids: list[str] = query.limit(LIMIT).select(["id"]).to_arrow()["id"].to_pylist()
    return ids
