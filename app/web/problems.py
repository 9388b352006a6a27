"""Errors as problems with a stable `code`, told in the dialect of the path; callers never see a stack, a prompt or a key."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from app.kernel import errors
from app.web.documented import error_entries
from app.web.rates import rate_headers

_log = logging.getLogger("genai.web")

# The nearest class in an error's ancestry decides; tests/app/web asserts that every error has one.
STATUS: dict[type[errors.GenaiError], int] = {
    errors.GenaiError: 500,
    errors.BadInput: 422,
    errors.UnsupportedDocument: 415,
    errors.UnreadableDocument: 422,
    errors.LimitExceeded: 413,
    errors.UrlRefused: 422,
    errors.UrlUnreachable: 422,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.RateLimited: 429,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Unavailable: 503,
    errors.ProviderThrottled: 503,
    errors.ProviderRejected: 502,
    errors.EmbedderMismatch: 503,
    errors.StartError: 503,
}

PROBLEM_TYPE = "application/problem+json"
# Whatever somebody behind us asks for: a client that is sent away for longer would not come back.
_LONGEST_RETRY_S = 86_400.0


class FieldProblem(BaseModel):
    """One bad field of a request: `field` is its path, such as `filters.year`."""

    field: str
    detail: str


class Problem(BaseModel):
    """RFC 9457 problem details. `code` is stable; `detail` is for people."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[FieldProblem] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Told:
    """A problem as it goes out: the body and what has to stand in the head of the answer."""

    status: int
    body: Mapping[str, Any]
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


Dialect = Callable[[Problem], Told]


def rfc_9457(problem: Problem) -> Told:
    """The dialect of our own routes."""
    return Told(problem.status, problem.model_dump(), PROBLEM_TYPE)


class Dialects:
    """Which dialect a path speaks: the one of the longest prefix, in whole path segments; RFC 9457 elsewhere."""

    def __init__(self, by_prefix: Mapping[str, Dialect]) -> None:
        self._by_prefix = sorted(by_prefix.items(), key=lambda item: -len(item[0]))

    def of(self, path: str) -> Dialect:
        return next(
            (dialect for prefix, dialect in self._by_prefix if f"{path}/".startswith(f"{prefix}/")), rfc_9457
        )


def status_of(error: errors.GenaiError) -> int:
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem_of(error: errors.GenaiError, request_id: str) -> Problem:
    status = status_of(error)
    detail = error.detail if status != 500 else "Something went wrong here; the log has the request id."
    fields = [FieldProblem(field=error.field, detail=detail)] if error.field and status != 500 else []
    return Problem(
        title=HTTPStatus(status).phrase, status=status, code=error.code, detail=detail, request_id=request_id,
        errors=fields,
    )  # fmt: skip


def install_problems(app: FastAPI, dialects: Dialects) -> None:
    """Render every error of every route in the dialect of its path."""

    def render(
        request: Request,
        problem: Problem,
        retry_after_s: float | None = None,
        *,
        headers: dict[str, str] | None = None,
    ) -> JSONResponse:
        told = dialects.of(request.url.path)(problem)
        headers = {
            **(headers or {}),
            **rate_headers(request),
            **told.headers,
            **standing_headers(problem, retry_after_s),
        }
        return JSONResponse(told.body, status_code=told.status, headers=headers, media_type=told.media_type)

    @app.exception_handler(errors.GenaiError)
    async def _ours(request: Request, error: errors.GenaiError) -> JSONResponse:
        if status_of(error) >= 500:
            _log.error("%s %s: %s (%s)", request.method, request.url.path, error.code, error.detail)
        return render(request, problem_of(error, request_id_of(request)), error.retry_after_s)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        broken = next((item for item in error.errors() if item["type"] == "json_invalid"), None)
        if broken:
            return render(request, _invalid_request(request, f"The body is not JSON: {_why_broken(broken)}."))
        fields = _fields(request, error)
        first = f"{fields[0].field}: {fields[0].detail}" if fields else "The request is not valid."
        return render(request, _invalid_request(request, first, fields))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        if reason := _why_unread(error.__cause__):
            return render(request, _invalid_request(request, f"The body is not JSON: {reason}."))
        phrase = HTTPStatus(error.status_code).phrase
        problem = Problem(
            title=phrase, status=error.status_code, code=phrase.lower().replace(" ", "_"),
            detail=_refusal(request, error), request_id=request_id_of(request),
        )  # fmt: skip
        return render(request, problem, headers=dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> JSONResponse:
        _log.exception("%s %s failed", request.method, request.url.path, exc_info=error)
        return render(request, problem_of(errors.GenaiError("unexpected"), request_id_of(request)))


def _invalid_request(request: Request, detail: str, fields: Sequence[FieldProblem] = ()) -> Problem:
    return Problem(
        title="Unprocessable Entity", status=422, code="invalid_request", detail=detail,
        request_id=request_id_of(request), errors=list(fields),
    )  # fmt: skip


def _refusal(request: Request, error: HTTPException) -> str:
    """What the router or a form's parser says, with what to do about it where that is known."""
    asked = f"{request.method} {request.url.path}"
    if error.status_code == HTTPStatus.NOT_FOUND:
        return f"There is nothing at {asked}; {request.scope.get('root_path', '')}/docs lists what there is."
    allowed = (error.headers or {}).get("Allow")
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and allowed:
        return f"{asked} is not taken; use {allowed}."
    return f"{str(error.detail).rstrip('.')}: {asked}"


def _fields(request: Request, error: RequestValidationError) -> list[FieldProblem]:
    """What is wrong where. A body that is taken for text has the wrong type in its head more often than no object."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    unread = kind != "application/json" and not kind.endswith("+json")
    return [
        FieldProblem(
            field=".".join(str(part) for part in item["loc"][1:]) or "body",
            detail=f"{item['msg']}; it came with Content-Type {kind[:80]!r}, send application/json"
            if unread and item["loc"] == ("body",)
            else item["msg"],
        )
        for item in error.errors()
    ]


def _why_broken(item: Mapping[str, Any]) -> str:
    """FastAPI puts the place into the location of the error, pydantic into its words."""
    if reason := item.get("ctx", {}).get("error"):
        return f"{reason} at character {item['loc'][-1]}" if isinstance(item["loc"][-1], int) else str(reason)
    return str(item["msg"]).removeprefix("Invalid JSON: ")


def _why_unread(cause: BaseException | None) -> str | None:
    """Why FastAPI, which does not tell, could not read a body; None where that was not the fault."""
    match cause:
        case UnicodeDecodeError():
            return f"its byte {cause.start} is no {cause.encoding}; send it as UTF-8"
        case RecursionError():
            return "it is nested too deeply; flatten it"
        case ValueError():  # of Python's bound on the digits of a number
            return "a number in it has too many digits; send it as text"
    return None


def request_id_of(request: Request) -> str:
    return str(getattr(request.state, "request_id", "unknown"))


def standing_headers(problem: Problem, retry_after_s: float | None = None) -> dict[str, str]:
    """What the head of an answer says of a problem in every dialect."""
    headers = {"X-Request-Id": problem.request_id}
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if problem.status in (429, 503):
        headers["Retry-After"] = str(round(min(max(1.0, retry_after_s or 1.0), _LONGEST_RETRY_S)))
    return headers


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries for the problems a route may answer with."""
    return error_entries(Problem, 401, *statuses, media_type=PROBLEM_TYPE)
