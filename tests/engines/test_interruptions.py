"""Runs that end in the middle: by SIGKILL, by a cloud that refuses once, by an answer that never came.

What a user does after a killed run: `pulumi cancel --yes` (the lock is still held), then `pulumi up` again. Where the killed run
had made something that the state never learned of, `up` stops with a list and a command for each; run those, then `up` again.
"""

import os
import random
import re

import pytest

from . import account
from .bench import Bench
from .fake_aws import FakeAws

pytestmark = pytest.mark.engines

SEED = int(os.environ.get("GENAI_TEST_SEED", random.SystemRandom().randrange(10**6)))


def recover(bench: Bench) -> None:
    """What the module docstring tells a user to do."""
    bench.must("cancel", "--yes", bench.stack)
    outcome = bench.try_up()
    for _ in range(3):
        if outcome.code == 0:
            return
        commands = re.findall(r"^\s+(aws [a-z0-9-]+ (?:delete|release)-.*)$", outcome.output, re.MULTILINE)
        assert commands, f"no way out was named:\n{outcome.output[-4000:]}"
        for command in dict.fromkeys(commands):
            carry_out(bench, command)
        outcome = bench.try_up()
    assert outcome.code == 0, outcome.output[-4000:]


def carry_out(bench: Bench, command: str) -> None:
    """What the AWS CLI would do; the last word that names a thing in the cloud is what goes, with what it contains."""
    words = [word for word in re.sub(r"#.*", "", command).split() if "-" in word or ":" in word]
    bench.remove_by_hand(words[-1])


@pytest.mark.parametrize("point", random.Random(SEED).sample(range(1, 60), 2))
def test_an_up_killed_at_a_random_point_is_finished_by_the_next(bench: Bench, aws: FakeAws, point: int) -> None:
    print(f"GENAI_TEST_SEED={SEED}, killed after {point} creations")
    bench.kill_during_up(lambda: len(bench.calls("Create")) >= point)
    recover(bench)
    assert account.names(aws) == account.DURABLE
    assert set(bench.up().counts()) == {"same"}
    bench.destroy()
    assert bench.rented() == {}


def test_a_thing_that_was_made_but_never_recorded_is_named_and_not_made_twice(bench: Bench, aws: FakeAws) -> None:
    """The worst moment: the NAT gateway exists and costs, and the engine was killed before it heard of it."""
    nat = "aws:ec2/natGateway:NatGateway"
    slow = [{"type": nat, "on": "create", "after": True, "hang": 600}]
    bench.kill_during_up(lambda: bool(bench.calls("Fault")), faults=slow)
    bench.must("cancel", "--yes", bench.stack)
    outcome = bench.try_up()
    assert outcome.code != 0
    assert "delete-nat-gateway" in outcome.output
    assert len([item for item in bench.rented().values() if item["type"] == nat]) == 1
    recover(bench)
    assert len([item for item in bench.rented().values() if item["type"] == nat]) == 1


def test_what_the_cloud_refuses_once_is_made_good_by_the_next_run(bench: Bench, aws: FakeAws) -> None:
    full = [{"type": "aws:eks/nodeGroup:NodeGroup", "on": "create", "error": "InsufficientInstanceCapacity", "times": 1}]
    outcome = bench.try_up(faults=full)
    assert outcome.code != 0
    assert "InsufficientInstanceCapacity" in outcome.output
    assert "replace" not in bench.up().counts()
    busy = [{"type": "aws:ec2/natGateway:NatGateway", "on": "delete", "error": "DependencyViolation", "times": 1}]
    assert bench.try_destroy(faults=busy).code != 0
    bench.destroy()
    assert bench.rented() == {}
    assert account.names(aws) == account.DURABLE
