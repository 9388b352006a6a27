"""A career page in, its jobs out."""

from fastapi import APIRouter, Request, Response

from app.coldmail.assembly import ColdmailService
from app.coldmail.reading.source import Source
from app.coldmail.routes.parameters import Tenant
from app.coldmail.schemas import JobsRequest, JobsResponse
from app.coldmail.views import page_shape
from app.web.problems import problem_responses
from app.web.rates import charge_tokens
from app.web.replies import Reply


def add_jobs(router: APIRouter, service: ColdmailService) -> None:
    @router.post(
        "/jobs", tags=["jobs"], response_model=JobsResponse, responses=problem_responses(413, 422, 429, 503)
    )
    async def jobs(request: Request, _: Tenant, body: JobsRequest) -> Response:
        """The jobs of a page by its address, as it was saved, or as text. A page without one gives none, and says what to do.

        Problems: 422 `url_refused` with the reason, 422 `url_unreachable`.
        """
        page = await service.reading.read(Source(**body.model_dump()))
        await charge_tokens(request, page.tokens)
        return Reply(page_shape(page))
