"""LangChain's InMemoryVectorStore with its dump to a file; it has no lexical half."""

from pathlib import Path
from typing import Any

from benchmarks.peers.prepared import LIMIT, Ask, Prepared

_FILE = "store.json"


def build(folder: Path, prepared: Prepared) -> None:
    from langchain_core.vectorstores import InMemoryVectorStore

    store = InMemoryVectorStore(_embeddings(prepared))
    store.add_texts(prepared.texts, ids=prepared.ids)
    store.dump(str(folder / _FILE))


def opened(folder: Path, prepared: Prepared, *, mode: str) -> Ask:
    from langchain_core.vectorstores import InMemoryVectorStore

    assert mode == "vectors"
    store = InMemoryVectorStore.load(str(folder / _FILE), _embeddings(prepared))

    def ask(questions: list[str]) -> list[list[str]]:
        return [
            [str(document.id) for document in store.similarity_search(question, k=LIMIT)]
            for question in questions
        ]

    return ask


def _embeddings(prepared: Prepared) -> Any:
    from langchain_core.embeddings import Embeddings

    class Ready(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [row.tolist() for row in prepared.of(texts)]

        def embed_query(self, text: str) -> list[float]:
            numbers: list[float] = prepared.one(text).tolist()
            return numbers

    return Ready()
