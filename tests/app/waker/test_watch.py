"""Several wakers and one Lease: whoever wins the write decides, and no request that was let through is put to sleep."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.kernel.errors import Conflict, Unavailable
from app.waker.usage import Usage
from app.waker.watch import Watch

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
IDLE = timedelta(minutes=15)
LATER = NOON + IDLE


class Memory:
    """The Lease and the scale of all wakers. `between` runs once, after the next read: what another waker does meanwhile."""

    def __init__(self, *, awake: bool = False, last: datetime | None = None, replicas: int = 0) -> None:
        self.now = Usage(version="1", awake=awake, last=last)
        self.count, self.writes = replicas, 0
        self.between: Callable[[], Awaitable[None]] | None = None

    async def usage(self) -> Usage:
        found, act = self.now, self.between
        if act is not None:
            self.between = None
            await act()
        return found

    async def write(self, usage: Usage) -> Usage:
        await asyncio.sleep(0)
        if usage.version != self.now.version:
            raise Conflict("written in between")
        self.writes += 1
        self.now = replace(usage, version=str(int(usage.version) + 1))
        return self.now

    async def replicas(self) -> int:
        return self.count

    async def scale(self, replicas: int) -> None:
        self.count = replicas


def waker(memory: Memory) -> Watch:
    return Watch(memory, IDLE)


def test_the_first_request_wakes_it_and_is_told_so_while_the_next_goes_through() -> None:
    async def story() -> None:
        memory = Memory()
        watch = waker(memory)
        assert await watch.note_use(NOON) is False
        assert memory.count == 1
        assert await watch.note_use(NOON) is True
        assert await waker(memory).note_use(NOON) is True

    asyncio.run(story())


def test_a_new_deployment_that_nobody_has_used_goes_to_no_replicas() -> None:
    async def story() -> None:
        memory = Memory(replicas=1)
        await waker(memory).tend(NOON)
        assert memory.count == 0

    asyncio.run(story())


def test_it_sleeps_after_the_idle_time_and_not_while_somebody_still_reads_an_answer() -> None:
    async def story() -> None:
        memory = Memory(awake=True, last=NOON, replicas=1)
        watch = waker(memory)
        await watch.tend(LATER - timedelta(seconds=1))
        assert memory.count == 1
        watch.busy = 1
        await watch.tend(LATER)
        assert memory.count == 1
        watch.busy = 0
        await watch.tend(LATER + IDLE)
        assert memory.count == 0 and not memory.now.awake

    asyncio.run(story())


def test_a_use_that_comes_while_another_waker_decides_on_sleep_keeps_it_awake() -> None:
    async def story() -> None:
        memory = Memory(awake=True, last=NOON, replicas=1)
        sleepy, asked = waker(memory), waker(memory)

        async def ask() -> None:
            assert await asked.note_use(LATER) is True

        memory.between = ask
        await sleepy.tend(LATER)
        assert memory.now.awake and memory.count == 1

    asyncio.run(story())


def test_a_use_that_comes_just_after_the_decision_is_told_to_wait_and_the_server_comes_back() -> None:
    async def story() -> None:
        memory = Memory(awake=True, last=NOON, replicas=1)
        sleepy, asked = waker(memory), waker(memory)
        memory.now = await memory.write(memory.now.asleep())  # decided, not yet scaled
        assert await asked.note_use(LATER) is False
        await memory.scale(0)  # now the other's scaling arrives, after the waking one's
        await sleepy.tend(LATER)
        assert memory.count == 1

    asyncio.run(story())


def test_what_a_killed_waker_began_is_ended_by_any_other() -> None:
    async def story() -> None:
        woken = Memory(awake=True, last=NOON, replicas=0)
        put_to_sleep = Memory(awake=False, last=NOON, replicas=1)
        for memory in (woken, put_to_sleep):
            await waker(memory).tend(NOON)
            assert memory.count == memory.now.replicas

    asyncio.run(story())


def test_a_burst_of_requests_writes_once() -> None:
    async def story() -> None:
        memory = Memory(awake=True, last=NOON, replicas=1)
        watch = waker(memory)
        answers = await asyncio.gather(*(watch.note_use(NOON + timedelta(minutes=1)) for _ in range(50)))
        assert all(answers) and memory.writes == 1

    asyncio.run(story())


def test_a_lease_that_is_always_written_by_others_is_an_error_and_no_endless_loop() -> None:
    class Contested(Memory):
        async def write(self, usage: Usage) -> Usage:
            raise Conflict("always")

    async def story() -> None:
        with pytest.raises(Unavailable, match="in a row"):
            await waker(Contested()).note_use(NOON)

    asyncio.run(story())
