"""Jobs in, drafts out; nothing is ever sent."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from app.coldmail.assembly import ColdmailService
from app.coldmail.emails import Progress, Wish
from app.coldmail.routes.parameters import Tenant
from app.coldmail.schemas import EmailsRequest, EmailsResponse
from app.coldmail.views import email_shape
from app.kernel.errors import BadInput
from app.web.events import Event, event_stream
from app.web.problems import problem_responses, request_id_of
from app.web.rates import charge_tokens
from app.web.replies import Reply

_STREAMS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Drafts in the order of the jobs. With `stream`: events `progress` {done, total}, `email` (a draft), "
        "`done` {emails}; `error` with a problem.",
        "content": {"text/event-stream": {}},
    }
}


def add_emails(router: APIRouter, service: ColdmailService) -> None:
    @router.post(
        "/emails", tags=["emails"], response_model=EmailsResponse,
        responses={**_STREAMS, **problem_responses(404, 413, 422, 429, 503)},
    )  # fmt: skip
    async def emails(request: Request, tenant: Tenant, body: EmailsRequest) -> Response:
        """Drafts for one job or several, each claim with its evidence. Send one of `job`, `jobs`, `url`, `text`."""
        drafts = service.emails.write(tenant, _wish(body))
        if not body.stream:
            return Reply({"emails": _in_order([each async for each in _charged(request, drafts)])})
        first = await anext(drafts)  # what is wrong with the wish is told by the status
        return event_stream(_events(request, first, drafts), request_id=request_id_of(request))


def _wish(body: EmailsRequest) -> Wish:
    given = [name for name in ("job", "jobs", "url", "text") if getattr(body, name) is not None]
    if len(given) > 1:
        raise BadInput(
            f"Send one of `job`, `jobs`, `url` and `text`, not {' and '.join(given)}.",
            code="source_ambiguous",
        )
    jobs = body.jobs or ([body.job] if body.job else [])
    style = {name: getattr(body, name) for name in ("language", "tone", "length") if getattr(body, name)}
    return Wish(
        jobs=tuple(job.model_dump() for job in jobs),
        url=body.url,
        text=body.text,
        profile_id=body.profile_id,
        variants=body.variants,
        follow_up_of=body.follow_up_of,
        style=style,
    )


async def _charged(request: Request, drafts: AsyncIterator[Progress]) -> AsyncIterator[Progress]:
    async for progress in drafts:
        await charge_tokens(request, progress.tokens)
        yield progress


async def _events(request: Request, first: Progress, drafts: AsyncIterator[Progress]) -> AsyncIterator[Event]:
    seen = []

    async def all_of_them() -> AsyncIterator[Progress]:
        yield first
        async for each in drafts:
            yield each

    async for progress in _charged(request, all_of_them()):
        seen.append(progress)
        yield "progress", {"done": progress.done, "total": progress.total}
        yield "email", email_shape(progress.email)
    yield "done", {"emails": _in_order(seen)}


def _in_order(seen: list[Progress]) -> list[Mapping[str, Any]]:
    return [email_shape(each.email) for each in sorted(seen, key=lambda each: int(each.email["number"]))]
