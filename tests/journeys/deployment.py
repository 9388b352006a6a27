"""A service in processes as somebody deploys it: replicas behind their own addresses, and who ingests for them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.journeys.platform import free_port

# Correctness limits, not targets.
READY_S = 120.0
PATIENCE_S = 90.0
_ALONE = {"OPENBLAS_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
_HOLDERS = {"acme": "key-of-acme", "globex": "key-of-globex"}
KEYS = ",".join(f"{tenant}:{key}" for tenant, key in _HOLDERS.items())


def until(
    holds: Callable[[], Any], *, within_s: float = PATIENCE_S, why: Callable[[], object] = lambda: ""
) -> None:
    """why: asked when it did not come to that, for the message."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, f"Not within {within_s:g} s. {why()}"
        time.sleep(0.05)


class Process:
    """`python -m app.rag COMMAND` with a folder and a port of its own; may be killed and started again."""

    def __init__(self, command: Sequence[str], *, name: str, folder: Path, settings: dict[str, str]) -> None:
        self.name = name
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        self._command = [sys.executable, "-m", "app.rag", *command]
        self._log = folder / f"{name}.log"
        self.env = {
            **os.environ, **_ALONE, **settings,
            "GENAI_PORT": str(port), "GENAI_DATA_DIR": str(folder / name), "GENAI_CONSOLE": "false",
        }  # fmt: skip
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(self._command, env=self.env, stdout=log, stderr=log)

    def kill(self) -> None:
        """As the kernel does when memory is short, or a machine that loses its power."""
        assert self._running is not None, self.name
        self._running.kill()
        self._running.wait()

    def stop(self) -> None:
        if self._running is None or self._running.poll() is not None:
            return
        self._running.terminate()
        try:
            self._running.wait(60)
        except subprocess.TimeoutExpired:
            for one in self.tree():
                one.kill()
            self._running.wait()

    def tree(self) -> list[psutil.Process]:
        assert self._running is not None, self.name
        first = psutil.Process(self._running.pid)
        return [first, *first.children(recursive=True)]

    def answers(self) -> bool:
        """Raises AssertionError with what it said when it has ended by itself."""
        assert self._running is not None, self.name
        assert self._running.poll() is None, f"{self.name} ended:\n{self.said()}"
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False, timeout=10).status_code == 200
        except httpx.TransportError:
            return False

    def said(self) -> str:
        return self._log.read_text(errors="replace")[-20_000:]


@dataclass
class Deployment:
    """`replicas` answer HTTP, `worker` ingests; on one machine both are the one `service` with its processes."""

    folder: Path
    replicas: list[Process]
    worker: Process
    _clients: dict[tuple[int, str, int], httpx.Client] = field(default_factory=dict)

    @property
    def processes(self) -> list[Process]:
        return list({id(one): one for one in (*self.replicas, self.worker)}.values())

    def http(self, replica: int = 0, *, tenant: str = "acme") -> httpx.Client:
        """A client of a replica for this thread; numbers go round, so that one service is every replica."""
        number = replica % len(self.replicas)
        place = (number, tenant, threading.get_ident())
        if place not in self._clients:
            self._clients[place] = httpx.Client(
                base_url=self.replicas[number].url, timeout=120, trust_env=False,
                headers={"Authorization": f"Bearer {_HOLDERS[tenant]}"},
            )  # fmt: skip
        return self._clients[place]

    def everywhere(self) -> list[httpx.Client]:
        return [self.http(number) for number in range(len(self.replicas))]

    def start(self) -> None:
        for process in self.processes:
            process.start()
        self.wait_ready()

    def wait_ready(self) -> None:
        for process in self.replicas:
            until(process.answers, within_s=READY_S, why=process.said)

    def stop(self) -> None:
        for client in self._clients.values():
            client.close()
        for process in reversed(self.processes):
            process.stop()

    @contextmanager
    def nobody_ingests(self) -> Iterator[None]:
        """Whoever ingests stands still, so that a job waits for as long as a journey needs it to."""
        held = [one for one in self.worker.tree() if {"app.rag", "worker"} <= set(one.cmdline())]
        assert held, "No process ingests."
        for one in held:
            one.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            for one in held:
                one.send_signal(signal.SIGCONT)

    def tool(
        self, *arguments: str, settings: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """A command of `python -m app.rag` to its end, as somebody of acme runs it beside the service."""
        own = {"GENAI_API_KEY": _HOLDERS["acme"], **(settings or {})}
        if self.worker is not self.replicas[0]:  # on a machine of its own
            own |= {"GENAI_API_URL": self.replicas[-1].url, "GENAI_DATA_DIR": str(self.folder / "tools")}
        return subprocess.run(
            [sys.executable, "-m", "app.rag", *arguments], env={**self.replicas[-1].env, **own},
            capture_output=True, text=True, timeout=300,
        )  # fmt: skip


def alone(folder: Path, **settings: str) -> Deployment:
    """One `python -m app.rag` is everything."""
    service = Process([], name="service", folder=folder, settings={"GENAI_API_KEYS": KEYS, **settings})
    return Deployment(folder, [service], service)


def apart(folder: Path, **settings: str) -> Deployment:
    """Two replicas and a worker that share nothing but their stores."""
    settings = {"GENAI_API_KEYS": KEYS, **settings}
    return Deployment(
        folder,
        [Process(["api"], name=f"replica-{number}", folder=folder, settings=settings) for number in (1, 2)],
        Process(["worker"], name="worker", folder=folder, settings=settings),
    )


@contextmanager
def deployed(deployment: Deployment) -> Iterator[Deployment]:
    try:
        deployment.start()
        yield deployment
    finally:
        deployment.stop()
