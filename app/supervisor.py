"""Starts the processes of a service, keeps them alive, and stops them together."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

from app.kernel.errors import AddressBusy, StartError

START_ERROR = 2
_TICK_S = 0.05
_STOP_S = 15.0
_MAX_BACKOFF_S = 30.0
# A process that dies this often before the service was ever ready will not heal by itself.
_MAX_EARLY_DEATHS = 3
_PR_SET_PDEATHSIG = 1
# Where a child that cannot start leaves its line: several have the same reason, and it is told once.
_REPORT_FD = "START_REPORT_FD"


@dataclass(slots=True)
class Child:
    """One process: a Python module with arguments. `fds` are file descriptors it inherits."""

    name: str
    arguments: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)
    fds: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restart_at: float = 0.0
    deaths: int = 0

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.arguments],
            env={**os.environ, **self.environ},
            pass_fds=tuple(self.fds),
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops the others in order
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )


class Supervisor:
    """Runs children until SIGTERM or SIGINT, or until one refuses to start.

    A child that dies is started again, at once the first time, then with growing pauses. One that exits with
    code 2 has told why it cannot start: everything stops with that code, and with 1 when one keeps dying before
    the service was ever ready. `is_ready` and `when_ready` may take their time: they run in a thread.
    """

    def __init__(
        self, children: Sequence[Child], *, when_ready: Callable[[], None], is_ready: Callable[[], bool]
    ) -> None:
        self._children = children
        self._when_ready = when_ready
        self._is_ready = is_ready
        self._stopping = False
        self._ready = threading.Event()
        self._report, self._report_in = os.pipe()

    def run(self) -> int:
        """Returns the exit code: 0 after a stop that was asked for, 1 or 2 when a child could not start."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        code = 0
        try:
            for child in self._children:
                child.environ = {**child.environ, _REPORT_FD: str(self._report_in)}
                child.fds = [*child.fds, self._report_in]
                child.start()
            threading.Thread(target=self._watch, daemon=True, name="readiness").start()
            while not self._stopping:
                if any(_ended_with(child, START_ERROR) for child in self._children):
                    code = START_ERROR
                    self._tell_start_error()
                    break
                if not self._ready.is_set() and any(
                    child.deaths >= _MAX_EARLY_DEATHS for child in self._children
                ):
                    code = 1
                    break
                self._revive()
                time.sleep(_TICK_S)
        finally:
            self._stop_all()
        return code

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _watch(self) -> None:
        while not self._is_ready():
            time.sleep(_TICK_S)
        self._ready.set()
        self._when_ready()

    def _tell_start_error(self) -> None:
        os.set_blocking(self._report, False)
        with suppress(BlockingIOError):
            line = os.read(self._report, 4096).decode(errors="replace").partition("\n")[0]
            sys.stderr.write(f"{line}\n")

    def _revive(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.process is None or child.process.poll() is None:
                continue
            if not child.restart_at:
                child.deaths = 0 if now - child.started_at > 60 else child.deaths
                pause_s = min(_MAX_BACKOFF_S, float(2**child.deaths) - 1)
                child.deaths += 1
                child.restart_at = now + pause_s
                sys.stderr.write(
                    f"The {child.name} process ended with {child.process.returncode}; it starts again.\n"
                )
            if now >= child.restart_at:
                child.restart_at = 0.0
                child.start()

    def _stop_all(self) -> None:
        running = [
            child.process for child in self._children if child.process and child.process.poll() is None
        ]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + _STOP_S
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def report_start_error(detail: str) -> None:
    """Say why this process cannot start: to the supervisor when there is one, else on stderr."""
    line = f"{' '.join(detail.split())}\n"
    if fd := os.environ.get(_REPORT_FD):
        os.write(int(fd), line.encode())
    else:
        sys.stderr.write(line)


def bind_each(host: str, port: int, *, count: int, setting: str) -> list[socket.socket]:
    """A listening socket for each of `count` processes on one port; errors as `bind`.

    On Linux each has a queue of its own, which the kernel fills evenly: a shared queue gave one of two processes
    all 32 connections of a burst in half of the runs. Elsewhere they share one.
    """
    first = bind(host, port, setting=setting)
    if count == 1 or sys.platform != "linux":
        return [first] * count
    # The first bind has told whether the port is free: sockets that share a port would not.
    port = int(first.getsockname()[1])
    first.close()
    return [bind(host, port, setting=setting, shared=True) for _ in range(count)]


def bind(host: str, port: int, *, setting: str, shared: bool = False) -> socket.socket:
    """A listening socket that children inherit. Raises AddressBusy, StartError; `setting` names what to change.

    shared: others of this user may listen on the port as well, each with its own queue.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        if isinstance(error, PermissionError) or error.errno not in (98, 48):
            raise StartError(
                f"Cannot listen on {host}:{port} ({error.strerror}); change {setting}."
            ) from None
        raise AddressBusy(
            f"Port {port} on {host} is taken; stop what uses it or set {setting} to another."
        ) from None
    return listener


def _ended_with(child: Child, code: int) -> bool:
    return child.process is not None and child.process.poll() == code


# Looked up before the fork: afterwards only what is certainly safe may run.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def _die_with_parent() -> None:
    # A supervisor that is killed must not leave a writer behind.
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
