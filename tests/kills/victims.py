"""Processes made to be killed: a host that has loaded everything forks one whenever it is asked, in milliseconds.

Run as `python -m tests.kills.victims` it is that host: a line of JSON on stdin forks a victim, whose id it prints,
and then, when the victim has ended, its exit status.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self

from app.wiring import Ports
from tests.app.rag.running import embedder
from tests.kills.scene import one_worker, scene

_ROOT = Path(__file__).parents[2]
KILLED = -signal.SIGKILL


class Host:
    """The side of the test. One victim at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kills.victims"],
            cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
            env={**os.environ, "TOKENIZERS_PARALLELISM": "false", "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip

    async def start(self, task: str, folder: Path, **arguments: Any) -> int:
        """The process id of a new victim."""
        order = json.dumps({"task": task, "folder": str(folder), **arguments})
        return int(await asyncio.to_thread(self._ask, order))

    async def ended(self) -> int:
        """The exit status of the victim, as subprocess has it."""
        return int(await asyncio.to_thread(self._answer))

    async def run(self, task: str, folder: Path, **arguments: Any) -> int:
        await self.start(task, folder, **arguments)
        return await self.ended()

    def _ask(self, order: str) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(order + "\n")
        return self._answer()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "The host of the victims died."
        return line

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()  # type: ignore[union-attr]
        self._process.wait(20)
        self._process.stdout.close()  # type: ignore[union-attr]


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def work(folder: Path, *, step: str = "", after: int = 0) -> None:
    """Drain the queue, and die when `step` comes for the (after + 1)-th time."""
    left = after

    async def observe(reached: str) -> None:
        nonlocal left
        if reached == step:
            left -= 1
            if left < 0:
                _die()

    async with one_worker(folder, observe=observe) as worker:
        await worker.drain()


async def work_until_write(folder: Path, *, write: int) -> None:
    """Drain the queue, and die before the write-th change of any store."""
    async with one_worker(folder, change=lambda ports: _count_writes(ports, write)) as worker:
        await worker.drain()


async def upload(folder: Path, *, marker: str, write: int) -> None:
    """Upload a document, and die before the write-th change of any store."""
    async with scene(folder) as there:
        _count_writes(there.ports, write)
        await there.upload(marker)


async def replace(folder: Path, *, document_id: str, marker: str, write: int) -> None:
    async with scene(folder) as there:
        there.promised[document_id] = (marker, 1)
        _count_writes(there.ports, write)
        await there.replace(document_id)


async def delete(folder: Path, *, document_id: str, write: int) -> None:
    async with scene(folder) as there:
        there.promised[document_id] = ("", 1)
        _count_writes(there.ports, write)
        await there.delete(document_id)


async def traffic(folder: Path, *, diary: str, seed: int, operations: int) -> None:
    """Upload, replace and delete in turn; each line of the diary is something that was acknowledged."""
    import random

    dice, path = random.Random(seed), Path(diary)
    async with scene(folder) as there:
        for number in range(operations):
            if there.promised and dice.random() < 0.35:
                document_id = dice.choice(list(there.promised))
                marker, version = there.promised[document_id]
                gone = dice.random() < 0.4
                _note(path, "delete?" if gone else "replace?", document_id, marker, version + 1)
                await (there.delete if gone else there.replace)(document_id)
                _note(path, "delete" if gone else "replace", document_id, marker, version + 1)
            else:
                marker = f"zork{seed}x{number}"
                document_id = await there.upload(marker)
                _note(path, "upload", document_id, marker, 1)


def _note(diary: Path, *words: object) -> None:
    with diary.open("a") as file:
        file.write(json.dumps(words) + "\n")


def _count_writes(ports: Ports, write: int) -> None:
    """Let the process die before the write-th change."""
    left = write

    def deadly(method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def counted(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left <= 0:
                _die()
            return await method(*arguments, **named)

        return counted

    changes = {
        "objects": ("put", "purge"),
        "records": ("put", "delete"),
        "work": ("send", "finish", "release"),
        "index": ("put", "publish", "describe", "withdraw"),
    }
    for port, names in changes.items():
        for name in names:
            store = getattr(ports, port)
            setattr(store, name, deadly(getattr(store, name)))


TASKS = {task.__name__: task for task in (work, work_until_write, upload, replace, delete, traffic)}


def _host() -> None:
    embedder().count_tokens("Loaded before the fork.")
    _ = embedder()._weights
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os.close(0)
            status = 1
            try:
                asyncio.run(TASKS[order.pop("task")](Path(order.pop("folder")), **order))
                status = 0
            except BaseException:  # noqa: BLE001 - a forked child must never return into the host's loop
                import traceback

                traceback.print_exc()
            os._exit(status)
        print(pid, flush=True)
        _, ended = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(ended), flush=True)


if __name__ == "__main__":
    _host()
