"""The layer around the application: a request id for every request and a bound on every body."""

import re
import secrets
from contextlib import suppress

import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kernel.errors import LimitExceeded
from app.web.problems import Dialects, Problem, problem_of, standing_headers

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestLimits:
    """Sets `request.state.request_id` (a well-formed X-Request-Id is kept) and refuses bodies over `max_bytes`."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, dialects: Dialects, setting: str = "") -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._hint = f"send less or raise {setting}." if setting else "send less."
        self._dialects = dialects

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        # An application below another one speaks of the same request.
        outer = scope.get("state", {}).get("request_id")
        given = outer or headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else f"req_{secrets.token_hex(8)}"
        scope.setdefault("state", {})["request_id"] = request_id
        started = too_large = False

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if too_large and not started:
                return  # the app's own words for our exception, such as FastAPI's 400: we answer below
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > self._max_bytes:
            await self._refuse(request_id, scope["path"], send)
            return
        received = 0

        async def receive_bounded() -> Message:
            nonlocal received, too_large
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                too_large = True
                raise _TooLarge
            return message

        with suppress(_TooLarge, ClientDisconnect):  # nobody is left to tell of the latter
            await self._app(scope, receive_bounded, send_with_id)
        if too_large and not started:
            await self._refuse(request_id, scope["path"], send)

    async def _refuse(self, request_id: str, path: str, send: Send) -> None:
        error = LimitExceeded(
            f"The body is larger than {self._max_bytes // 1_000_000} MB; {self._hint}",
            code="body_too_large",
        )
        await self._tell(problem_of(error, request_id), path, send)

    async def _tell(self, problem: Problem, path: str, send: Send) -> None:
        told = self._dialects.of(path)(problem)
        body = orjson.dumps(told.body)
        headers = {
            "content-type": told.media_type,
            "content-length": str(len(body)),
            "connection": "close",
            **told.headers,
            **standing_headers(problem),
        }
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": told.status, "headers": raw})
        await send({"type": "http.response.body", "body": body})


class _TooLarge(Exception):
    """Leaves through the app, which must not answer for us."""
