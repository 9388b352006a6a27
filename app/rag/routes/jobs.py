"""Jobs: how each stands, its progress as it goes, and a second try."""

from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response

from app.rag.routes.parameters import After, Order, PageSize, Tenant
from app.rag.schemas import JobList, JobView
from app.rag.service import RagService
from app.rag.views import job_view
from app.web.events import Event, event_stream
from app.web.problems import problem_responses, request_id_of


def add_jobs(router: APIRouter, service: RagService) -> None:
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
