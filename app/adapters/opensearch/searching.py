"""Searches one moment of an index: the record says what is hidden, both halves run beside each other, then fused."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.adapters.embedded.index.lexical import question_terms, terms
from app.adapters.opensearch.errors import of_part
from app.adapters.opensearch.facts import clauses
from app.adapters.opensearch.layout import RECORD_ID, Head, put_of, read_chunk, words_field
from app.adapters.opensearch.record import Record, Seen
from app.adapters.opensearch.visibility import Visibility
from app.kernel.documents import Chunk
from app.kernel.errors import BadInput, NotFound
from app.kernel.ports.index import Hit, SearchMode, SearchRequest
from app.kernel.retrieval import Fusion, RetrievalProfile, fuse
from app.kernel.wording import asked_about

# Candidates of each half, as many as the embedded index takes.
_DEPTH = 100
# OpenSearch's own bound on what one search returns.
_MOST_RESULTS = 10_000
_SEARCH_S = 10.0
# A search that loses this many races against publishes goes on with what is left of what it found.
_MOST_LOOKS = 8

Scores = dict[str, float]


class _Moved(Exception):
    """The index was switched or swept under the search."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What one look at the index brought: candidates of both halves by chunk id."""

    lexical: Scores
    vector: Scores


class IndexReader:
    """Finds visible chunks of one index; holds nothing between two searches."""

    def __init__(
        self, record: Record, *, fingerprint: str, profile: RetrievalProfile, fusion: Fusion
    ) -> None:
        self._record = record
        self._cluster = record.cluster
        self._fingerprint = fingerprint
        self._profile = profile
        self._fusion = fusion

    async def search(self, request: SearchRequest) -> list[Hit]:
        if request.mode is not SearchMode.LEXICAL and request.vector is None:
            raise BadInput(f"A {request.mode.value} search needs the vector of its text.")
        if request.limit <= 0:
            return []
        for look in range(1, _MOST_LOOKS + 1):
            seen = await self._record.look()
            await self._record.must_be_built_with(seen.index, self._fingerprint)
            try:
                found = await self._halves(request, seen)
                return await self._hits(request, seen, found, settle=look == _MOST_LOOKS)
            except _Moved:
                continue
        raise NotFound("The index was replaced again and again while it was searched; try again.")

    async def neighbours(self, hit: Hit, *, radius: int) -> list[Chunk]:
        ordinal = hit.chunk.ordinal
        seen = await self._record.look()
        must: list[dict[str, Any]] = [
            {"term": {"kind": "chunk"}},
            {"term": {"tenant": hit.document.tenant}},
            {"term": {"document_id": hit.document.document_id}},
            {"term": {"version": hit.document.version}},
            {"range": {"ordinal": {"gte": ordinal - radius, "lte": ordinal + radius}}},
        ]
        body = {
            "size": min(2 * radius + 1, _MOST_RESULTS),
            "_source": ["ordinal", "stored"],
            "sort": ["ordinal"],
            "query": _visible(seen.visibility, must),
        }
        try:
            reply = await self._cluster.call("POST", f"/{seen.index}/_search", body=body, timeout_s=_SEARCH_S)
        except NotFound:  # replaced by a rebuilt index at this moment
            return [hit.chunk]
        # A version that was replaced since the search is shown as it was found.
        return [read_chunk(one["_source"]) for one in reply["hits"]["hits"]] or [hit.chunk]

    async def coverage(self, tenant: str, question: str, passages: Sequence[str]) -> list[float]:
        asked = sorted(set(question_terms(asked_about(question))))
        if not asked:
            return [0.0] * len(passages)
        field = words_field(tenant)
        body = {
            "size": 0,
            "track_total_hits": True,
            "query": {"bool": {"filter": [{"term": {"kind": "chunk"}}, {"term": {"tenant": tenant}}]}},
            "aggs": {"of": {"filters": {"filters": [{"term": {field: word}} for word in asked]}}},
        }
        reply = await self._cluster.call(
            "POST", f"/{self._record.target}/_search", body=body, timeout_s=_SEARCH_S
        )
        number = reply["hits"]["total"]["value"]
        if not number:
            return [0.0] * len(passages)
        holding = [bucket["doc_count"] for bucket in reply["aggregations"]["of"]["buckets"]]
        weights = {
            word: math.log1p((number - min(n, number) + 0.5) / (n + 0.5))
            for word, n in zip(asked, holding, strict=True)
        }
        total = sum(weights.values())
        return [sum(weights[word] for word in weights.keys() & set(terms(text))) / total for text in passages]

    async def count(self) -> int:
        seen = await self._record.look()
        query = _visible(seen.visibility, [{"term": {"kind": "chunk"}}])
        reply = await self._cluster.call("POST", f"/{seen.index}/_count", body={"query": query})
        return int(reply["count"])

    async def _halves(self, request: SearchRequest, seen: Seen) -> _Found:
        header = {"index": seen.index, "allow_partial_search_results": False}
        depth = min(max(_DEPTH, request.limit), _MOST_RESULTS)
        queries = {}
        if request.mode is not SearchMode.VECTOR and (asked := question_terms(request.text)):
            queries["lexical"] = _lexical(request, seen.visibility, asked)
        # Nothing is near to a text without direction.
        if request.mode is not SearchMode.LEXICAL and np.any(request.vector):
            queries["vector"] = _nearest(request, seen.visibility, depth)
        lines: list[Mapping[str, Any]] = []
        for query in queries.values():
            lines += (header, {"size": depth, "_source": False, "track_total_hits": False, "query": query})
        replies = await self._cluster.many("/_msearch", lines, timeout_s=_SEARCH_S) if lines else []
        scores = {half: _scores(reply) for half, reply in zip(queries, replies, strict=True)}
        # Lucene turns a cosine into (1 + cosine) / 2, which is never negative.
        cosines = {key: min(1.0, 2 * score - 1) for key, score in scores.get("vector", {}).items()}
        return _Found(scores.get("lexical", {}), cosines)

    async def _hits(self, request: SearchRequest, seen: Seen, found: _Found, *, settle: bool) -> list[Hit]:
        """Fuse, and fetch what is shown together with the record: what has changed since means to look again."""
        keys = sorted({*found.lexical, *found.vector})
        rows = {key: row for row, key in enumerate(keys)}
        best = fuse(
            {rows[key]: score for key, score in found.lexical.items()},
            {rows[key]: score for key, score in found.vector.items()},
            lexical_weight=self._profile.lexical_weight,
            fusion=self._fusion,
            limit=request.limit,
        )
        shown = [keys[row] for row, _ in best]
        puts = list(dict.fromkeys(put_of(key) for key in shown))
        after, sources = await self._fetch(seen.index, [*shown, *puts])
        if not settle and _changed(seen, after, keys):
            raise _Moved
        heads = {put: Head.read(put, sources[put]) for put in puts if put in sources}
        return [
            Hit(
                heads[put_of(key)].document,
                read_chunk(sources[key]),
                score,
                found.lexical.get(key),
                found.vector.get(key),
            )
            for key, (_, score) in zip(shown, best, strict=True)
            if key in sources and put_of(key) in heads and not after.visibility.hides(put_of(key))
        ]

    async def _fetch(self, index: str, keys: Sequence[str]) -> tuple[Seen, dict[str, Any]]:
        """The record and these documents, in one reply, as of now."""
        parts: list[dict[str, Any]] = [{"_index": self._record.target, "_id": RECORD_ID}]
        parts += [{"_index": index, "_id": key, "_source": {"excludes": ["vector"]}} for key in keys]
        reply = await self._cluster.call(
            "POST",
            "/_mget",
            body={"docs": parts},
            params={"preference": "_primary"},
            timeout_s=_SEARCH_S,
        )
        record, *documents = reply["docs"]
        # A document whose index has just been dropped comes with an error and without `found`.
        return self._record.seen(record), {
            one["_id"]: one["_source"] for one in documents if one.get("found")
        }


def _visible(
    visibility: Visibility,
    must: list[dict[str, Any]],
    *,
    must_not: Sequence[dict[str, Any]] = (),
    scored: dict[str, Any] | None = None,
) -> dict[str, Any]:
    hidden = visibility.hidden()
    barred = [*must_not, *([{"terms": {"put": hidden}}] if hidden else [])]
    query: dict[str, Any] = {"filter": must, "must_not": barred}
    if scored is not None:
        query["must"] = scored
    return {"bool": query}


def _lexical(request: SearchRequest, visibility: Visibility, asked: Sequence[str]) -> dict[str, Any]:
    must, must_not = clauses(request.filter)
    field = words_field(request.tenant)
    # One query a word, so that nothing in a question has any meaning but its words.
    words = {"bool": {"should": [{"term": {field: {"value": word}}} for word in asked]}}
    tenant = {"term": {"tenant": request.tenant}}
    return _visible(visibility, [tenant, *must], must_not=must_not, scored=words)


def _nearest(request: SearchRequest, visibility: Visibility, depth: int) -> dict[str, Any]:
    must, must_not = clauses(request.filter)
    tenant = {"term": {"tenant": request.tenant}}
    assert request.vector is not None  # noqa: S101 - the caller looked
    return {
        "knn": {
            "vector": {
                "vector": request.vector.tolist(),
                "k": depth,
                "filter": _visible(visibility, [tenant, *must], must_not=must_not),
            }
        }
    }


def _scores(reply: Mapping[str, Any]) -> Scores:
    refusal = of_part(reply, "POST /_msearch")
    if isinstance(refusal, NotFound):
        raise _Moved
    if refusal is not None:
        raise refusal
    return {hit["_id"]: hit["_score"] for hit in reply["hits"]["hits"]}


def _changed(before: Seen, after: Seen, keys: Sequence[str]) -> bool:
    """Whether something that was looked at has been hidden, or was not to be seen when it was found."""
    return (
        before.index != after.index
        or before.visibility.turn != after.visibility.turn
        or any(after.visibility.hides(put) for put in {put_of(key) for key in keys})
    )
