"""Reads documents in warm child processes, so that no document can take the service's time, memory or life."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path
from typing import Any

import app
from app.kernel.documents import ExtractedText
from app.kernel.errors import LimitExceeded, UnreadableDocument
from app.rag.reading import frames

# What the child is given of the environment: no key, no token, no proxy.
_ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "MALLOC_ARENA_MAX": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPATH": str(Path(next(iter(app.__path__))).resolve().parent),
}
_PIPE_BYTES = 2**20


# What the pipes of a child that has died raise, depending on the moment.
_CRASHES = (asyncio.IncompleteReadError, BrokenPipeError, ConnectionResetError)


class Reader:
    """Turns bytes into text in child processes: started at first use, kept warm, replaced after a crash or much growth."""

    def __init__(self, *, cpu_s: int, memory_mb: int, max_pages: int, processes: int = 1) -> None:
        self._cpu_s = cpu_s
        self._memory_mb = memory_mb
        self._max_pages = max_pages
        self._places = asyncio.Semaphore(processes)
        self._idle: list[Process] = []
        self._busy: set[Process] = set()
        self._ending: set[asyncio.Task[int]] = set()

    async def read(self, content: bytes, *, filename: str) -> ExtractedText:
        """The text of a document, within `cpu_s` seconds of processor and of wall-clock time.

        Raises: UnsupportedDocument, UnreadableDocument or LimitExceeded, each with a stable code.
        """
        async with self._places:
            try:
                async with asyncio.timeout(self._cpu_s):
                    head, body = await self._exchange(content, filename=filename)
            except TimeoutError:
                raise _too_slow(filename, self._cpu_s) from None
        return frames.read_answer(head, body)

    async def aclose(self) -> None:
        """End the children. A document being read ends as unreadable."""
        for child in (*self._idle, *self._busy):
            self._dismiss(child)
        self._idle.clear()
        await asyncio.gather(*self._ending)

    async def _exchange(self, content: bytes, *, filename: str) -> tuple[dict[str, Any], bytes]:
        limits = {"cpu_s": self._cpu_s, "memory_mb": self._memory_mb, "max_pages": self._max_pages}
        head = frames.packed({"filename": filename, **limits}, body_bytes=len(content))
        while True:
            child, warm = await self._child()
            try:
                return await self._converse(child, head, content)
            except _CRASHES:
                status = await _end(child)
            if status == -signal.SIGXCPU:
                raise _too_slow(filename, self._cpu_s)
            # A warm child may have died before this document came, or of what an earlier one left behind.
            if not warm:
                raise _crashed(filename, status)

    async def _child(self) -> tuple[Process, bool]:
        """A child and whether it has read documents before."""
        while self._idle:
            child = self._idle.pop()
            if child.returncode is None:
                return child, True
        command = (sys.executable, "-m", "app.rag.reading.child", str(os.getpid()))
        # close_fds is the default: the child holds three pipes and nothing else of ours.
        started = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=_ENVIRONMENT, limit=_PIPE_BYTES
        )
        return started, False

    async def _converse(self, child: Process, head: bytes, content: bytes) -> tuple[dict[str, Any], bytes]:
        """One document. The child is idle again afterwards, or dead: a time-out or a cancellation kills it."""
        self._busy.add(child)
        keep = False
        try:
            answer = await _asked(child, head, content)
            keep = not answer[0].get("retire")
            return answer
        finally:
            self._busy.discard(child)
            if keep:
                self._idle.append(child)
            else:
                self._dismiss(child)

    def _dismiss(self, child: Process) -> None:
        """Kill a child without waiting for its end, which a cancelled read could not do."""
        ending = asyncio.create_task(_end(child))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)


async def _asked(child: Process, head: bytes, content: bytes) -> tuple[dict[str, Any], bytes]:
    inbox, outbox = child.stdin, child.stdout
    if inbox is None or outbox is None:
        raise ConnectionResetError("The child has no pipes.")
    inbox.write(head)
    inbox.write(content)
    await inbox.drain()
    head_bytes, body_bytes = frames.LENGTHS.unpack(await outbox.readexactly(frames.LENGTHS.size))
    return json.loads(await outbox.readexactly(head_bytes)), await outbox.readexactly(body_bytes)


async def _end(child: Process) -> int:
    """Kill the child, if it still lives, and return its status."""
    if child.returncode is None:
        # Not child.kill(): that polls, takes the status of a child that has just died, and asyncio never sees it.
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
    if child.stdin is not None:
        child.stdin.close()
    return await child.wait()


def _too_slow(filename: str, cpu_s: int) -> LimitExceeded:
    return LimitExceeded(
        f"Reading {filename!r} took longer than {cpu_s} s; split it or raise GENAI_EXTRACT_CPU_S.",
        code="extract_timeout",
    )


def _crashed(filename: str, status: int) -> UnreadableDocument:
    return UnreadableDocument(
        f"{filename!r} broke the program that reads it (status {status}); save it again with another program.",
        code="reader_crashed",
    )
