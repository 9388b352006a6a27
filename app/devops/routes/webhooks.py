"""Where platforms knock by themselves: proved first, read second, kept third, and answered before any work is done."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response

from app.devops.connections import Connection
from app.devops.incoming import github, gitlab, jenkins, kubernetes
from app.devops.incoming.event import Event
from app.devops.incoming.proof import for_repository, known_by, signed_by
from app.devops.incoming.reception import Reception
from app.devops.memory.fingerprint import whole
from app.devops.reading.masking import log_redactor
from app.devops.schemas import DeliveryResponse
from app.kernel.errors import BadInput, LimitExceeded
from app.web.problems import problem_responses
from app.web.replies import Reply

# Deliveries are some ten thousand bytes; whoever sends more has not been proved yet.
_MOST_BYTES = 5_000_000
# A form has the payload, and room for what else somebody may put there.
_MOST_FIELDS = 20
_PROBLEMS = problem_responses(413, 422, 503)


def add_webhooks(router: APIRouter, reception: Reception) -> None:
    def those_of(platform: str) -> Sequence[Connection]:
        return [found for found in reception.connections if found.platform == platform]

    @router.post(
        "/webhooks/github", tags=["webhooks"], status_code=202, response_model=DeliveryResponse,
        responses=_PROBLEMS,
    )  # fmt: skip
    async def from_github(request: Request) -> Response:
        """`workflow_run` and `workflow_job`, proved by X-Hub-Signature-256; other events are ignored with 202."""
        body = await _body(request)
        proved = signed_by(those_of("github"), body, request.headers.get("x-hub-signature-256", ""))
        name = request.headers.get("x-github-event", "")
        if name not in github.EVENTS:
            return _ignored(f"The event {name[:60]!r} is not followed.")
        told = _parsed(request, body)
        connection = for_repository(proved, github.repository_of(told))
        return await _taken(
            reception, connection, github.read_delivery(name, told), body,
            delivery=request.headers.get("x-github-delivery", ""),
        )  # fmt: skip

    @router.post(
        "/webhooks/gitlab", tags=["webhooks"], status_code=202, response_model=DeliveryResponse,
        responses=_PROBLEMS,
    )  # fmt: skip
    async def from_gitlab(request: Request) -> Response:
        """Job and pipeline events, proved by X-Gitlab-Token; other events are ignored with 202."""
        body = await _body(request)
        proved = known_by(those_of("gitlab"), request.headers.get("x-gitlab-token", ""))
        told = _parsed(request, body)
        if told.get("object_kind") not in ("build", "pipeline"):
            return _ignored("Only job and pipeline events are followed.")
        connection = for_repository(proved, gitlab.repository_of(told))
        # X-Gitlab-Event-UUID is shared by events that follow from each other, so it is no id of a delivery.
        return await _taken(
            reception, connection, gitlab.read_delivery(told), body,
            delivery=request.headers.get("idempotency-key", ""),
        )  # fmt: skip

    @router.post(
        "/webhooks/jenkins", tags=["webhooks"], status_code=202, response_model=DeliveryResponse,
        responses=_PROBLEMS,
    )  # fmt: skip
    async def from_jenkins(request: Request) -> Response:
        """The Notification plugin's JSON, proved by `Authorization: Bearer` or, as the plugin sets no header, `?token=`."""
        body = await _body(request)
        proved = known_by(those_of("jenkins"), _token(request) or request.query_params.get("token", ""))
        told = _parsed(request, body)
        connection = for_repository(proved, jenkins.repository_of(told))
        return await _taken(reception, connection, jenkins.read_delivery(told), body)

    @router.post(
        "/webhooks/kubernetes", tags=["webhooks"], status_code=202, response_model=DeliveryResponse,
        responses=_PROBLEMS,
    )  # fmt: skip
    async def from_kubernetes(request: Request, namespace: str = "default", name: str = "") -> Response:
        """Events and pods as JSON, or text of `kubectl describe` with `namespace` and `name`; proved by a bearer token."""
        body = await _body(request)
        proved = known_by(those_of("kubernetes"), _token(request))
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "text/plain":
            connection = for_repository(proved, namespace)
            log = body.decode("utf-8", errors="replace")
            event = kubernetes.text_event(namespace, name[:200], log) if log.strip() else None
            return await _taken(reception, connection, event, body)
        told = _parsed(request, body)
        connection = for_repository(proved, kubernetes.namespace_of(told))
        return await _taken(reception, connection, kubernetes.read_delivery(told), body)


async def _taken(
    reception: Reception, connection: Connection, event: Event | None, body: bytes, *, delivery: str = ""
) -> Response:
    if event is None:
        return _ignored("Nothing in it has ended in red or green.")
    if event.log:
        # Before it is kept: what waits in the records has no secrets.
        event = replace(event, log=await asyncio.to_thread(_masked, event.log))
    new = await reception.accept(event, connection, delivery=delivery, body=body)
    if not new:
        return Reply({"status": "duplicate", "detail": "This delivery was here before."}, status_code=202)
    return Reply({"status": "accepted", "detail": ""}, status_code=202)


def _masked(log: str) -> str:
    return log_redactor().redact(log)


def _ignored(why: str) -> Response:
    return Reply({"status": "ignored", "detail": why}, status_code=202)


async def _body(request: Request) -> bytes:
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > _MOST_BYTES:
            raise LimitExceeded("A delivery has at most 5 MB.", code="delivery_too_large")
    return bytes(content)


def _parsed(request: Request, body: bytes) -> Mapping[str, Any]:
    """GitHub can also send a form with the JSON in `payload`. Raises BadInput; the body is not echoed."""
    read: Callable[[bytes], Any] = json.loads
    if (
        request.headers.get("content-type", "").partition(";")[0].strip()
        == "application/x-www-form-urlencoded"
    ):
        read = _payload
    try:
        found = _whole(read(body))
    except (ValueError, RecursionError):
        raise BadInput("The delivery is not JSON.", code="delivery_not_json") from None
    if not isinstance(found, dict):
        raise BadInput("The delivery is no JSON object.", code="delivery_not_json")
    return found


def _payload(body: bytes) -> Any:
    return json.loads(parse_qs(body.decode("utf-8"), max_num_fields=_MOST_FIELDS).get("payload", [""])[0])


def _whole(found: Any) -> Any:
    """The same without half characters, which JSON can spell and no store takes."""
    if isinstance(found, str):
        return whole(found)
    if isinstance(found, list):
        return [_whole(each) for each in found]
    if isinstance(found, dict):
        return {whole(name): _whole(each) for name, each in found.items()}
    return found


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
