"""Finds passages for a question: embeds it and asks the index, which fuses both halves."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from prometheus_client import Counter

from app.kernel.errors import BadInput, ProviderDenied, Unavailable
from app.kernel.filters import Filter
from app.kernel.ports.embeddings import Embedder
from app.kernel.ports.index import Hit, Index, SearchMode, SearchRequest

if TYPE_CHECKING:
    from app.kernel.ports.index import Vector

_log = logging.getLogger("genai.search")
_DEGRADED = Counter(
    "genai_degraded_searches_total", "Searches that lacked a half, by what was left", ["degraded"]
)

Degraded = Literal["lexical_only"]
# 3 MB of vectors with MiniLM.
_REMEMBERED = 2_048
# Turns of the event loop that a request waits for company; without company it is one.
_MOST_TURNS = 3
MAX_QUERY_CHARS = 8_192


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, best first, and where the time went. `degraded` says what was searched instead of all that was asked for."""

    hits: Sequence[Hit]
    vector: "Vector | None"
    embed_ms: float
    search_ms: float
    degraded: Degraded | None = None


class SideBySide:
    """Lets the requests at hand embed one after the other, and then search one after the other.

    The model is larger than the processor's caches: what it pushes out comes back once for all of them instead of
    once for each. In process, 16 at once: 2.3 ms of a core a request instead of 3.1. Behind HTTP, 16 connections a
    worker: newcomers that wait for those in between make groups of 8 instead of 5, and 7 % more answers.
    """

    def __init__(self) -> None:
        self._embedded = 0

    async def before_embedding(self) -> None:
        """Wait for those who go on to search: their answers bring the next requests, which then come along."""
        for _ in range(_MOST_TURNS):
            if not self._embedded:
                break
            await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def before_searching(self) -> None:
        """Wait for those who embed in this turn of the event loop."""
        self._embedded += 1
        try:
            await asyncio.sleep(0)
        finally:
            self._embedded -= 1


@dataclass(frozen=True)
class Search:
    """One retrieval for every door of the product."""

    index: Index
    embedder: Embedder
    _together: SideBySide = field(default_factory=SideBySide)
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
        """At most `limit` chunks with a fused score of at least `min_score`. Raises BadInput for a blank query.

        A hybrid search whose question cannot be embedded now goes by the words alone and says so in `degraded`.
        """
        check_query(query)
        await self._together.before_embedding()
        started = time.perf_counter()
        vector, degraded = await self._vector_for(query, tenant=tenant, mode=mode)
        embed_ms = (time.perf_counter() - started) * 1000
        await self._together.before_searching()
        started = time.perf_counter()
        mode = SearchMode.LEXICAL if degraded else mode
        hits = await self.index.search(SearchRequest(tenant, query, vector, limit, mode, where or Filter()))
        if min_score is not None:
            hits = [hit for hit in hits if hit.score >= min_score]
        return Found(hits, vector, embed_ms, (time.perf_counter() - started) * 1000, degraded)

    async def _vector_for(
        self, query: str, *, tenant: str, mode: SearchMode
    ) -> "tuple[Vector | None, Degraded | None]":
        if mode is SearchMode.LEXICAL:
            return None, None
        try:
            return await self._vector(query, tenant=tenant), None
        except (Unavailable, ProviderDenied) as error:
            if mode is SearchMode.VECTOR:
                raise
            _log.warning("A question goes by its words alone: %s", error.detail)
            _DEGRADED.labels("lexical_only").inc()
            return None, "lexical_only"

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


def check_query(query: str) -> None:
    """Raises BadInput for a blank query."""
    if not query.strip():
        raise BadInput("The query is blank; ask for something.", code="blank_query")
