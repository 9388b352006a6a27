"""What could not be told yet, for whom it concerns."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.devops.schemas import UndeliveredResponse
from app.devops.telling.undelivered import Undelivered
from app.web.authentication import tenant as tenant_of
from app.web.problems import problem_responses
from app.web.replies import Reply

Tenant = Annotated[str, Depends(tenant_of)]
_PROBLEMS = problem_responses(404, 429, 503)


def add_undelivered(router: APIRouter, undelivered: Undelivered) -> None:
    @router.get("/undelivered", tags=["webhooks"], response_model=UndeliveredResponse, responses=_PROBLEMS)
    async def listed(tenant: Tenant) -> Response:
        """Analyses, comments, messages and tickets that wait, and those that were given up, with the reason."""
        return Reply({"undelivered": await undelivered.all(tenant)})

    @router.post("/undelivered/{entry_id}/retry", tags=["webhooks"], status_code=204, responses=_PROBLEMS)
    async def again(tenant: Tenant, entry_id: str) -> Response:
        """Try what was given up once more."""
        await undelivered.again(tenant, entry_id)
        return Response(status_code=204)

    @router.delete("/undelivered/{entry_id}", tags=["webhooks"], status_code=204, responses=_PROBLEMS)
    async def delete(tenant: Tenant, entry_id: str) -> Response:
        """Drop what was given up."""
        await undelivered.delete(tenant, entry_id)
        return Response(status_code=204)
