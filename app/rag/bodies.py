"""Reads the two forms of an upload, JSON with base64 and multipart, into one value."""

import base64
import binascii
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from app.kernel.errors import BadInput, UnsupportedDocument
from app.rag.schemas import ReplaceRequest, RetrievalRequest, UploadRequest
from app.rag.upload import check_metadata, clean_filename

_Schema = TypeVar("_Schema", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Body:
    """None means that the part was not sent."""

    filename: str | None
    content: bytes | None
    metadata: Mapping[str, Any] | None


def _forms(schema: type[BaseModel], *, required: bool) -> dict[str, Any]:
    multipart = {
        "type": "object",
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "metadata": {"type": "string", "description": "A JSON object."},
        },
    }
    if required:
        multipart["required"] = ["file"]
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": schema.model_json_schema()},
                "multipart/form-data": {"schema": multipart},
            },
        }
    }


UPLOAD_FORMS = _forms(UploadRequest, required=True)
REPLACE_FORMS = _forms(ReplaceRequest, required=False)


RETRIEVAL_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": RetrievalRequest.model_json_schema()}},
    }
}


async def read_retrieval(request: Request) -> RetrievalRequest:
    """The body of the hottest route, read by hand: FastAPI's own reading takes a tenth of a whole search."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise UnsupportedDocument(
            f"Content-Type {kind!r} is not taken; send application/json.", code="media_type_unsupported"
        )
    return _parsed(await request.body(), RetrievalRequest)


async def read_upload(request: Request) -> Body:
    """Raises BadInput or RequestValidationError; file name and content are there."""
    body = await _read(request, UploadRequest)
    if body.content is None or body.filename is None:
        raise BadInput("The form has no `file` part with a file name.", code="file_missing")
    return body


async def read_replacement(request: Request) -> Body:
    body = await _read(request, ReplaceRequest)
    if body.content is None and body.filename is None and body.metadata is None:
        raise BadInput(
            "Send a file, a file name or metadata; nothing was given to change.", code="nothing_to_change"
        )
    return body


@asynccontextmanager
async def read_form(request: Request, *, max_fields: int) -> AsyncIterator[FormData]:
    """A multipart form with one file at most. Raises UnsupportedDocument for any other type of body."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise UnsupportedDocument(
            f"Content-Type {kind[:80]!r} is not taken; send multipart/form-data.",
            code="media_type_unsupported",
        )
    try:
        form = await request.form(max_files=1, max_fields=max_fields)
    except ValueError:  # of a charset in the head of the body that does not decode its names
        raise BadInput(
            "The names in the form cannot be decoded; send them as UTF-8.", code="bad_form"
        ) from None
    try:
        yield form
    finally:
        await form.close()


async def _read(request: Request, schema: type[UploadRequest] | type[ReplaceRequest]) -> Body:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        async with read_form(request, max_fields=4) as form:
            return await _from_form(form)
    if kind != "application/json" and not kind.endswith("+json"):
        # Also what keeps a page in a browser from uploading here: without this type it needs no permission.
        raise UnsupportedDocument(
            f"Content-Type {kind!r} is not taken; send application/json or multipart/form-data.",
            code="media_type_unsupported",
        )
    parsed = _parsed(await request.body(), schema)
    return Body(
        clean_filename(parsed.filename) if parsed.filename is not None else None,
        _decoded(parsed.content_base64) if parsed.content_base64 is not None else None,
        check_metadata(parsed.metadata) if parsed.metadata is not None else None,
    )


async def _from_form(form: FormData) -> Body:
    file, raw = form.get("file"), form.get("metadata")
    if file is not None and not isinstance(file, UploadFile):
        raise BadInput("The `file` part has no file name; send it as a file.", code="file_missing")
    metadata = None
    if isinstance(raw, str) and raw.strip():
        try:
            metadata = json.loads(raw)
        except (ValueError, RecursionError):
            raise BadInput(f"The metadata part is not JSON: {raw[:80]!r}.", code="bad_metadata") from None
        if not isinstance(metadata, dict):
            raise BadInput("The metadata part must be a JSON object.", code="bad_metadata")
        metadata = check_metadata(metadata)
    return Body(
        clean_filename(file.filename or "") if file else None, await file.read() if file else None, metadata
    )


def _decoded(content_base64: str) -> bytes:
    try:
        return base64.b64decode(content_base64, validate=True)
    except (binascii.Error, ValueError):
        raise BadInput(
            "content_base64 is not base64 (standard alphabet, padded).", code="bad_base64"
        ) from None


def _parsed(body: bytes, schema: type[_Schema]) -> _Schema:
    try:
        return schema.model_validate_json(body)
    except ValidationError as error:
        # The input may be a whole document: it is not echoed.
        raise RequestValidationError(
            [
                {"loc": ("body", *item["loc"]), "msg": item["msg"], "type": item["type"]}
                for item in error.errors(include_input=False, include_url=False)
            ]
        ) from None
