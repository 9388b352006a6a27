"""What the second process of a conformance test does; spawned by name, so it lives in a module of its own."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from typing import Any

from app.kernel.errors import Conflict
from app.kernel.ports.objects import Objects
from app.kernel.ports.records import Records
from app.kernel.ports.work import Work

SPAWN = get_context("spawn")  # fork would copy open SQLite handles and running threads


@contextmanager
def child(target: Callable[..., None], *arguments: Any) -> Iterator[BaseProcess]:
    """Run target(*arguments) in a process of its own; whatever still runs at the end is killed."""
    process = SPAWN.Process(target=target, args=arguments, daemon=True)
    process.start()
    try:
        yield process
    finally:
        if process.is_alive():
            process.kill()
        process.join(timeout=30)


def put_for_ever(open_objects: Callable[[], Objects], prefix: str, size: int, said: "Queue[str]") -> None:
    """Write object after object; say each key once its put has returned."""

    async def work() -> None:
        objects = open_objects()
        number = 0
        while True:
            key = f"{prefix}{number % 3}"
            await objects.put(key, bytes([number % 251]) * size)
            said.put(key)
            number += 1

    asyncio.run(work())


def record_for_ever(open_records: Callable[[], Records], partition: str, said: "Queue[str]") -> None:
    """Write record after record; say each key once its put has returned."""

    async def work() -> None:
        records = open_records()
        number = 0
        while True:
            key = f"{number:06d}"
            await records.put(partition, key, {"number": number}, expected=0)
            said.put(key)
            number += 1

    asyncio.run(work())


def count_up(open_records: Callable[[], Records], partition: str, times: int) -> None:
    """Add one to a shared counter, read and write apart, so that only the condition keeps it right."""

    async def work() -> None:
        records = open_records()
        for _ in range(times):
            while True:
                found = await records.get(partition, "counter")
                try:
                    await records.put(
                        partition, "counter", {"n": found.value["n"] + 1}, expected=found.revision
                    )
                    break
                except Conflict:
                    continue

    asyncio.run(work())


def drain(open_work: Callable[[], Work], said: "Queue[list[str]]") -> None:
    """Finish jobs until none is left, then say which ones were ours."""

    async def work() -> None:
        queue, mine = open_work(), []
        while leases := await queue.receive(limit=3, lease_s=60):
            for lease in leases:
                mine.append(lease.job_id)
                await queue.finish(lease)
        said.put(mine)

    asyncio.run(work())


def lease_and_hang(open_work: Callable[[], Work], lease_s: float, said: "Queue[str]") -> None:
    """Lease one job, say its id, and never finish it."""

    async def work() -> None:
        [lease] = await open_work().receive(limit=1, lease_s=lease_s, wait_s=20)
        said.put(lease.job_id)
        await asyncio.sleep(3600)

    asyncio.run(work())
