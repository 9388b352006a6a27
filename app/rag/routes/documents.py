"""Documents: taken in, listed, read, replaced, deleted, and what is left of them."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from app.kernel.documents import Chunk, ExtractedText, JobStatus
from app.kernel.errors import Conflict, GenaiError
from app.rag import layout
from app.rag.bodies import REPLACE_FORMS, UPLOAD_FORMS, read_replacement, read_upload
from app.rag.catalog import Document, Failure
from app.rag.routes.parameters import After, Order, PageSize, Tenant, Wait
from app.rag.schemas import (
    ChunkList,
    DocumentList,
    DocumentView,
    JobView,
    ResidueView,
    TextView,
    UploadResponse,
)
from app.rag.service import RagService
from app.rag.upload import Accepted
from app.rag.views import chunk_view, document_view, job_view, residue_view
from app.web.problems import STATUS, problem_responses
from app.web.replies import Reply


def add_documents(router: APIRouter, service: RagService) -> None:
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
        return await _told(accepted, tenant, wait)

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
        return await _told(accepted, tenant, wait)

    @router.delete(
        "/v1/documents/{document_id}", tags=["documents"], response_model=JobView,
        responses={202: {"model": JobView}, **problem_responses(404, 503)},
    )  # fmt: skip
    async def delete(document_id: str, tenant: Tenant, wait: Wait = 10) -> Response:
        """Hide a document at once and remove all of it. 200: gone; 202: the removal goes on."""
        requested = await service.delete.request(tenant, document_id)
        job = await service.wait(tenant, requested.job_id, wait_s=wait)
        if job.failure:  # hidden it is, and stays; what is left of it goes when it is deleted again
            raise _failure_error(job.failure)
        return JSONResponse(job_view(job).model_dump(), status_code=200 if job.status.ended else 202)

    @router.get("/v1/documents/{document_id}/chunks", tags=["documents"], responses=problem_responses(404))
    async def chunks(document_id: str, tenant: Tenant) -> ChunkList:
        return await read_chunks(service, tenant, document_id)

    @router.get("/v1/documents/{document_id}/text", tags=["documents"], responses=problem_responses(404))
    async def text(document_id: str, tenant: Tenant) -> TextView:
        return await read_text(service, tenant, document_id)

    @router.get("/v1/documents/{document_id}/residue", tags=["documents"], responses=problem_responses(404))
    async def residue(document_id: str, tenant: Tenant) -> ResidueView:
        """How much of a document is left in each store; 0 everywhere once its deletion is done."""
        return residue_view(document_id, await service.delete.residue(tenant, document_id))

    async def _told(accepted: Accepted, tenant: str, wait: float) -> Response:
        job = accepted.job
        if wait > 0:
            job = await service.wait(tenant, job.job_id, wait_s=wait)
            if job.status is JobStatus.FAILED and job.failure:
                raise _failure_error(job.failure)
            if job.status is JobStatus.CANCELLED:
                raise Conflict(f"Job {job.job_id!r} was cancelled.", code="cancelled")
        answer = UploadResponse(
            document_id=job.document_id,
            job_id=job.job_id,
            status=job.status.value,
            sha256=accepted.job.sha256,
            duplicate_of=accepted.duplicate_of,
        )
        return JSONResponse(answer.model_dump(), status_code=200 if job.status is JobStatus.DONE else 202)


async def read_text(service: RagService, tenant: str, document_id: str) -> TextView:
    """The visible version's extracted text."""

    async def text_of(document: Document) -> ExtractedText:
        return layout.decode_extracted(await service.objects.get(_prefix(document) + "extracted.json"))

    found, extracted = await service.read(tenant, document_id, text_of)
    return TextView(
        document_id=document_id,
        version=found.version,
        filename=found.filename,
        pages=found.pages,
        text=extracted.text,
    )


async def read_chunks(service: RagService, tenant: str, document_id: str) -> ChunkList:
    """The visible version's chunks."""

    async def chunks_of(document: Document) -> list[Chunk]:
        prefix = _prefix(document)
        text = layout.decode_extracted(await service.objects.get(prefix + "extracted.json")).text
        return layout.decode_chunks(await service.objects.get(prefix + "chunks.json"), text)

    found, pieces = await service.read(tenant, document_id, chunks_of)
    views = [chunk_view(document_id, found.version, piece) for piece in pieces]
    return ChunkList(document_id=document_id, version=found.version, chunks=views)


def _prefix(document: Document) -> str:
    return layout.version_prefix(document.tenant, document.document_id, document.version)


def _failure_error(failure: Failure) -> GenaiError:
    """The failure as the error it was, so that the waiting caller gets its status."""
    kind = next((kind for kind, status in STATUS.items() if status == failure.status), GenaiError)
    return kind(failure.detail, code=failure.code)
