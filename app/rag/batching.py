"""Turns single calls into batches: whatever arrives while one batch runs becomes the next."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from app.kernel.errors import Unavailable

_In = TypeVar("_In")
_Out = TypeVar("_Out")


class Batcher(Generic[_In, _Out]):
    """Calls `handle` with at most `max_items` items at a time and hands each caller its own result.

    Nothing waits for company: a lone item goes at once, so batching adds no latency to a quiet service.
    Up to `most_running` batches run side by side, so that the short tail of one leaves no core idle.
    With `linger_s` a batch waits that long for company, but only while `more_than(waiting)` promises some.
    Items may belong to different tenants: when a batch fails for any reason but an absent dependency, each item is
    tried alone, so that no caller fails for, or reads of, another's input.
    """

    def __init__(
        self,
        handle: Callable[[list[_In]], Awaitable[Sequence[_Out]]],
        *,
        max_items: int,
        most_running: int = 1,
        linger_s: float = 0.0,
        more_than: Callable[[int], bool] = lambda waiting: False,
    ) -> None:
        self._handle = handle
        self._max_items = max_items
        self._most_running = most_running
        self._linger_s = linger_s
        self._more_than = more_than
        self._waiting: deque[tuple[_In, asyncio.Future[_Out]]] = deque()
        self._runners: set[asyncio.Task[None]] = set()

    async def __call__(self, item: _In) -> _Out:
        future: asyncio.Future[_Out] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        self._runners = {runner for runner in self._runners if not runner.done()}
        if len(self._runners) < self._most_running:
            self._runners.add(asyncio.create_task(self._run()))
        return await future

    async def _run(self) -> None:
        while self._waiting:
            if len(self._waiting) < self._max_items and self._more_than(len(self._waiting)):
                await asyncio.sleep(self._linger_s)
            size = min(len(self._waiting), self._max_items)
            batch = [self._waiting.popleft() for _ in range(size)]
            batch = [(item, future) for item, future in batch if not future.done()]  # callers that gave up
            if not batch:
                continue
            await self._run_batch(batch)

    async def _run_batch(self, batch: list[tuple[_In, asyncio.Future[_Out]]]) -> None:
        try:
            results = await self._handle([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - handed to the callers
            if len(batch) > 1 and not isinstance(error, Unavailable):
                for pair in batch:
                    await self._run_batch([pair])
                return
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
        except BaseException:
            for _, future in batch:
                future.cancel()
            raise
        else:
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():
                    future.set_result(result)
