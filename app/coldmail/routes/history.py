"""Drafts as they were written: searched, taken along and deleted."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.coldmail.assembly import ColdmailService
from app.coldmail.export import eml, table
from app.coldmail.routes.parameters import Tenant
from app.coldmail.schemas import Deleted, HistoryEmail, HistoryResponse
from app.coldmail.views import history_shape
from app.web.problems import problem_responses
from app.web.replies import Reply

Search = Annotated[
    str, Query(max_length=200, description="Words that a draft, its job or its company must hold.")
]
After = Annotated[str | None, Query(max_length=64)]
Limit = Annotated[int, Query(ge=1, le=200)]
_MOST_EXPORTED = 5_000


def add_history(router: APIRouter, service: ColdmailService) -> None:
    history = service.history

    @router.get(
        "/history",
        tags=["history"],
        response_model=HistoryResponse,
        responses=problem_responses(422, 429, 503),
    )
    async def found(tenant: Tenant, q: Search = "", after: After = None, limit: Limit = 50) -> Response:
        """Newest first."""
        drafts, following = await history.search(tenant, query=q, after=after, limit=limit)
        return Reply({"emails": [history_shape(draft) for draft in drafts], "after": following})

    @router.delete(
        "/history", tags=["history"], response_model=Deleted, responses=problem_responses(429, 503)
    )
    async def delete_all(tenant: Tenant) -> Response:
        """Delete every draft."""
        return Reply({"deleted": await history.delete_all(tenant)})

    @router.get(
        "/history.csv", tags=["history"], response_class=Response, responses=problem_responses(422, 429, 503)
    )
    async def as_table(tenant: Tenant, q: Search = "") -> Response:
        """All drafts that are found, as a table."""
        drafts, _ = await history.search(tenant, query=q, limit=_MOST_EXPORTED)
        return _file(table(drafts).encode(), "text/csv; charset=utf-8", "emails.csv")

    @router.get(
        "/history/{email_id}.eml",
        tags=["history"],
        response_class=Response,
        responses=problem_responses(404, 429, 503),
    )
    async def as_message(tenant: Tenant, email_id: str) -> Response:
        """A draft that mail programs open for editing; it has no recipient."""
        return _file(eml(await history.get(tenant, email_id)), "message/rfc822", "draft.eml")

    @router.get(
        "/history/{email_id}",
        tags=["history"],
        response_model=HistoryEmail,
        responses=problem_responses(404, 429, 503),
    )
    async def one(tenant: Tenant, email_id: str) -> Response:
        """One draft."""
        return Reply(history_shape(await history.get(tenant, email_id)))

    @router.delete(
        "/history/{email_id}", tags=["history"], status_code=204, responses=problem_responses(404, 429, 503)
    )
    async def delete(tenant: Tenant, email_id: str) -> Response:
        """Delete a draft for good."""
        await history.delete(tenant, email_id)
        return Response(status_code=204)


def _file(content: bytes, kind: str, name: str) -> Response:
    return Response(
        content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
