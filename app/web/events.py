"""Server-sent events with a comment ping, so that proxies keep a quiet stream open."""

import asyncio
from collections.abc import AsyncIterator

import orjson
from fastapi.responses import StreamingResponse

from app.kernel.errors import GenaiError
from app.web.problems import problem_of

PING_S = 15.0

Event = tuple[str, object]


def event_stream(
    events: AsyncIterator[Event], *, request_id: str, ping_s: float = PING_S
) -> StreamingResponse:
    """Stream (name, JSON value) pairs; an error on the way becomes a last `error` event with its problem."""
    return StreamingResponse(
        _frames(events, request_id, ping_s),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _frames(events: AsyncIterator[Event], request_id: str, ping_s: float) -> AsyncIterator[bytes]:
    pending: asyncio.Task[Event | None] | None = None
    try:
        while True:
            pending = pending or asyncio.ensure_future(_next(events))
            done, _ = await asyncio.wait({pending}, timeout=ping_s)
            if not done:
                yield b": ping\n\n"
                continue
            finished, pending = pending, None
            try:
                event = finished.result()
            except GenaiError as error:
                yield _frame("error", problem_of(error, request_id).model_dump())
                return
            if event is None:
                return
            yield _frame(*event)
    finally:
        if pending is not None:  # the client went away: stop the work that nobody will read
            pending.cancel()
            await asyncio.gather(pending, return_exceptions=True)


async def _next(events: AsyncIterator[Event]) -> Event | None:
    return await anext(events, None)


def _frame(name: str, value: object) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(value) + b"\n\n"
