"""A career page in, its jobs out."""

from fastapi import APIRouter, Response

from app.coldmail.assembly import ColdmailService
from app.coldmail.reading import Source
from app.coldmail.routes.parameters import Tenant
from app.coldmail.schemas import JobsRequest, JobsResponse
from app.coldmail.views import page_shape
from app.web.problems import problem_responses
from app.web.replies import Reply


def add_jobs(router: APIRouter, service: ColdmailService) -> None:
    @router.post(
        "/jobs", tags=["jobs"], response_model=JobsResponse, responses=problem_responses(413, 422, 429, 503)
    )
    async def jobs(_: Tenant, body: JobsRequest) -> Response:
        """The jobs of a page by its address, as it was saved, or as text. A page without one gives none, and says what to do.

        Problems: 422 `url_refused` with the reason, 422 `url_unreachable`.
        """
        return Reply(page_shape(await service.reading.read(Source(**body.model_dump()))))
