"""Passages for a query, and answers to questions."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from app.kernel.filters import parse_filter
from app.rag.answer.citations import FoundCitation, TextDelta
from app.rag.ask import Answered, Retrieved
from app.rag.bodies import RETRIEVAL_FORM, read_retrieval
from app.rag.conversation.converse import ConverseEvent, Understood
from app.rag.routes.parameters import Tenant
from app.rag.schemas import QueryRequest, QueryResponse, RetrievalResponse
from app.rag.search import check_query
from app.rag.service import RagService
from app.rag.views import result
from app.web.authentication import tenant as tenant_of
from app.web.direct import DirectRoute
from app.web.events import Event, event_stream
from app.web.problems import problem_responses, request_id_of
from app.web.rates import charge_tokens
from app.web.replies import Reply


def add_answers(router: APIRouter, service: RagService) -> None:
    async def retrieval(request: Request) -> Response:
        """The passages themselves, best first, as they stand in the index."""
        tenant = await tenant_of(request)
        body = await read_retrieval(request)
        found = await service.search(
            body.query,
            tenant=tenant,
            limit=body.limit,
            mode=body.mode,
            where=parse_filter(body.filters),
            min_score=body.min_score,
        )
        return Reply({"results": [result(hit) for hit in found.hits], "degraded": found.degraded})

    router.add_api_route(
        "/v1/retrieval", retrieval, methods=["POST"], tags=["answers"], response_model=RetrievalResponse,
        openapi_extra=RETRIEVAL_FORM, responses=problem_responses(415, 422, 429, 503), route_class_override=DirectRoute,
    )  # fmt: skip

    @router.post(
        "/query",
        tags=["answers"],
        response_model=QueryResponse,
        responses=problem_responses(422, 429, 502, 503),
    )
    async def query(body: QueryRequest, request: Request, tenant: Tenant) -> Response:
        """Answer a question from the tenant's documents, with a verified citation for what it says."""
        check_query(body.question)
        answer = partial(
            service.ask,
            tenant=tenant,
            top_k=body.top_k,
            where=parse_filter(body.filters),
            min_score=body.min_score,
        )
        events = service.converse(body.question, answer, tenant=tenant, session_id=body.session_id)
        events = charged(events, request)
        trace_id = request_id_of(request)
        if body.stream:
            return event_stream(_stream(events, trace_id), request_id=trace_id)
        return Reply(await collected(events, trace_id))


async def charged(events: AsyncIterator[ConverseEvent], request: Request) -> AsyncIterator[ConverseEvent]:
    """The same events; what the answer used counts against the key's tokens."""
    async for event in events:
        if isinstance(event, Answered):
            await charge_tokens(request, event.usage.input_tokens + event.usage.output_tokens)
        yield event


async def _stream(events: AsyncIterator[ConverseEvent], trace_id: str) -> AsyncIterator[Event]:
    async for event in events:
        match event:
            case Understood():
                yield "meta", {"trace_id": trace_id, **_understood(event)}
            case Retrieved():
                chunks = [result(hit) for hit in event.hits]
                yield (
                    "retrieval",
                    {"chunks": chunks, "evidence": event.evidence, "degraded": event.degraded},
                )
            case TextDelta():
                yield "delta", {"text": event.text}
            case FoundCitation():
                yield "citation", _citation(event)
            case Answered():
                usage = {"input_tokens": event.usage.input_tokens, "output_tokens": event.usage.output_tokens}
                yield (
                    "usage",
                    {**usage, "cost_usd": event.cost_usd, "model": event.model, "cached": event.cached},
                )
                yield (
                    "done",
                    {
                        "abstained": event.abstained,
                        "cached": event.cached,
                        "timings_ms": event.timings_ms,
                        "trace_id": trace_id,
                    },
                )


async def collected(events: AsyncIterator[ConverseEvent], trace_id: str) -> dict[str, Any]:
    answer: list[str] = []
    citations: list[dict[str, Any]] = []
    whole: dict[str, Any] = {"trace_id": trace_id}
    async for event in events:
        match event:
            case Understood():
                whole |= _understood(event)
            case Retrieved():
                whole |= {"chunks": [result(hit) for hit in event.hits], "degraded": event.degraded}
            case TextDelta():
                answer.append(event.text)
            case FoundCitation():
                citations.append(_citation(event))
            case Answered():
                whole |= {
                    "abstained": event.abstained, "cost_usd": event.cost_usd, "model": event.model,
                    "timings_ms": event.timings_ms, "cached": event.cached,
                    "usage": {"input_tokens": event.usage.input_tokens, "output_tokens": event.usage.output_tokens},
                }  # fmt: skip
    return {"answer": "".join(answer).strip(), "citations": citations, **whole}


def _understood(event: Understood) -> dict[str, Any]:
    return {"session_id": event.session_id, "standalone_question": event.standalone_question}


def _citation(found: FoundCitation) -> dict[str, Any]:
    return {
        "document_id": found.document_id, "filename": found.filename, "version": found.version, "page": found.page,
        "start": found.start, "end": found.end, "quote": found.quote, "chunk_id": found.chunk_id,
        "verified": found.verified, "number": found.number,
    }  # fmt: skip
