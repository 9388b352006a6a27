"""The HTTP routes of the RAG service: parse, one call, return."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from app.kernel.documents import Chunk, ExtractedText, JobStatus
from app.kernel.errors import Conflict, GenaiError
from app.kernel.filters import parse_filter
from app.rag import layout
from app.rag.answer.citations import FoundCitation, TextDelta
from app.rag.ask import Answered, AskEvent, Retrieved
from app.rag.bodies import (
    REPLACE_FORMS,
    RETRIEVAL_FORM,
    UPLOAD_FORMS,
    read_replacement,
    read_retrieval,
    read_upload,
)
from app.rag.catalog import Document, Job
from app.rag.schemas import (
    ChunkList,
    DocumentList,
    DocumentView,
    JobList,
    JobView,
    QueryRequest,
    QueryResponse,
    ResidueView,
    RetrievalResponse,
    TextView,
    UploadResponse,
)  # fmt: skip
from app.rag.search import check_query
from app.rag.service import RagService
from app.rag.views import chunk_view, document_view, job_view, residue_view, result
from app.web.authentication import tenant as tenant_of
from app.web.direct import DirectRoute
from app.web.events import Event, event_stream
from app.web.problems import STATUS, problem_responses, request_id_of

Tenant = Annotated[str, Depends(tenant_of)]
Wait = Annotated[float, Query(ge=0, le=300, description="Seconds to wait for the job to end.")]
PageSize = Annotated[int, Query(ge=1, le=1000)]
Order = Annotated[Literal["oldest", "newest"], Query(description="What comes first.")]
After = Annotated[str | None, Query(max_length=128, description="The `after` of the page before.")]


class Reply(Response):
    """A JSON body that is ready; the schema stands in the route's documentation."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content)


def rag_router(service: RagService) -> APIRouter:
    """All routes of the RAG service over one set of use cases."""
    router = APIRouter()
    _add_answers(router, service)
    _add_documents(router, service)
    _add_jobs(router, service)
    return router


def _add_answers(router: APIRouter, service: RagService) -> None:
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
        return Reply({"results": [result(hit) for hit in found.hits]})

    router.add_api_route(
        "/v1/retrieval", retrieval, methods=["POST"], tags=["answers"], response_model=RetrievalResponse,
        openapi_extra=RETRIEVAL_FORM, responses=problem_responses(415, 422, 503), route_class_override=DirectRoute,
    )  # fmt: skip

    @router.post(
        "/query", tags=["answers"], response_model=QueryResponse, responses=problem_responses(422, 502, 503)
    )
    async def query(body: QueryRequest, request: Request, tenant: Tenant) -> Response:
        """Answer a question from the tenant's documents, with a verified citation for what it says."""
        check_query(body.question)
        events = service.ask(
            body.question,
            tenant=tenant,
            top_k=body.top_k,
            where=parse_filter(body.filters),
            min_score=body.min_score,
        )
        trace_id = request_id_of(request)
        if body.stream:
            return event_stream(_stream(events, trace_id), request_id=trace_id)
        return Reply(await _collect(events, trace_id))


def _add_documents(router: APIRouter, service: RagService) -> None:
    @router.post(
        "/upload", tags=["documents"], response_model=UploadResponse, openapi_extra=UPLOAD_FORMS,
        responses={202: {"model": UploadResponse}, **problem_responses(409, 413, 415, 422, 503)},
    )  # fmt: skip
    async def upload(request: Request, tenant: Tenant, wait: Wait = 0) -> Response:
        """Take a document in. 200: it answers queries now; 202: its job goes on; 4xx: it cannot be read."""
        body = await read_upload(request)
        accepted = await service.upload.add(
            tenant, filename=body.filename or "", content=body.content or b"", metadata=body.metadata or {}
        )
        return await _accepted(accepted.job, accepted.job.sha256, accepted.duplicate_of, tenant, wait)

    @router.get("/v1/documents", tags=["documents"], responses=problem_responses(422))
    async def documents(
        tenant: Tenant, limit: PageSize = 100, after: After = None, order: Order = "oldest"
    ) -> DocumentList:
        """The tenant's documents by the time they were first uploaded."""
        page, following = await service.documents(
            tenant, after=after, limit=limit, newest_first=order == "newest"
        )
        return DocumentList(documents=[document_view(document) for document in page], after=following)

    @router.get("/v1/documents/{document_id}", tags=["documents"], responses=problem_responses(404))
    async def document(document_id: str, tenant: Tenant) -> DocumentView:
        return document_view(await service.document(tenant, document_id))

    @router.put(
        "/v1/documents/{document_id}", tags=["documents"], response_model=UploadResponse, openapi_extra=REPLACE_FORMS,
        responses={202: {"model": UploadResponse}, **problem_responses(404, 409, 413, 415, 422, 503)},
    )  # fmt: skip
    async def replace(document_id: str, request: Request, tenant: Tenant, wait: Wait = 0) -> Response:
        """A new version, which replaces the old one in a single switch; or only a new name or metadata."""
        body = await read_replacement(request)
        if body.content is None:
            changed = await service.describe(
                tenant, document_id, filename=body.filename, metadata=body.metadata
            )
            return Reply(
                {
                    "document_id": document_id,
                    "job_id": changed.job_id,
                    "status": "done",
                    "sha256": changed.sha256,
                }
            )
        accepted = await service.upload.replace(
            tenant, document_id, filename=body.filename, content=body.content, metadata=body.metadata
        )
        return await _accepted(accepted.job, accepted.job.sha256, accepted.duplicate_of, tenant, wait)

    @router.delete(
        "/v1/documents/{document_id}", tags=["documents"], response_model=JobView,
        responses={202: {"model": JobView}, **problem_responses(404, 503)},
    )  # fmt: skip
    async def delete(document_id: str, tenant: Tenant, wait: Wait = 10) -> Response:
        """Hide a document at once and remove all of it. 200: gone; 202: the removal goes on."""
        requested = await service.delete.request(tenant, document_id)
        job = await service.wait(tenant, requested.job_id, wait_s=wait)
        return JSONResponse(job_view(job).model_dump(), status_code=200 if job.status.ended else 202)

    @router.get("/v1/documents/{document_id}/chunks", tags=["documents"], responses=problem_responses(404))
    async def chunks(document_id: str, tenant: Tenant) -> ChunkList:
        found, pieces = await service.read(tenant, document_id, _chunks_of)
        views = [chunk_view(document_id, found.version, piece) for piece in pieces]
        return ChunkList(document_id=document_id, version=found.version, chunks=views)

    @router.get("/v1/documents/{document_id}/text", tags=["documents"], responses=problem_responses(404))
    async def text(document_id: str, tenant: Tenant) -> TextView:
        found, extracted = await service.read(tenant, document_id, _text_of)
        return TextView(
            document_id=document_id,
            version=found.version,
            filename=found.filename,
            pages=found.pages,
            text=extracted.text,
        )

    @router.get("/v1/documents/{document_id}/residue", tags=["documents"], responses=problem_responses(404))
    async def residue(document_id: str, tenant: Tenant) -> ResidueView:
        """How much of a document is left in each store; 0 everywhere once its deletion is done."""
        return residue_view(document_id, await service.delete.residue(tenant, document_id))

    async def _text_of(document: Document) -> ExtractedText:
        return layout.decode_extracted(await service.objects.get(_prefix(document) + "extracted.json"))

    async def _chunks_of(document: Document) -> list[Chunk]:
        text = (await _text_of(document)).text
        return layout.decode_chunks(await service.objects.get(_prefix(document) + "chunks.json"), text)

    async def _accepted(
        job: Job, sha256: str, duplicate_of: str | None, tenant: str, wait: float
    ) -> Response:
        if wait > 0:
            job = await service.wait(tenant, job.job_id, wait_s=wait)
        if job.status is JobStatus.FAILED and job.failure and wait > 0:
            raise _failure_error(job)
        if job.status is JobStatus.CANCELLED and wait > 0:
            raise Conflict(f"Job {job.job_id!r} was cancelled.", code="cancelled")
        answer = UploadResponse(
            document_id=job.document_id,
            job_id=job.job_id,
            status=job.status.value,
            sha256=sha256,
            duplicate_of=duplicate_of,
        )
        return JSONResponse(answer.model_dump(), status_code=200 if job.status is JobStatus.DONE else 202)


def _add_jobs(router: APIRouter, service: RagService) -> None:
    @router.get("/v1/jobs", tags=["jobs"], responses=problem_responses(422))
    async def jobs(
        tenant: Tenant,
        limit: PageSize = 100,
        after: After = None,
        document_id: str = "",
        order: Order = "oldest",
    ) -> JobList:
        """Jobs by the age of their document, those of one document in their order."""
        page, following = await service.catalog.jobs(
            tenant, document_id=document_id, after=after, limit=limit, newest_first=order == "newest"
        )
        return JobList(jobs=[job_view(job) for job in page], after=following)

    @router.get("/v1/jobs/{job_id}", tags=["jobs"], responses=problem_responses(404))
    async def job(job_id: str, tenant: Tenant) -> JobView:
        return job_view(await service.job(tenant, job_id))

    @router.get(
        "/v1/jobs/{job_id}/events", tags=["jobs"], response_class=Response, responses=problem_responses(404)
    )
    async def job_events(job_id: str, request: Request, tenant: Tenant) -> Response:
        """The job's progress as server-sent events: `progress` after each change, then done, failed or cancelled."""
        await service.job(tenant, job_id)

        async def changes() -> AsyncIterator[Event]:
            async for job in service.follow(tenant, job_id):
                yield (job.status.value if job.status.ended else "progress"), job_view(job).model_dump()

        return event_stream(changes(), request_id=request_id_of(request))

    @router.post(
        "/v1/jobs/{job_id}/retry", tags=["jobs"], status_code=202, responses=problem_responses(404, 409)
    )
    async def retry(job_id: str, tenant: Tenant) -> JobView:
        return job_view(await service.upload.retry(tenant, job_id))

    @router.post("/v1/jobs/{job_id}/cancel", tags=["jobs"], responses=problem_responses(404, 409))
    async def cancel(job_id: str, tenant: Tenant) -> JobView:
        return job_view(await service.upload.cancel(tenant, job_id))


def _prefix(document: Document) -> str:
    return layout.version_prefix(document.tenant, document.document_id, document.version)


async def _stream(events: AsyncIterator[AskEvent], trace_id: str) -> AsyncIterator[Event]:
    yield "meta", {"trace_id": trace_id}
    async for event in events:
        match event:
            case Retrieved():
                yield "retrieval", {"chunks": [result(hit) for hit in event.hits], "evidence": event.evidence}
            case TextDelta():
                yield "delta", {"text": event.text}
            case FoundCitation():
                yield "citation", _citation(event)
            case Answered():
                usage = {"input_tokens": event.usage.input_tokens, "output_tokens": event.usage.output_tokens}
                yield "usage", {**usage, "cost_usd": event.cost_usd, "model": event.model}
                yield (
                    "done",
                    {"abstained": event.abstained, "timings_ms": event.timings_ms, "trace_id": trace_id},
                )


async def _collect(events: AsyncIterator[AskEvent], trace_id: str) -> dict[str, Any]:
    answer: list[str] = []
    citations: list[dict[str, Any]] = []
    whole: dict[str, Any] = {"trace_id": trace_id}
    async for event in events:
        match event:
            case Retrieved():
                whole["chunks"] = [result(hit) for hit in event.hits]
            case TextDelta():
                answer.append(event.text)
            case FoundCitation():
                citations.append(_citation(event))
            case Answered():
                whole |= {
                    "abstained": event.abstained, "cost_usd": event.cost_usd, "model": event.model,
                    "timings_ms": event.timings_ms,
                    "usage": {"input_tokens": event.usage.input_tokens, "output_tokens": event.usage.output_tokens},
                }  # fmt: skip
    return {"answer": "".join(answer).strip(), "citations": citations, **whole}


def _citation(found: FoundCitation) -> dict[str, Any]:
    return {
        "document_id": found.document_id, "filename": found.filename, "version": found.version, "page": found.page,
        "start": found.start, "end": found.end, "quote": found.quote, "chunk_id": found.chunk_id,
        "verified": found.verified, "number": found.number,
    }  # fmt: skip


def _failure_error(job: Job) -> GenaiError:
    """The failure as the error it was, so that the waiting caller gets its status."""
    if job.failure is None:
        return GenaiError("The job failed without a reason.")
    kind = next((kind for kind, status in STATUS.items() if status == job.failure.status), GenaiError)
    return kind(job.failure.detail, code=job.failure.code)
