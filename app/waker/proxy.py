"""The way through: requests go to the server, answers come back as they are sent; or it is woken, and the caller told to wait."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import httpx

from app.kernel.errors import Unavailable
from app.waker.watch import Watch

# As ASGI calls them.
Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Scope]]
Send: TypeAlias = Callable[[Scope], Awaitable[None]]

_LOG = logging.getLogger("app.waker")
# Asking what there is starts nothing: a page that looks every minute would keep a machine for nobody.
_LOOKS = {"GET", "HEAD", "OPTIONS"}
# Of the connection and not of the request (RFC 9110, 7.6.1); the host is the server's own.
_HOPS = {
    *(b"connection", b"host", b"keep-alive", b"proxy-authenticate", b"proxy-authorization"),
    *(b"te", b"trailer", b"transfer-encoding", b"upgrade"),
}
_CONNECT_S = 3.0
WAKING = "waking_up"


class Gone(Exception):
    """The caller has left; nobody needs the rest."""


@dataclass(slots=True)
class Proxy:
    """An ASGI application: /healthz and /readyz are its own, everything else is the server's.

    A model may think for minutes between two words, so no answer is too slow; a caller who leaves ends it.
    """

    watch: Watch
    upstream: httpx.AsyncClient
    retry_after_s: int
    now: Callable[[], datetime]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["path"] in ("/healthz", "/readyz"):
            await _answer(send, 200, {"status": "ok"})
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        look = scope["method"] in _LOOKS
        if not look and not await self._awake():
            await self._wait(scope, send, "The model server sleeps to save its machine. It is waking up now.")
            return
        self.watch.busy += not look
        try:
            with suppress(Gone):
                await self._forward(scope, receive, send)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            said = (
                "The model server sleeps; a question wakes it." if look else "The model server is waking up."
            )
            await self._wait(scope, send, said)
        finally:
            self.watch.busy -= not look

    async def _awake(self) -> bool:
        try:
            return await self.watch.note_use(self.now())
        except Unavailable as error:
            # The server may well be there: better an answer whose use is not noted than none.
            _LOG.warning("The use of the server could not be noted: %s", error)
            return True

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        read = asyncio.Event()
        if not _has_body(scope):
            read.set()
        request = self.upstream.build_request(
            scope["method"],
            httpx.URL(raw_path=scope.get("raw_path", scope["path"].encode()) + _query(scope)),
            headers=[(name, value) for name, value in scope["headers"] if name.lower() not in _HOPS],
            content=_body(receive, read) if _has_body(scope) else None,
        )
        passing = asyncio.ensure_future(self._pass_on(request, send))
        leaving = asyncio.ensure_future(_gone(receive, read))
        try:
            await asyncio.wait({passing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if passing.done():
                await passing
        finally:
            for task in (passing, leaving):
                task.cancel()
            await asyncio.gather(passing, leaving, return_exceptions=True)

    async def _pass_on(self, request: httpx.Request, send: Send) -> None:
        try:
            answer = await self.upstream.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout, Gone):
            raise
        except httpx.HTTPError as error:
            _LOG.warning("The server broke off before it answered: %r", error)
            body = _problem(request.url.path, "The model server broke off before it answered; ask again.")
            await _answer(send, 503, body, retry_after_s=1)
            return
        try:
            headers = [(name, value) for name, value in answer.headers.raw if name.lower() not in _HOPS]
            await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
            # As it came: neither unpacked nor gathered.
            async for chunk in answer.aiter_raw():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            await answer.aclose()

    async def _wait(self, scope: Scope, send: Send, said: str) -> None:
        said = (
            f"{said} Ask again in {self.retry_after_s} s; with its machine and model it takes some minutes."
        )
        await _answer(send, 503, _problem(scope["path"], said), retry_after_s=self.retry_after_s)


def connection(upstream: str) -> httpx.AsyncClient:
    """To the server: no bound on how long it may think, and no proxy of the environment between."""
    return httpx.AsyncClient(
        base_url=upstream,
        timeout=httpx.Timeout(None, connect=_CONNECT_S),
        limits=httpx.Limits(max_connections=None),
        trust_env=False,
    )


def _query(scope: Scope) -> bytes:
    query: bytes = scope.get("query_string", b"")
    return b"?" + query if query else b""


def _has_body(scope: Scope) -> bool:
    return any(name.lower() in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])


async def _body(receive: Receive, read: asyncio.Event) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        yield message.get("body", b"")
        if not message.get("more_body"):
            read.set()
            return


async def _gone(receive: Receive, read: asyncio.Event) -> None:
    """Ends when the caller has left. Only one may listen at a time: first the body, then this."""
    await read.wait()
    while (await receive())["type"] != "http.disconnect":
        pass


def _problem(path: str, said: str) -> dict[str, Any]:
    """As the other errors of that path look: OpenAI's shape under /v1, Ollama's own elsewhere."""
    if path.startswith("/v1/"):
        return {"error": {"message": said, "type": "server_error", "code": WAKING, "param": None}}
    return {"error": said, "code": WAKING}


async def _answer(send: Send, status: int, body: Any, *, retry_after_s: int | None = None) -> None:
    content = json.dumps(body).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(content)).encode()),
    ]
    if retry_after_s is not None:
        headers.append((b"retry-after", str(retry_after_s).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return
