"""The routes of files: a file is a document, and uploading one starts its ingestion at once."""

from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import UploadFile

from app.kernel.documents import DocumentStatus
from app.kernel.errors import BadInput, NotFound
from app.rag import layout
from app.rag.bodies import read_form
from app.rag.catalog import Document
from app.rag.openai_wire.cursors import Cursor, Stretch, listing, page_of
from app.rag.openai_wire.ids import document_id_of, file_id_of, no_such_file
from app.rag.openai_wire.schemas import Deleted, FileView, ListOf
from app.rag.openai_wire.shape import error_responses
from app.rag.routes.parameters import Tenant
from app.rag.service import RagService
from app.rag.upload import clean_filename

PURPOSES = ("assistants", "user_data")
_PURPOSE = "purpose"
_STATUS: dict[DocumentStatus, Literal["uploaded", "processed", "error"]] = {
    DocumentStatus.PENDING: "uploaded",
    DocumentStatus.READY: "processed",
    DocumentStatus.FAILED: "error",
    DocumentStatus.DELETING: "error",
}
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "purpose"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "purpose": {"type": "string", "enum": list(PURPOSES)},
                    },
                }
            }
        },
    }
}


def add_files(router: APIRouter, service: RagService) -> None:
    @router.post("/files", tags=["openai"], openapi_extra=_FORM, responses=error_responses(400, 413, 503))
    async def create_file(request: Request, tenant: Tenant) -> FileView:
        """Take a file in. Bytes that the tenant has already are the file that holds them, not a second one."""
        async with read_form(request, max_fields=8) as form:
            file, purpose = form.get("file"), form.get("purpose")
            if any(name.startswith("expires_after") for name in form):
                raise _bad("expires_after", "Files stay until they are deleted; leave `expires_after` out.")
            if purpose not in PURPOSES:
                raise _bad(
                    "purpose", f"`purpose` is one of {', '.join(PURPOSES)}, not {str(purpose)[:40]!r}."
                )
            if not isinstance(file, UploadFile):
                raise _bad("file", "The form has no `file` part with a file name.")
            name, content = clean_filename(file.filename or ""), await file.read()
        accepted = await service.upload.add(
            tenant, filename=name, content=content, metadata={_PURPOSE: str(purpose)}
        )
        return file_object(accepted.document)

    @router.get("/files", tags=["openai"], responses=error_responses(400))
    async def list_files(
        tenant: Tenant,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 10_000,
        order: Literal["asc", "desc"] = "desc",
        after: Annotated[str | None, Query(max_length=128)] = None,
        purpose: str | None = None,
    ) -> ListOf[FileView]:
        """Every document of the tenant, also those that came in another way."""

        async def read(stretch: Stretch) -> tuple[list[FileView], str | None]:
            found, following = await service.documents(
                tenant, after=stretch.after, limit=stretch.limit, newest_first=stretch.descending
            )
            views = [file_object(document) for document in found]
            return [view for view in views if purpose in (None, view.purpose)], following

        page = await page_of(read, Cursor(limit, order == "desc", after), key=_document_id)
        return ListOf[FileView](**listing(page.items, more=page.more))

    @router.get("/files/{file_id}", tags=["openai"], responses=error_responses(404))
    async def retrieve_file(file_id: str, tenant: Tenant) -> FileView:
        return file_object(await _document(tenant, file_id))

    @router.delete("/files/{file_id}", tags=["openai"], responses=error_responses(404, 503))
    async def delete_file(file_id: str, tenant: Tenant) -> Deleted:
        """Out of every search before this returns; all of it is removed right after."""
        document = await _document(tenant, file_id)
        await service.delete.request(tenant, document.document_id)
        return Deleted(id=file_id, object="file")

    @router.get(
        "/files/{file_id}/content", tags=["openai"], response_class=Response, responses=error_responses(404)
    )
    async def file_content(file_id: str, tenant: Tenant) -> Response:
        """The bytes as they were uploaded."""
        document = await _document(tenant, file_id)
        prefix = layout.version_prefix(tenant, document.document_id, document.version or document.latest)
        try:
            content = await service.objects.get(prefix + "original")
        except NotFound:  # replaced or deleted between the two reads
            document = await _document(tenant, file_id)
            prefix = layout.version_prefix(tenant, document.document_id, document.version or document.latest)
            content = await service.objects.get(prefix + "original")
        # Never shown by a browser: what somebody uploaded must not run here.
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(document.filename)}",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(content, media_type="application/octet-stream", headers=headers)

    async def _document(tenant: str, file_id: str) -> Document:
        try:
            return await service.document(tenant, _document_id(file_id))
        except NotFound:
            raise no_such_file(file_id, field="id") from None


def file_object(document: Document) -> FileView:
    purpose = document.metadata.get(_PURPOSE)
    return FileView(
        id=file_id_of(document.document_id),
        bytes=document.size,
        created_at=int(datetime.fromisoformat(document.created_at).timestamp()),
        filename=document.filename,
        purpose=purpose if isinstance(purpose, str) and purpose in PURPOSES else "user_data",
        status=_STATUS[document.status],
        status_details=document.failure.detail if document.failure else None,
    )


def _document_id(file_id: str) -> str:
    return document_id_of(file_id, field="id")


def _bad(field: str, detail: str) -> BadInput:
    return BadInput(detail, code="invalid_value", field=field)
