"""Passages and errors in the shapes that Dify reads."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from app.kernel.documents import chunk_id
from app.kernel.ports.index import Hit
from app.web.documented import error_entries
from app.web.problems import Dialect, Problem, Told

PATH = "/retrieval"
_MEDIA_TYPE = "application/json"

# Dify looks at 403, 404 and 502 when an address is registered; the rest it shows as it is.
_BAD_HEADER, _NOT_AUTHORISED, _NO_KNOWLEDGE = 1001, 1002, 2001
_BAD_REQUEST, _BAD_CONDITION, _TOO_MANY, _BROKEN = 3001, 3002, 4001, 5001
_CODES = {
    "authorization_malformed": _BAD_HEADER,
    "knowledge_not_found": _NO_KNOWLEDGE,
    "condition_unsupported": _BAD_CONDITION,
}
_BY_STATUS = {401: _NOT_AUTHORISED, 403: _NOT_AUTHORISED, 404: _NO_KNOWLEDGE, 429: _TOO_MANY}


class DifyError(BaseModel):
    error_code: int
    error_msg: str


def record(hit: Hit) -> dict[str, Any]:
    """A passage as Dify reads it. `metadata` is always an object: null breaks Dify."""
    document, chunk = hit.document, hit.chunk
    ours = {
        "document_id": document.document_id, "version": document.version, "page": chunk.page,
        "chunk_id": chunk_id(document.document_id, document.version, chunk.ordinal),
        "start": chunk.start, "end": chunk.end,
    }  # fmt: skip
    metadata = {name: value for name, value in {**document.metadata, **ours}.items() if value is not None}
    return {"content": chunk.text, "score": hit.score, "title": document.filename, "metadata": metadata}


def dify_dialects() -> Mapping[str, Dialect]:
    """For create_app: errors of this one route in Dify's shape."""
    return {PATH: dify_shape}


def dify_shape(problem: Problem) -> Told:
    code = _CODES.get(problem.code) or _BY_STATUS.get(problem.status)
    if code is None:
        code = _BROKEN if problem.status >= 500 else _BAD_REQUEST
    # Dify takes a key for a good one unless it is told 403, and has 400 for whatever is wrong with a request.
    status = {401: 403, 413: 400, 415: 400, 422: 400}.get(problem.status, problem.status)
    told = DifyError(error_code=code, error_msg=problem.detail)
    return Told(status, told.model_dump(), _MEDIA_TYPE)


def dify_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries for the errors that this one route may answer with."""
    return error_entries(DifyError, *statuses, media_type=_MEDIA_TYPE)
