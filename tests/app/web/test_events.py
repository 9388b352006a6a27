"""Server-sent events: pings while it is quiet, and nothing goes on that nobody reads."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.types import Message

from app.web.events import Event, event_stream

pytestmark = pytest.mark.anyio


async def _frames(response: object) -> AsyncIterator[bytes]:
    async for frame in response.body_iterator:  # type: ignore[attr-defined]
        yield frame


async def test_a_quiet_stream_is_kept_open_by_comment_pings() -> None:
    release = asyncio.Event()

    async def events() -> AsyncIterator[Event]:
        yield "meta", {}
        await release.wait()
        yield "done", {"ok": True}

    frames = []
    async for frame in _frames(event_stream(events(), request_id="r", ping_s=0.01)):
        frames.append(frame)
        if frames.count(b": ping\n\n") == 3:
            release.set()
    assert frames[0] == b"event: meta\ndata: {}\n\n"
    assert frames[-1] == b'event: done\ndata: {"ok":true}\n\n'
    assert set(frames[1:-1]) == {b": ping\n\n"}


async def test_a_stream_forbids_caches_and_buffers() -> None:
    async def nothing() -> AsyncIterator[Event]:
        return
        yield

    response = event_stream(nothing(), request_id="r")
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-accel-buffering"] == "no"


@pytest.mark.parametrize("quiet", [True, False])
async def test_when_the_reader_leaves_the_work_behind_the_stream_ends(quiet: bool) -> None:
    ended = asyncio.Event()

    async def events() -> AsyncIterator[Event]:
        try:
            yield "meta", {}
            await asyncio.sleep(3600 if quiet else 0)
            yield "more", {}
        finally:
            ended.set()

    frames = _frames(event_stream(events(), request_id="r", ping_s=0.01))
    await anext(frames)
    if quiet:
        await anext(frames)
    inner = (
        frames.ag_frame.f_locals
    )  # the response's own iterator, which the server closes when the client goes
    await inner["response"].body_iterator.aclose()
    async with asyncio.timeout(10):
        await ended.wait()


async def test_closing_what_is_behind_a_stream_is_not_cut_short_when_the_client_goes() -> None:
    closed, reading = asyncio.Event(), asyncio.Event()

    async def events() -> AsyncIterator[Event]:
        try:
            yield "meta", {}
            reading.set()
            await asyncio.sleep(3600)
        finally:
            for _ in range(20):  # as a connection takes several turns to close
                await asyncio.sleep(0)
            closed.set()

    async def receive() -> Message:
        await reading.wait()
        return {"type": "http.disconnect"}

    async def send(_: Message) -> None:
        await asyncio.sleep(0)

    response = event_stream(events(), request_id="r")
    await response({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)
    async with asyncio.timeout(10):
        await closed.wait()


async def test_line_breaks_in_a_value_do_not_break_the_frame() -> None:
    async def events() -> AsyncIterator[Event]:
        yield "delta", {"text": "a\n\nevent: done\r\ndata: {}"}

    frames = [frame async for frame in _frames(event_stream(events(), request_id="r"))]
    assert len(frames) == 1
    assert frames[0].count(b"\n") == 3
