"""Server-sent events with a comment ping, so that proxies keep a quiet stream open."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import TypeVar

import orjson
from fastapi.responses import StreamingResponse

from app.kernel.errors import GenaiError
from app.web.problems import Problem, problem_of

_log = logging.getLogger("genai.web")

PING_S = 15.0

Event = tuple[str, object]
_T = TypeVar("_T")
# A loop holds its tasks weakly.
_CLOSING: set["asyncio.Task[None]"] = set()


def event_stream(
    events: AsyncIterator[Event], *, request_id: str, ping_s: float = PING_S
) -> StreamingResponse:
    """Stream (name, JSON value) pairs; an error on the way becomes a last `error` event with its problem."""
    return frame_stream(
        events,
        frame=lambda event: _frame(*event),
        last_words=lambda problem: _frame("error", problem.model_dump()),
        request_id=request_id,
        ping_s=ping_s,
    )


def frame_stream(
    events: AsyncIterator[_T],
    *,
    frame: Callable[[_T], bytes],
    last_words: Callable[[Problem], bytes],
    request_id: str,
    ping_s: float = PING_S,
) -> StreamingResponse:
    """Stream whatever the events are, each as its frame; an error on the way ends it with its last words."""
    return StreamingResponse(
        _frames(events, frame, last_words, request_id, ping_s),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _frames(
    events: AsyncIterator[_T],
    frame: Callable[[_T], bytes],
    last_words: Callable[[Problem], bytes],
    request_id: str,
    ping_s: float,
) -> AsyncIterator[bytes]:
    pending: asyncio.Task[_T | None] | None = None
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
            except Exception as error:  # noqa: BLE001 - the status line is sent: the last event has to tell
                yield last_words(_problem(error, request_id))
                return
            if event is None:
                return
            yield frame(event)
    finally:
        # By a task of its own: when the client has gone, Starlette cancels whatever is awaited here again and again, and
        # a provider's stream that is being closed would stay open for good.
        closing = asyncio.ensure_future(_let_go(pending, events))
        _CLOSING.add(closing)
        closing.add_done_callback(_CLOSING.discard)
        await asyncio.shield(closing)


async def _let_go(pending: "asyncio.Task[_T | None] | None", events: AsyncIterator[_T]) -> None:
    if pending is not None:  # the client went away: stop the work that nobody will read
        pending.cancel()
        await asyncio.gather(pending, return_exceptions=True)
    if isinstance(events, AsyncGenerator):  # lets go of what it holds now, not when it is collected
        await events.aclose()


def _problem(error: Exception, request_id: str) -> Problem:
    if isinstance(error, GenaiError):
        return problem_of(error, request_id)
    _log.error("The stream of request %s broke", request_id, exc_info=error)
    return problem_of(GenaiError("unexpected"), request_id)


async def _next(events: AsyncIterator[_T]) -> _T | None:
    return await anext(events, None)


def _frame(name: str, value: object) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(value) + b"\n\n"
