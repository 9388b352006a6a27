"""`make aws-smoke` on the real engine: it ends with a destroy whatever happens, and compares what it wrote."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import psutil
import pytest

from scripts.aws_smoke import guard as rules

from . import account
from .bench import REPOSITORY, Bench
from .fake_aws import FakeAws

pytestmark = pytest.mark.engines

STACK = "smoke"
LIMIT_S = 300


class Run:
    """The command as its user starts it, in a project folder of its own."""

    started: ClassVar[list["Run"]] = []

    def __init__(self, bench: Bench, *arguments: str, faults: list[dict[str, Any]] | None = None) -> None:
        self.bench = bench
        self.log = bench.folder / "logs" / f"smoke-{time.monotonic_ns()}.log"
        kept = {key: value for key, value in bench.environment(faults).items() if key not in rules.CI_SAYS}
        command = [
            sys.executable,
            "-m",
            "scripts.aws_smoke",
            "--stack",
            STACK,
            "--project",
            str(bench.folder / "project"),
        ]
        command += ["--account", account.ACCOUNT, "--without-images", *arguments]
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                env=kept | {"PYTHONPATH": str(REPOSITORY)}, cwd=REPOSITORY,
            )  # fmt: skip
        Run.started.append(self)

    def wait(self) -> tuple[int, str]:
        try:
            return self.process.wait(LIMIT_S), self.log.read_text()
        finally:
            if self.process.poll() is None:
                self.process.kill()

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + LIMIT_S
        while not holds():
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)

    def stop(self) -> None:
        """A run that outlives its test would work in the account of the next."""
        if self.process.poll() is None:
            for one in (*psutil.Process(self.process.pid).children(recursive=True), self.process):
                one.kill()
            self.process.wait()

    def pulumi(self) -> psutil.Process:
        """The child that runs now."""
        [child] = [one for one in psutil.Process(self.process.pid).children() if one.name() == "pulumi"]
        return child


@pytest.fixture
def bench(tmp_path: Path, pulumi: Path, aws: FakeAws) -> Iterator[Bench]:
    """A project folder in which the stack is yet to be made."""
    (tmp_path / "project").mkdir()
    yield Bench(tmp_path, pulumi=pulumi, aws=aws, stack=STACK)
    for run in Run.started:
        run.stop()
    Run.started.clear()


def creations(bench: Bench) -> int:
    return sum("error" not in call for call in bench.calls("Create"))


def test_all_that_was_written_is_there_after_a_pause_and_the_end_is_a_pause(
    bench: Bench, aws: FakeAws
) -> None:
    code, said = Run(bench).wait()
    assert code == 0, said
    told = [line.split("  ", 1)[-1] for line in said.splitlines()]
    story = [line for line in told if line.endswith(("pulumi up", "pulumi destroy"))]
    assert [line.split(":")[0] for line in story] == [
        "what survives a pause",
        "first up",
        "pause",
        "resume",
        "the end",
    ]
    assert told[0].startswith("$0.22 an hour"), "the price comes before anything is made"
    assert told[2].startswith("wrote Pulumi.smoke.yaml")
    assert any(line.startswith("36,004,096 bytes are what they were") for line in told)
    assert bench.rented() == {} and bench.state() == []
    bucket = account.BUCKET.replace("-dev-", f"-{STACK}-")
    kept = aws.client("s3").list_object_versions(Bucket=bucket)["Versions"]
    assert len(kept) == 6
    assert "ONLY=delete" in said


def test_what_was_changed_during_the_pause_is_told_and_the_stack_let_go(bench: Bench, aws: FakeAws) -> None:
    run = Run(bench)
    run.until(lambda: "  pause: done" in run.log.read_text())
    table = account.TABLE.replace("-dev-", f"-{STACK}-")
    [item] = aws.client("dynamodb").scan(TableName=table)["Items"]
    aws.client("dynamodb").delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
    code, said = run.wait()
    assert code == 1, said
    assert "the record smoke#" in said
    assert bench.rented() == {} and bench.state() == []


def test_a_failure_in_the_middle_still_ends_in_a_destroy(bench: Bench) -> None:
    fault = {"type": "aws:eks/nodeGroup:NodeGroup", "error": "InsufficientInstanceCapacity"}
    code, said = Run(bench, faults=[fault]).wait()
    assert code == 1, said
    assert "InsufficientInstanceCapacity" in said
    assert creations(bench) > 20, "the failure came when much was there already"
    assert bench.rented() == {} and bench.state() == []


def test_a_destroy_that_is_refused_once_is_repeated(bench: Bench) -> None:
    fault = {"type": "aws:ec2/vpc:Vpc", "on": "delete", "error": "DependencyViolation", "times": 2}
    code, said = Run(bench, faults=[fault]).wait()
    assert "DependencyViolation" in said
    assert code == 1, said
    assert bench.rented() == {} and bench.state() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_whoever_breaks_it_off_gets_a_destroy(bench: Bench, number: signal.Signals) -> None:
    run = Run(bench)
    run.until(lambda: "first up: pulumi up" in run.log.read_text() and len(bench.rented()) > 5)
    run.process.send_signal(number)
    code, said = run.wait()
    assert code == 1, said
    assert f"NOT AS IT SHOULD BE: {number.name}" in said
    assert bench.rented() == {} and bench.state() == []


def test_after_a_killed_pulumi_the_stack_is_let_go_or_each_thing_that_holds_it_is_named(bench: Bench) -> None:
    run = Run(bench)
    run.until(lambda: "first up: pulumi up" in run.log.read_text() and len(bench.rented()) > 5)
    os.kill(run.pulumi().pid, signal.SIGKILL)
    code, said = run.wait()
    assert "ended with -9" in said and "the end: pulumi destroy" in said
    # A kill between the making of a thing and its note in the state leaves what no destroy knows. Then nobody says all is well.
    held = {item["id"] for item in bench.state() if item["type"].startswith("aws:ec2/vpc:")}
    assert code == (3 if held else 1), said
    assert all(f"delete-vpc --vpc-id {vpc}" in said for vpc in held)
    while left := bench.unrecorded():
        bench.remove_by_hand(left[0])
    code, said = Run(bench, "--only", "end").wait()
    assert code == 0, said
    assert bench.rented() == {} and bench.state() == []


def test_only_delete_really_deletes(bench: Bench, aws: FakeAws) -> None:
    code, said = Run(bench, "--delete").wait()
    assert code == 0, said
    assert account.names(aws) == set()
    assert not (bench.folder / "project" / "Pulumi.smoke.yaml").exists()


def test_a_stack_that_is_up_is_not_touched(bench: Bench) -> None:
    code, said = Run(bench).wait()
    assert code == 0, said
    bench.configure(paused=True).up()
    before = len(bench.calls())
    code, said = Run(bench).wait()
    assert code == 2 and "is up" in said
    assert len(bench.calls()) == before
    assert Run(bench, "--only", "end").wait()[0] == 0
    assert bench.state() == []
