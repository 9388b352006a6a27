import asyncio
import threading
from collections.abc import Iterator

import pytest

from app.adapters.bedrock.threads import Cut, called, current_cut, streamed

pytestmark = pytest.mark.anyio


class Reply:
    """Counts how often it was shut."""

    def __init__(self, error: Exception | None = None) -> None:
        self.shut = 0
        self.error = error

    def shutdown(self) -> None:
        self.shut += 1
        if self.error:
            raise self.error


async def test_items_come_in_order_from_another_thread() -> None:
    here = threading.get_ident()

    def read() -> Iterator[tuple[int, bool]]:
        yield from ((number, threading.get_ident() != here) for number in range(5))

    assert [item async for item in streamed(read)] == [(number, True) for number in range(5)]


async def test_what_the_thread_raises_arrives_behind_what_it_had_told() -> None:
    def read() -> Iterator[int]:
        yield 1
        raise LookupError("gone")

    seen = []
    with pytest.raises(LookupError, match="gone"):
        async for item in streamed(read):
            seen.append(item)
    assert seen == [1]


async def test_a_reader_that_leaves_shuts_the_response_and_ends_the_reading() -> None:
    reply, going, told = Reply(), threading.Event(), []

    def read() -> Iterator[int]:
        cut = current_cut.get()
        assert cut is not None
        cut.hold(reply)
        for number in range(1_000_000):
            told.append(number)
            yield number
            going.wait(0.001)

    stream = streamed(read)
    assert await anext(stream) == 0
    await stream.aclose()
    assert reply.shut == 1
    async with asyncio.timeout(10):
        while any(thread.name == "bedrock" for thread in threading.enumerate()):
            await asyncio.sleep(0.01)
    assert len(told) < 1_000_000


async def test_a_response_that_comes_after_the_reader_has_left_is_shut_at_once() -> None:
    reply, cut = Reply(), Cut()
    cut.now()
    cut.hold(reply)
    assert reply.shut == 1


@pytest.mark.parametrize("error", [OSError(), ValueError(), RuntimeError()])
async def test_a_response_that_has_ended_already_is_no_error(error: Exception) -> None:
    reply, cut = Reply(error), Cut()
    cut.hold(reply)
    cut.now()
    assert reply.shut == 1


async def test_a_call_gives_its_result_or_its_error() -> None:
    assert await called(lambda: 5) == 5
    with pytest.raises(ZeroDivisionError):
        await called(lambda: 1 // 0)


async def test_a_caller_that_is_cancelled_does_not_wait_for_the_call() -> None:
    done = threading.Event()
    waiting = asyncio.create_task(called(lambda: done.wait(30)))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not done.is_set()
    done.set()
