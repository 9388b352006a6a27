"""Runs that end in the middle: by SIGKILL, by a cloud that refuses once, by an answer that never came.

What a user does after a killed run: `pulumi cancel --yes` (the lock is still held), then `pulumi up`. The engine lists
what it was making when it was killed; whatever of that exists by now is in no state. The program itself stops for the
costly part of it (gateways, addresses, load balancer, cluster, network) and names the command for each; the rest shows up
by the stack's tag and has to be removed too, because a second one of it would collide or be left behind. Then `up` again.
A bucket that was made but not tagged yet is not known to be the stack's: `up` stops with the command that claims it.
"""

import os
import random
import re

import pytest

from . import account
from .bench import Bench
from .fake_aws import FakeAws

pytestmark = pytest.mark.engines

SEED = (
    os.environ.get("TEST_SEED")
    or os.environ.get("PYTEST_XDIST_TESTRUNUID")
    or str(random.SystemRandom().random())
)


_CLAIM = re.compile(
    r"claim it: aws s3api put-bucket-tagging --bucket (\S+) --tagging 'TagSet=\[\{Key=(\S+),Value=(\S+)\}\]'"
)


def recover(bench: Bench, aws: FakeAws) -> None:
    """What the module docstring tells a user to do."""
    bench.must("cancel", "--yes", bench.stack)
    remove_unrecorded(bench)
    outcome = bench.try_up()
    if claim := _CLAIM.search(outcome.output):  # killed between making the bucket and tagging it
        bucket, key, value = claim.groups()
        aws.client("s3").put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": key, "Value": value}]})
        outcome = bench.try_up()
    assert outcome.code == 0, outcome.output


def remove_unrecorded(bench: Bench) -> None:
    while left := bench.unrecorded():  # with one thing goes what is inside it
        bench.remove_by_hand(left[0])


# A whole up creates 56 things; the last ten come within one look of the killer.
@pytest.mark.parametrize("point", random.Random(SEED).sample(range(1, 46), 2))
def test_an_up_killed_at_a_random_point_is_finished_by_the_next(
    bench: Bench, aws: FakeAws, point: int
) -> None:
    print(f"TEST_SEED={SEED}, killed after {point} creations")
    bench.kill_during_up(lambda: len(bench.calls("Create")) >= point)
    recover(bench, aws)
    assert account.names(aws) == account.DURABLE
    assert set(bench.up().counts()) == {"same"}
    bench.destroy()
    assert bench.rented() == {}


def test_a_thing_that_was_made_but_never_recorded_is_named_and_not_made_twice(
    bench: Bench, aws: FakeAws
) -> None:
    """The worst moment: the NAT gateway exists and costs, and the engine was killed before it heard of it."""
    nat = "aws:ec2/natGateway:NatGateway"
    slow = [{"type": nat, "on": "create", "after": True, "hang": 600}]
    bench.kill_during_up(lambda: bool(bench.calls("Fault")), faults=slow)
    bench.must("cancel", "--yes", bench.stack)
    outcome = bench.try_up()
    assert outcome.code != 0
    [made] = re.findall(r"aws ec2 delete-nat-gateway --nat-gateway-id (nat-\w+)", outcome.output)
    assert [key for key, item in bench.rented().items() if item["type"] == nat] == [made]
    bench.remove_by_hand(made)
    remove_unrecorded(bench)
    bench.up()
    assert len([item for item in bench.rented().values() if item["type"] == nat]) == 1


def test_what_the_cloud_refuses_once_is_made_good_by_the_next_run(bench: Bench, aws: FakeAws) -> None:
    full = [
        {
            "type": "aws:eks/nodeGroup:NodeGroup",
            "on": "create",
            "error": "InsufficientInstanceCapacity",
            "times": 1,
        }
    ]
    outcome = bench.try_up(faults=full)
    assert outcome.code != 0
    assert "InsufficientInstanceCapacity" in outcome.output
    assert "replace" not in bench.up().counts()
    busy = [
        {"type": "aws:ec2/natGateway:NatGateway", "on": "delete", "error": "DependencyViolation", "times": 1}
    ]
    assert bench.try_destroy(faults=busy).code != 0
    bench.destroy()
    assert bench.rented() == {}
    assert account.names(aws) == account.DURABLE
