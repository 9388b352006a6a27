"""POST /v1/vector_stores/{id}/search: the product's own retrieval, limited to the files of a store."""

from collections.abc import Sequence
from dataclasses import replace

from fastapi import APIRouter

from app.kernel.documents import chunk_id
from app.kernel.errors import BadInput
from app.kernel.filters import Condition, Filter
from app.kernel.ports.index import Hit
from app.kernel.retrieval import RetrievalProfile, fuse
from app.rag.openai_wire.attribute_filters import parse_attribute_filter
from app.rag.openai_wire.holdings import Member, sliced
from app.rag.openai_wire.ids import file_id_of
from app.rag.openai_wire.schemas import FileContent, SearchPage, SearchResult, StoreSearch
from app.rag.openai_wire.shape import error_responses
from app.rag.openai_wire.stores import VectorStores
from app.rag.routes.parameters import Tenant
from app.rag.search import MAX_QUERY_CHARS, Degraded, check_query
from app.rag.service import RagService

# What one condition of a filter may list; larger stores are searched in as many parts.
_IDS_A_SEARCH = 1_000


def add_search(router: APIRouter, service: RagService, stores: VectorStores) -> None:
    @router.post(
        "/vector_stores/{vector_store_id}/search", tags=["openai"], responses=error_responses(400, 404, 503)
    )
    async def search_store(vector_store_id: str, body: StoreSearch, tenant: Tenant) -> SearchPage:
        """Passages of the store's files, best first. Of several queries, each passage counts with its best."""
        queries = _queries(body)
        passes = parse_attribute_filter(body.filters)
        await stores.open(tenant, vector_store_id)
        members = {
            member.document_id: member
            async for member in stores.members(tenant, vector_store_id)
            if not member.cancelled and passes(member.attributes)
        }
        hits, degraded = await _search(tenant, queries, list(members), body.max_num_results)
        return SearchPage(
            search_query=queries,
            data=[
                _result(hit, members[hit.document.document_id])
                for hit in hits
                if hit.score >= body.ranking_options.score_threshold
            ],
            x_genai={"degraded": degraded},
        )

    async def _search(
        tenant: str, queries: list[str], document_ids: list[str], limit: int
    ) -> tuple[list[Hit], Degraded | None]:
        best: dict[str, Hit] = {}
        degraded: Degraded | None = None
        for query in queries:
            parts = []
            for ids in sliced(document_ids, _IDS_A_SEARCH):
                where = Filter((Condition("document_id", "in", tuple(ids)),))
                found = await service.search(query, tenant=tenant, limit=limit, where=where)
                parts.append(found.hits)
                degraded = degraded or found.degraded
            for hit in merged(parts, service.search.embedder.profile):
                if (known := best.get(_key(hit))) is None or hit.score > known.score:
                    best[_key(hit)] = hit
        return sorted(best.values(), key=lambda hit: -hit.score)[:limit], degraded


def merged(parts: Sequence[Sequence[Hit]], profile: RetrievalProfile) -> list[Hit]:
    """One ranking of searches over parts of a store.

    Fused scores are scaled within one search and do not compare between two; the raw ones do, and are fused anew.
    """
    if len(parts) <= 1:
        return list(parts[0]) if parts else []
    hits = [hit for part in parts for hit in part]
    lexical = {row: hit.lexical_score for row, hit in enumerate(hits) if hit.lexical_score is not None}
    vector = {row: hit.vector_score for row, hit in enumerate(hits) if hit.vector_score is not None}
    ranked = fuse(lexical, vector, lexical_weight=profile.lexical_weight)
    return [replace(hits[row], score=score) for row, score in ranked]


def _queries(body: StoreSearch) -> list[str]:
    queries = [body.query] if isinstance(body.query, str) else body.query
    for query in queries:
        check_query(query)
        if len(query) > MAX_QUERY_CHARS:
            raise BadInput(
                f"A query has {len(query):,} characters; at most {MAX_QUERY_CHARS:,} are taken.",
                code="string_above_max_length", field="query",
            )  # fmt: skip
    return queries


def _key(hit: Hit) -> str:
    return chunk_id(hit.document.document_id, hit.document.version, hit.chunk.ordinal)


def _result(hit: Hit, member: Member) -> SearchResult:
    return SearchResult(
        file_id=file_id_of(hit.document.document_id),
        filename=hit.document.filename,
        score=hit.score,
        attributes=dict(member.attributes),
        content=[FileContent(text=hit.chunk.text)],
        x_genai={
            "document_id": hit.document.document_id,
            "chunk_id": _key(hit),
            "page": hit.chunk.page,
            "start": hit.chunk.start,
            "end": hit.chunk.end,
            "lexical_score": hit.lexical_score,
            "vector_score": hit.vector_score,
        },
    )
