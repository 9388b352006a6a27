"""The work that drafts may point to."""

import codecs
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from app.coldmail.assembly import ColdmailService
from app.coldmail.portfolio.entries import Entry, entry, read_csv
from app.coldmail.routes.parameters import Tenant
from app.coldmail.schemas import PortfolioChange, PortfolioRequest, PortfolioResponse
from app.coldmail.views import entries_shape
from app.kernel.errors import BadInput, UnsupportedDocument
from app.web.problems import problem_responses
from app.web.replies import Reply

_CSV = frozenset({"text/csv", "application/csv", "application/vnd.ms-excel"})
_FORMS: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": PortfolioRequest.model_json_schema()},
            "text/csv": {"schema": {"type": "string"}, "example": "title,skills,description,link\n"},
        },
    }
}


def add_portfolio(router: APIRouter, service: ColdmailService) -> None:
    @router.get(
        "/portfolio",
        tags=["portfolio"],
        response_model=PortfolioResponse,
        responses=problem_responses(429, 503),
    )
    async def portfolio(tenant: Tenant) -> Response:
        """All pieces of work, in the order in which they were handed in."""
        return Reply({"items": entries_shape(await service.portfolio.entries(tenant))})

    @router.put(
        "/portfolio", tags=["portfolio"], response_model=PortfolioChange, openapi_extra=_FORMS,
        responses=problem_responses(409, 413, 415, 422, 429, 503),
    )  # fmt: skip
    async def replace(tenant: Tenant, request: Request) -> Response:
        """Afterwards there are these pieces of work and no others: `{"items": [...]}`, or a CSV table with a line of names."""
        entries = await _read(request)
        change = await service.portfolio.replace(tenant, entries)
        items = entries_shape(await service.portfolio.entries(tenant))
        return Reply(
            {"items": items, "added": change.added, "removed": change.removed, "unchanged": change.unchanged}
        )


async def _read(request: Request) -> list[Entry]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    content = await request.body()
    if kind in _CSV:
        try:
            return read_csv(content.decode("utf-8"))
        except UnicodeDecodeError:
            raise BadInput("The table is not UTF-8; save it as CSV UTF-8.", code="bad_csv") from None
    if kind != "application/json" and not kind.endswith("+json"):
        raise UnsupportedDocument(
            f"Content-Type {kind[:80]!r} is not taken; send application/json or text/csv.",
            code="media_type_unsupported",
        )
    return [
        entry(item.title, item.skills, item.description, item.link, place=place)
        for place, item in enumerate(_parsed(content).items, start=1)
    ]


def _parsed(content: bytes) -> PortfolioRequest:
    """A bare list is taken as the items."""
    content = content.removeprefix(codecs.BOM_UTF8)
    if content.lstrip().startswith(b"["):
        content = b'{"items":' + content + b"}"
    try:
        return PortfolioRequest.model_validate_json(content)
    except ValidationError as error:
        raise RequestValidationError(
            [
                {"loc": ("body", *item["loc"]), "msg": item["msg"], "type": item["type"]}
                for item in error.errors(include_input=False, include_url=False)
            ]
        ) from None
