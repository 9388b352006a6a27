"""The database in RDS on the real engine: each pause leaves a snapshot and nothing rented, each resume begins with that one."""

from typing import Any

import pytest

from infra.naming import DATABASES

from . import account
from .bench import Bench
from .fake_aws import FakeAws

pytestmark = pytest.mark.engines

INSTANCE = "aws:rds/instance:Instance"


def snapshots(aws: FakeAws) -> list[str]:
    """Newest last."""
    found = aws.client("rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    return [one["DBSnapshotIdentifier"] for one in sorted(found, key=lambda one: one["SnapshotCreateTime"])]


def instance(bench: Bench) -> dict[str, Any]:
    (found,) = (item for item in bench.rented().values() if item["type"] == INSTANCE)
    inputs: dict[str, Any] = found["inputs"]
    return inputs


def running(bench: Bench, aws: FakeAws) -> Bench:
    """A stack that has everything its workloads wait for."""
    bench.configure(paused=True, database="rds", databaseGb=20).up()
    account.push_image(aws)
    account.set_keys(aws)
    for role in DATABASES:
        aws.client("secretsmanager").put_secret_value(
            SecretId=f"genai-ops/dev/database/{role}", SecretString=f"canary-of-{role}"
        )
    bench.configure(paused=False).up()
    return bench


def test_every_pause_leaves_a_snapshot_and_the_next_resume_begins_with_it(bench: Bench, aws: FakeAws) -> None:
    running(bench, aws)
    assert set(bench.up().counts()) == {"same"}
    assert "snapshotIdentifier" not in instance(bench) and snapshots(aws) == []
    told = bench.must("stack", "export", "--stack", bench.stack, "--show-secrets").output
    assert "canary-of" not in told

    first = instance(bench)["finalSnapshotIdentifier"]
    bench.destroy()
    assert bench.rented() == {} and bench.state() == [] and snapshots(aws) == [first]
    assert aws.client("rds").describe_db_instances()["DBInstances"] == []
    gone = [
        call["urn"].split("::")[2].split("$")[-1] for call in bench.calls("Delete") if "error" not in call
    ]
    assert gone.index("kubernetes:batch/v1:Job") < gone.index(INSTANCE)
    assert gone.index(INSTANCE) < gone.index("aws:rds/subnetGroup:SubnetGroup")
    counts = bench.up().counts()
    assert instance(bench)["snapshotIdentifier"] == first and not counts.keys() & {"replace", "delete"}
    assert set(bench.up().counts()) == {"same"}

    # A destroy that ends half-way: the database goes, and then the cloud refuses something that comes later.
    second = instance(bench)["finalSnapshotIdentifier"]
    busy = [{"type": "aws:ec2/vpc:Vpc", "on": "delete", "error": "DependencyViolation", "times": 1}]
    assert bench.try_destroy(faults=busy).code != 0
    assert snapshots(aws) == [first, second]
    bench.up()
    assert instance(bench)["snapshotIdentifier"] == second

    # The worst moment: the database goes, and the engine is killed before it hears of it.
    third = instance(bench)["finalSnapshotIdentifier"]
    name = instance(bench)["identifier"]
    aws.client("rds").delete_db_instance(DBInstanceIdentifier=name, FinalDBSnapshotIdentifier=third)
    (key,) = (key for key, item in bench.rented().items() if item["type"] == INSTANCE)
    bench.remove_by_hand(key)
    outcome = bench.try_up()
    assert outcome.code != 0 and "pulumi refresh" in outcome.output and third in outcome.output
    bench.must("refresh", "--yes", "--skip-preview", "--stack", bench.stack)
    bench.up()
    assert instance(bench)["snapshotIdentifier"] == third
    assert snapshots(aws) == [first, second, third]
