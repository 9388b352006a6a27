"""Runs `pulumi` on one stack: each command a child with a log of its own, ended when the guard says so."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from scripts.aws_smoke.guard import Guard

LOOK_S = 0.2
# Pulumi ends what it has begun when it is asked once, and at once when it is asked again.
PATIENCE_S = 120.0
SHOWN_LINES = 15


class Failed(Exception):
    """A command that did not end well; the message has the end of what it said."""


class Engine:
    """Commands for one stack of the project in `folder`. `say` takes a line of progress."""

    def __init__(
        self, folder: Path, stack: str, *, logs: Path, say: Callable[[str], None], program: str = "pulumi"
    ) -> None:
        self.folder, self.stack, self.logs, self.say, self.program = folder, stack, logs, say, program
        self._runs = 0
        logs.mkdir(parents=True, exist_ok=True)

    def select(self) -> None:
        self._run("stack", "select", "--create", self.stack)

    def configure(self, **values: str) -> None:
        pairs = [text for key, value in values.items() for text in ("--plaintext", f"{_path(key)}={value}")]
        self._run("config", "set-all", "--path", *pairs, "--stack", self.stack)

    def resources(self) -> int:
        """How many the state holds, providers and the stack itself left out."""
        exported = json.loads(self._run("stack", "export", "--stack", self.stack))
        found = (exported.get("deployment") or {}).get("resources") or []
        return sum(not item["type"].startswith("pulumi:") for item in found)

    def output(self, name: str) -> str:
        return self._run("stack", "output", name, "--stack", self.stack).strip()

    def up(self, what: str, *, guard: Guard) -> None:
        self._told(what, "up", guard)

    def destroy(self, what: str, *, guard: Guard | None = None) -> None:
        self._told(what, "destroy", guard)

    def unlock(self) -> None:
        """A child that was killed leaves its lock; where there is none the command fails, which is as well."""
        with suppress(Failed):
            self._run("cancel", "--yes", self.stack)

    def forget(self) -> None:
        self._run("stack", "rm", "--yes", "--stack", self.stack)

    def _told(self, what: str, command: str, guard: Guard | None) -> None:
        self.say(f"{what}: pulumi {command}")
        started = time.monotonic()
        self._run(command, "--yes", "--skip-preview", "--stack", self.stack, guard=guard)
        self.say(f"{what}: done in {(time.monotonic() - started) / 60:.1f} min")

    def _run(self, *arguments: str, guard: Guard | None = None) -> str:
        """Returns: its output. Raises: Failed, or Stopped once the child has ended."""
        self._runs += 1
        log = self.logs / f"{self._runs:02d}-{arguments[0]}.log"
        command = (self.program, "-C", str(self.folder), *arguments, "--non-interactive", "--color", "never")
        with log.open("wb") as out, (self.logs / "errors.log").open("ab") as errors:
            # In a group of its own: Ctrl-C reaches us alone, and we decide how a child ends.
            child = subprocess.Popen(
                command, stdout=out, stderr=out if guard or arguments[0] in ("up", "destroy") else errors,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            try:
                _wait(child, guard)
            except BaseException:
                end(child)
                raise
        said = log.read_text(encoding="utf-8", errors="replace")
        if child.returncode:
            why = "\n".join(f"    {line}" for line in reasons(said))
            raise Failed(
                f"`pulumi {' '.join(arguments)}` ended with {child.returncode}; {log} has all of it:\n{why}"
            )
        return said


def reasons(said: str) -> list[str]:
    """The lines that say what went wrong, each once; where none does, the last ones."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    wrong = dict.fromkeys(line for line in lines if line.startswith("error:"))
    return list(wrong)[:SHOWN_LINES] or lines[-SHOWN_LINES:]


def _wait(child: subprocess.Popen[bytes], guard: Guard | None) -> None:
    while child.poll() is None:
        if guard is not None:
            guard.check()
        time.sleep(LOOK_S)


def end(child: subprocess.Popen[bytes], *, patience_s: float = PATIENCE_S) -> None:
    """Ask it to finish what it has begun; after that, ask no more."""
    for number, wait_s in ((signal.SIGINT, patience_s), (signal.SIGKILL, None)):
        if child.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, number)
            with suppress(subprocess.TimeoutExpired):
                child.wait(wait_s)


def _path(key: str) -> str:
    """`allowedCidrs_0` is the first of a list, `aws__region` a key of another namespace."""
    name, _, index = key.replace("__", ":").partition("_")
    return f"{name}[{index}]" if index else name
