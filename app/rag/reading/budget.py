"""Stops Python code that has used its processor time; native code is stopped by the kernel's limit instead."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class OutOfTime(Exception):
    """The work inside `cpu_budget` took longer than it may."""


@contextmanager
def cpu_budget(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in the body after `seconds` of processor time. Main thread only; budgets do not nest."""

    def stop(signum: int, frame: FrameType | None) -> None:
        raise OutOfTime(f"No result after {seconds:g} s of processor time.")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
