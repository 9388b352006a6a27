"""Errors in OpenAI's shape, with the statuses that its clients turn into typed exceptions."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from app.web.documented import error_entries
from app.web.problems import Dialect, Problem, Told, rfc_9457

# Our own routes under /v1; everything else there, known or not, speaks OpenAI's dialect.
_OURS = ("/v1/documents", "/v1/retrieval", "/v1/jobs", "/v1/conversations")

# OpenAI has 400 for whatever is wrong with a request.
_STATUS = {415: 400, 422: 400}
_MEDIA_TYPE = "application/json"
_CODES = {"unauthenticated": "invalid_api_key", "rate_limited": "rate_limit_exceeded"}


class ErrorBody(BaseModel):
    message: str
    type: str
    param: str | None
    code: str | None


class ErrorEnvelope(BaseModel):
    """What every error of an OpenAI route looks like."""

    error: ErrorBody


def openai_dialects() -> Mapping[str, Dialect]:
    """For create_app: which paths tell errors how."""
    return {"/v1": openai_shape, **dict.fromkeys(_OURS, rfc_9457)}


def openai_shape(problem: Problem) -> Told:
    """The official client retries 408, 409, 429 and everything from 500 on, unless it is told that it is no use."""
    headers = {"x-should-retry": "false"} if problem.status == 502 else {}
    status = _STATUS.get(problem.status, problem.status)
    return Told(status, error_body(problem), _MEDIA_TYPE, headers)


def error_body(problem: Problem) -> dict[str, Any]:
    error = ErrorBody(
        message=problem.detail,
        type=_type_of(problem.status),
        param=problem.errors[0].field if problem.errors else None,
        code=_CODES.get(problem.code, problem.code),
    )
    return ErrorEnvelope(error=error).model_dump()


def error_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries for the errors that a route may answer with. 4XX: FastAPI would promise its own 422 else."""
    return error_entries(ErrorEnvelope, 401, 429, *statuses, "4XX", media_type=_MEDIA_TYPE)


def _type_of(status: int) -> str:
    if status >= 500:
        return "server_error"
    return "rate_limit_error" if status == 429 else "invalid_request_error"
