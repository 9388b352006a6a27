"""Ours: the search of the product, over its embedded index."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.prepared import LIMIT, TENANT, Ask, Prepared, Vectors


def opened(folder: Path, prepared: Prepared, *, mode: str) -> Ask:
    from app.adapters.embedded.index import EmbeddedIndex
    from app.kernel.ports.embeddings import TextKind
    from app.kernel.ports.index import SearchMode
    from app.kernel.retrieval import MINILM_PROFILE
    from app.rag.search import Search

    class Embedder:
        """The vectors that were made before."""

        fingerprint = prepared.fingerprint
        dimensions = prepared.vectors.shape[1]
        max_tokens = 254
        counts_word_pieces = True
        profile = MINILM_PROFILE

        def count_tokens(self, text: str) -> int:
            return len(text.split())

        async def embed(self, texts: Sequence[str], *, kind: TextKind = "passage") -> Vectors:
            return prepared.of(texts)

        async def ping(self) -> None: ...

    embedder = Embedder()
    index = EmbeddedIndex.open(
        folder, fingerprint=embedder.fingerprint, dimensions=embedder.dimensions, profile=MINILM_PROFILE
    )
    search = Search(index, embedder)
    wanted = SearchMode.HYBRID if mode == "hybrid" else SearchMode.VECTOR
    runner = asyncio.Runner()

    async def block(questions: list[str]) -> list[list[str]]:
        return [await one(question) for question in questions]

    async def one(question: str) -> list[str]:
        found = await search(question, tenant=TENANT, limit=LIMIT, mode=wanted)
        return [f"{hit.document.document_id}#{hit.chunk.ordinal}" for hit in found.hits]

    return lambda questions: runner.run(block(questions))
