"""A real `python -m app` with its processes, as a user or an operating system sees them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.app.rag.running import upload_body

_PATIENCE_S = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environ(folder: Path, **settings: str) -> dict[str, str]:
    return {
        **os.environ,
        "GENAI_DATA_DIR": str(folder),
        "GENAI_CONSOLE": "false",
        "GENAI_PORT": str(free_port()),
        **settings,
    }


def run(*arguments: str, env: dict[str, str], timeout_s: float = 120) -> subprocess.CompletedProcess[str]:
    """A command to its end."""
    return subprocess.run(
        [sys.executable, "-m", *arguments], env=env, capture_output=True, text=True, timeout=timeout_s
    )


class Service:
    """`process` is the supervisor."""

    def __init__(self, env: dict[str, str], *, module: str = "app.rag") -> None:
        self.env = env
        self.url = f"http://127.0.0.1:{env['GENAI_PORT']}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.http = httpx.Client(base_url=self.url, timeout=90, trust_env=False)

    def wait_ready(self) -> None:
        self.until(lambda: self._answers() or self.process.poll() is not None)
        assert self.process.poll() is None, self.output()
        # What it says when ready comes after the announcement that tools look for.
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "is ready" in line:
                return

    def output(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.read()

    def upload(self, text: str, **body: Any) -> dict[str, Any]:
        answer = self.http.post("/upload?wait=60", json=upload_body(text, **body))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def found(self, query: str) -> list[str]:
        answer = self.http.post("/v1/retrieval", json={"query": query, "mode": "lexical", "limit": 100})
        assert answer.status_code == 200, answer.text
        return [hit["text"] for hit in answer.json()["results"]]

    def tree(self) -> list[psutil.Process]:
        """The supervisor and everything below it."""
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def child(self, command: str) -> psutil.Process:
        [found] = [one for one in psutil.Process(self.process.pid).children() if command in command_of(one)]
        return found

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)

    @staticmethod
    def until(holds: Callable[[], bool], *, patience_s: float = _PATIENCE_S) -> None:
        deadline = time.monotonic() + patience_s
        while not holds():
            assert time.monotonic() < deadline, "It did not come to that in time."
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return self.http.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False


def command_of(process: psutil.Process) -> list[str]:
    """Its command line; nothing of one that has just ended."""
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def all_gone(processes: list[psutil.Process]) -> bool:
    return not any(_lives(one) for one in processes)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


@contextmanager
def started(folder: Path, *, module: str = "app.rag", **settings: str) -> Iterator[Service]:
    """Ready; whatever of it still runs at the end is killed."""
    service = Service(environ(folder, **settings), module=module)
    known: list[psutil.Process] = []
    try:
        service.wait_ready()
        known = service.tree()
        yield service
    finally:
        if service.process.poll() is None:
            known = service.tree()
            service.stop()
        for one in known:
            if one.is_running():
                one.kill()
        service.process.stdout.close()  # type: ignore[union-attr]
        service.http.close()
