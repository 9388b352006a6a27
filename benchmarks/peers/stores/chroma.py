"""Chroma, persistent, in process: an HNSW graph with its default breadth. Its BM25 and fusion run in its cloud only."""

from pathlib import Path
from typing import Any

from benchmarks.peers.prepared import LIMIT, Ask, Prepared

_NAME = "chunks"


def build(folder: Path, prepared: Prepared) -> None:
    client = _client(folder)
    collection = client.create_collection(
        _NAME, embedding_function=_function(prepared), configuration={"hnsw": {"space": "cosine"}}
    )
    step = client.get_max_batch_size()
    for start in range(0, len(prepared.ids), step):
        part = slice(start, start + step)
        collection.add(
            ids=prepared.ids[part], documents=prepared.texts[part], embeddings=prepared.vectors[part]
        )


def opened(folder: Path, prepared: Prepared, *, mode: str) -> Ask:
    assert mode == "vectors"
    collection = _client(folder).get_collection(_NAME, embedding_function=_function(prepared))

    def ask(questions: list[str]) -> list[list[str]]:
        return [
            collection.query(query_texts=[question], n_results=LIMIT, include=[])["ids"][0]
            for question in questions
        ]

    return ask


def _client(folder: Path) -> Any:
    import chromadb

    return chromadb.PersistentClient(str(folder), chromadb.Settings(anonymized_telemetry=False))


def _function(prepared: Prepared) -> Any:
    from chromadb import EmbeddingFunction

    class Ready(EmbeddingFunction):  # type: ignore[misc] # its package is in the peers' environment only
        def __init__(self) -> None: ...

        def __call__(self, input: list[str]) -> Any:  # noqa: A002 - Chroma's own name
            return list(prepared.of(input))

        @staticmethod
        def name() -> str:
            return "ready"

        def get_config(self) -> dict[str, Any]:
            return {}

        @staticmethod
        def build_from_config(config: dict[str, Any]) -> "Ready":
            return Ready()

    return Ready()
