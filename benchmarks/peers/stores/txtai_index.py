"""txtai: its index on faiss, ids only, and its BM25 beside it for hybrid.

The best of what its documentation offers, measured on the three sets: all vectors compared (by default faiss divides larger
corpora into cells and misses some: scifact .625 instead of .648), and Bayesian scores (bb25) for BM25 (mean .671, default .668).
"""

from pathlib import Path
from typing import Any

from benchmarks.peers.prepared import LIMIT, Ask, Prepared


def build(folder: Path, prepared: Prepared) -> None:
    for mode in ("vectors", "hybrid"):
        index = _index(prepared, hybrid=mode == "hybrid")
        index.index(list(zip(prepared.ids, prepared.texts, strict=True)))
        # A function cannot be written to a file; it is handed over again when the index is opened.
        index.config.pop("transform")
        index.save(str(folder / mode))


def opened(folder: Path, prepared: Prepared, *, mode: str) -> Ask:
    index = _index(prepared, hybrid=mode == "hybrid")
    index.load(str(folder / mode), config={"transform": _transform(prepared)})

    def ask(questions: list[str]) -> list[list[str]]:
        return [[found for found, _ in index.search(question, LIMIT)] for question in questions]

    return ask


def _index(prepared: Prepared, *, hybrid: bool) -> Any:
    from txtai.embeddings import Embeddings

    settings = {
        "method": "external",
        "transform": _transform(prepared),
        "content": False,
        "dense": True,
        "faiss": {"components": "IDMap,Flat"},
    }
    lexical = {"scoring": {"method": "bm25", "terms": True, "normalize": "bb25"}} if hybrid else {}
    return Embeddings(settings | lexical)


def _transform(prepared: Prepared) -> Any:
    def transform(texts: list[str]) -> Any:
        return prepared.of(texts)

    return transform
