"""Hands TCP on to another port of this machine, faultily on demand; README.md has the table of modes."""

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

_PIECE = 64 << 10
_STEP_S = 0.05
# Linger on, zero seconds: closing sends RST instead of FIN.
_HARD = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Pass:
    """Every byte at once."""


@dataclass(frozen=True)
class Latency:
    """Every piece this much later."""

    seconds: float


@dataclass(frozen=True)
class Down:
    """Nothing listens."""


@dataclass(frozen=True)
class Reset:
    """Taken and reset."""


@dataclass(frozen=True)
class Cut:
    """Ended behind so many bytes of the answers."""

    after: int


@dataclass(frozen=True)
class Trickle:
    """So many bytes a second in each direction."""

    bytes_per_s: int


Mode = Pass | Latency | Down | Reset | Cut | Trickle


class FaultProxy:
    """Runs in a thread of its own until `close`. Setting `mode` returns when it holds."""

    def __init__(self, target: int) -> None:
        self.connections = 0
        self._target = target
        self._mode: Mode = Pass()
        self._open: set[_Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._changed = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self.port = 0
        self._thread = threading.Thread(target=self._run, name="fault-proxy", daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(30)

    @property
    def mode(self) -> Mode:
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        asyncio.run_coroutine_threadsafe(self._switch(mode), self._loop).result(30)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _switch(self, mode: Mode) -> None:
        self._mode = mode
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        for connection in self._open:
            connection.answered = 0
        if isinstance(mode, Down | Reset):
            await self._reset_all()
        if isinstance(mode, Down) and self._server is not None:
            self._server.close()
            self._server = None
        elif not isinstance(mode, Down) and self._server is None:
            await self._listen()

    async def _reset_all(self) -> None:
        for connection in list(self._open):
            connection.reset()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        await self._reset_all()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        connection = _Connection(writer)
        self._open.add(connection)
        try:
            if isinstance(self._mode, Reset):
                await reader.read(1)
                connection.reset()
                return
            upstream_reader, upstream = await asyncio.open_connection("127.0.0.1", self._target)
            connection.upstream = upstream
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(reader, upstream, connection, answers=False))
                both.create_task(self._pump(upstream_reader, writer, connection, answers=True))
        except (OSError, asyncio.CancelledError, BaseExceptionGroup):
            pass
        finally:
            connection.close()
            self._open.discard(connection)
            self._tasks.discard(task)

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        connection: "_Connection",
        *,
        answers: bool,
    ) -> None:
        while held := await reader.read(_PIECE):
            while held:
                piece = await self._due(held)
                if answers and isinstance(self._mode, Cut):
                    piece = piece[: max(0, self._mode.after - connection.answered)]
                    connection.answered += len(piece)
                    if not piece:
                        raise ConnectionAbortedError
                writer.write(piece)
                await writer.drain()
                held = held[len(piece) :]
        with suppress(OSError):
            writer.write_eof()

    async def _due(self, held: bytes) -> bytes:
        """How much of it goes on, when it is time; all of it when the mode changes meanwhile."""
        changed, mode = self._changed, self._mode
        match mode:
            case Latency(seconds):
                wait_s, size = seconds, len(held)
            case Trickle(bytes_per_s):
                size = max(1, int(bytes_per_s * _STEP_S))
                wait_s = size / bytes_per_s
            case _:
                return held
        with suppress(TimeoutError):
            await asyncio.wait_for(changed.wait(), wait_s)
            return await self._due(held)
        return held[:size]


class _Connection:
    def __init__(self, client: asyncio.StreamWriter) -> None:
        self.client = client
        self.upstream: asyncio.StreamWriter | None = None
        self.answered = 0

    def reset(self) -> None:
        """RST to the client, whatever is still on its way."""
        raw = self.client.get_extra_info("socket")
        if raw is not None:
            with suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _HARD)
        self.client.transport.abort()

    def close(self) -> None:
        self.client.close()
        if self.upstream is not None:
            self.upstream.transport.abort()


@contextmanager
def fault_proxy(target: int) -> Iterator[FaultProxy]:
    proxy = FaultProxy(target)
    try:
        yield proxy
    finally:
        proxy.close()
