"""Finds passages for a question: embeds it and asks the index, which fuses both halves."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.kernel.errors import BadInput
from app.kernel.filters import Filter
from app.kernel.ports.embeddings import Embedder
from app.kernel.ports.index import Hit, Index, SearchMode, SearchRequest

if TYPE_CHECKING:
    from app.kernel.ports.index import Vector

# 3 MB of vectors with MiniLM.
_REMEMBERED = 2_048
MAX_QUERY_CHARS = 8_192


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, best first, and where the time went."""

    hits: Sequence[Hit]
    vector: "Vector | None"
    embed_ms: float
    search_ms: float


@dataclass(frozen=True)
class Search:
    """One retrieval for every door of the product."""

    index: Index
    embedder: Embedder
    _remembered: "OrderedDict[tuple[str, str], Vector]" = field(default_factory=OrderedDict)

    async def __call__(
        self,
        query: str,
        *,
        tenant: str,
        limit: int,
        mode: SearchMode = SearchMode.HYBRID,
        where: Filter | None = None,
        min_score: float | None = None,
    ) -> Found:
        """At most `limit` chunks with a fused score of at least `min_score`. Raises BadInput for a blank query."""
        check_query(query)
        await _side_by_side()
        started = time.perf_counter()
        vector = None if mode is SearchMode.LEXICAL else await self._vector(query, tenant=tenant)
        embed_ms = (time.perf_counter() - started) * 1000
        await _side_by_side()
        started = time.perf_counter()
        hits = await self.index.search(SearchRequest(tenant, query, vector, limit, mode, where or Filter()))
        if min_score is not None:
            hits = [hit for hit in hits if hit.score >= min_score]
        return Found(hits, vector, embed_ms, (time.perf_counter() - started) * 1000)

    async def _vector(self, query: str, *, tenant: str) -> "Vector":
        """The query's vector; questions come again: a retry, the next page, the answer after the search.

        Remembered by tenant: how long embedding took must not tell that another one asked the same.
        """
        vector = self._remembered.pop((tenant, query), None)
        if vector is None:
            [vector] = await self.embedder.embed([query], kind="query")
        self._remembered[tenant, query] = vector
        if len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)
        return vector


async def _side_by_side() -> None:
    """Let the other requests at hand come to the same step first.

    So all of them are read, then embedded, then searched for: the model is larger than the processor's caches, and
    what it pushes out comes back once for all instead of once for each (16 at once: 2.3 instead of 3.1 ms each).
    """
    await asyncio.sleep(0)


def check_query(query: str) -> None:
    """Raises BadInput for a blank query."""
    if not query.strip():
        raise BadInput("The query is blank; ask for something.", code="blank_query")
