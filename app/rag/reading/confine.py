"""Takes from this process what reading a document does not need: network, children, files to write, memory, time."""

import ctypes
import math
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWNET, _CLONE_NEWUSER = 0x40000000, 0x10000000
_REFUSED = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.system",
    "urllib.",
    "ftplib.",
)
_PAGE_BYTES = resource.getpagesize()


def confine(*, parent: int) -> None:
    """Never comes back when the parent has gone. What the kernel refuses (a namespace in a container) is left out."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        # Before PDEATHSIG: a change of credentials clears it.
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)
    for what, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NOFILE, 64)):
        resource.setrlimit(what, (most, most))
    # Ctrl-C in a terminal reaches the whole group; the service decides when its reader ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith(_REFUSED):
        raise PermissionError(f"Reading a document may not do {event!r}.")


def limit_task(*, cpu_s: float, memory_mb: int, address_bytes: int) -> None:
    """Give the next task its own processor time and memory, on top of what the process has used and is."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = math.ceil(used.ru_utime + used.ru_stime + cpu_s)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, hard))
    address = address_bytes + memory_mb * 2**20
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (address, resource.getrlimit(resource.RLIMIT_AS)[1]))


def address_bytes() -> int:
    """Size of this process's address space; 0 where /proc does not tell."""
    return _statm(0)


def resident_bytes() -> int:
    return _statm(1)


def _statm(field: int) -> int:
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[field]) * _PAGE_BYTES
    except OSError:
        return 0
