"""Reads pages in processes of their own: a page made to take forever is given up, and holds up nobody but its sender."""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from typing import Any

from app.coldmail.reading.source import Given
from app.coldmail.reading.tasks import TASKS

# Smaller ones are read here: the worst of this size that we know of takes a quarter of a second.
_SMALL_CHARS = 50_000
_AT_ONCE = 2
_MOST_ANSWER_BYTES = 64_000_000


class TookTooLong(Exception):
    """The page was given up."""


class Apart:
    """A few reading processes, started when the first large page comes; one that overruns its time is killed."""

    def __init__(self, *, seconds: float = 8.0) -> None:
        self._seconds = seconds
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._idle: list[Process] = []

    async def run(self, task: str, given: Given, more: Any = None) -> Any:
        """What the task of this name says of the page, in plain values. Raises TookTooLong."""
        if len(given.content) <= _SMALL_CHARS:
            return await asyncio.to_thread(TASKS[task], given, more)
        async with self._turns:
            process = self._idle.pop() if self._idle else await _started()
            try:
                async with asyncio.timeout(self._seconds):
                    found = await _asked(process, task, given, more)
            except (TimeoutError, OSError, ValueError, asyncio.IncompleteReadError):
                await _ended(process)
                raise TookTooLong from None
            except BaseException:
                await _ended(process)
                raise
            self._idle.append(process)
        if found is None:
            raise TookTooLong
        return found

    async def aclose(self) -> None:
        while self._idle:
            await _ended(self._idle.pop())


async def _started() -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "app.coldmail.reading.child",
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        limit=_MOST_ANSWER_BYTES,
    )


async def _asked(process: Process, task: str, given: Given, more: Any) -> Any:
    if process.stdin is None or process.stdout is None:  # both are pipes
        raise OSError
    text = given.content
    body = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    head = {
        "task": task,
        "content_type": given.content_type,
        "url": given.url,
        "more": more,
        "text": isinstance(text, str),
        "size": len(body),
    }
    process.stdin.write(json.dumps(head).encode() + b"\n" + body)
    await process.stdin.drain()
    return json.loads(await process.stdout.readline())["found"]


async def _ended(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
