"""A failed pipeline's log in, its cause and fix out; and what of a log would be kept or sent."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import PlainTextResponse, StreamingResponse

from app.devops.bodies import in_chunks, is_json, log_chunks, read_json
from app.devops.report import report
from app.devops.routes.forms import log_forms
from app.devops.schemas import (
    MOST_LINES,
    AnalyzeRequest,
    AnalyzeResponse,
    RedactRequest,
    RedactResponse,
)
from app.devops.service import DevopsService, Failure
from app.devops.views import analysis_shape, redacted_json, redacted_text
from app.web.authentication import tenant as tenant_of
from app.web.problems import problem_responses
from app.web.rates import charge_tokens
from app.web.replies import Reply

Tenant = Annotated[str, Depends(tenant_of)]
Budget = Annotated[
    int, Query(ge=1, le=MOST_LINES, description="With a body of text: most lines in `extracted`.")
]
Source = Annotated[str | None, Query(max_length=64, description="With a body of text: where it comes from.")]

_HINT = "send the log as text/plain"


def add_analyze(router: APIRouter, service: DevopsService) -> None:
    @router.post(
        "/analyze", tags=["devops"], response_model=AnalyzeResponse, openapi_extra=log_forms(AnalyzeRequest),
        responses=problem_responses(413, 415, 422, 429, 502, 503),
    )  # fmt: skip
    async def analyze(
        request: Request, tenant: Tenant, budget_lines: Budget = 50, source: Source = None
    ) -> Response:
        """Why did it fail, and what mends it? JSON to 10 MB, plain text and gzip to 50 MB."""
        spent = partial(charge_tokens, request)
        if is_json(request):
            body = await read_json(request, AnalyzeRequest, hint=_HINT)
            analysis = await service.analyze(Failure(**body.model_dump()), tenant=tenant, spent=spent)
        else:
            chunks = log_chunks(request, log_bytes=service.log_bytes)
            failure = Failure(budget_lines=budget_lines, source=source)
            analysis = await service.analyze_stream(chunks, failure, tenant=tenant, spent=spent)
        if _wants_text(request):
            return PlainTextResponse(report(analysis))
        return Reply(analysis_shape(analysis))

    @router.post(
        "/redact", tags=["devops"], response_model=RedactResponse, openapi_extra=log_forms(RedactRequest),
        responses=problem_responses(413, 415, 422, 429),
    )  # fmt: skip
    async def redact(request: Request, tenant: Tenant) -> Response:
        """The log as it would be kept, logged or sent to a model: every secret behind a placeholder. As long as for /analyze."""
        if is_json(request):
            chunks = in_chunks((await read_json(request, RedactRequest, hint=_HINT)).log)
        else:
            chunks = log_chunks(request, log_bytes=service.log_bytes)
        masked = await service.redact(chunks)
        if _wants_text(request):
            return StreamingResponse(redacted_text(masked), media_type="text/plain")
        return StreamingResponse(redacted_json(masked), media_type="application/json")


def _wants_text(request: Request) -> bool:
    """Whoever names text/plain first gets it; browsers and libraries that take anything get JSON."""
    return request.headers.get("accept", "").lstrip().lower().startswith("text/plain")
