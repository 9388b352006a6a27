"""A real Valkey or Redis server of its own for a test, on a free port, with a password, and with TLS when asked."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

PASSWORD = "p%2Fq-not-for-eyes"  # p/q... in an address
_PLAIN = "p/q-not-for-eyes"
_START_S = 20


def server_binary() -> str:
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        pytest.skip(
            "No valkey-server and no redis-server on PATH; install one of them (Debian: redis-server) to run this."
        )
    return found


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


class ValkeyServer:
    """Starts, stops and starts again on the same port."""

    def __init__(self, folder: Path, *, options: Sequence[str] = (), scheme: str = "redis") -> None:
        self.port = free_port()
        self.url = f"{scheme}://:{PASSWORD}@127.0.0.1:{self.port}/0"
        self._folder = folder
        self._listens = (
            ["--port", "0", "--tls-port", str(self.port)]
            if scheme == "rediss"
            else ["--port", str(self.port)]
        )
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                server_binary(), *self._listens, "--bind", "127.0.0.1", "--requirepass", _PLAIN,
                "--save", "", "--appendonly", "no", "--dir", str(self._folder), *self._options,
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + _START_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"The server on port {self.port} did not start.") from None
                time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def valkey_server(
    folder: Path, *, options: Sequence[str] = (), scheme: str = "redis"
) -> Iterator[ValkeyServer]:
    server = ValkeyServer(folder, options=options, scheme=scheme)
    server.start()
    try:
        yield server
    finally:
        server.stop()
