"""Runs the blocking SDK beside the event loop: a thread for each call, and a stream that can be cut from outside."""

import asyncio
import contextvars
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

_T = TypeVar("_T")


class Response(Protocol):
    """The part of urllib3's response that another thread may call."""

    def shutdown(self) -> None: ...


class Cut:
    """Ends the reading of one response from another thread. Closing would wait for the reader; a shut socket wakes it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._response: Response | None = None
        self.made = False

    def hold(self, response: Response) -> None:
        """What `now` shuts; at once when that has been called before the response came."""
        with self._lock:
            self._response = response
            if self.made:
                _shut(response)

    def now(self) -> None:
        with self._lock:
            self.made = True
            if self._response is not None:
                _shut(self._response)


def _shut(response: Response) -> None:
    with suppress(OSError, ValueError, RuntimeError):  # read to its end or closed already
        response.shutdown()


# The cut of the stream that the running thread reads; the hook on the client's responses finds it here.
current_cut: contextvars.ContextVar[Cut | None] = contextvars.ContextVar("current_cut", default=None)


@dataclass(frozen=True, slots=True)
class _End(Generic[_T]):
    """How the reading ended."""

    error: BaseException | None = None


async def streamed(read: Callable[[], Iterator[_T]]) -> AsyncGenerator[_T, None]:
    """The items of a blocking iterator. Whoever leaves early ends the reading, and the thread with it."""
    loop, queue, cut = asyncio.get_running_loop(), asyncio.Queue[_T | _End[_T]](), Cut()

    def tell(item: _T | _End[_T]) -> None:
        with suppress(RuntimeError):  # the loop has closed
            loop.call_soon_threadsafe(queue.put_nowait, item)

    def run() -> None:
        current_cut.set(cut)
        try:
            for item in read():
                tell(item)
                if cut.made:
                    break
        except Exception as error:  # noqa: BLE001 - whatever it is, the waiting side raises it
            tell(_End(error))
        else:
            tell(_End())

    _start(run)
    try:
        while not isinstance(item := await queue.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        cut.now()


async def called(call: Callable[[], _T]) -> _T:
    """The result of a blocking call; a caller that is cancelled leaves it to run out by its own time limit."""
    async with aclosing(streamed(lambda: (call() for _ in range(1)))) as results:
        return await anext(results)


def _start(run: Callable[[], Any]) -> None:
    # A daemon, unlike the threads of an executor: one that still waits for an answer must not hold up a stop.
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(run,), name="bedrock", daemon=True).start()
