"""Several chat machines on RDS: made, left alone by the next `up`, paused with every byte kept, and brought back."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.naming import database_roles

from . import account
from .bench import Bench, Outcome
from .fake_aws import FakeAws
from .standins.aws_scaling import DATABASE, GROUP, POLICY, TEMPLATE
from .standins.cloud import Cloud
from .test_compute import chat

pytestmark = pytest.mark.engines

SEVERAL: dict[str, Any] = {
    "chatMachineCount": 2,
    "chatMachineMaxCount": 4,
    "chatMachineWarmCount": 1,
    "database": "rds",
    "databaseGb": 20,
    "workHours": "08:00-19:00",
    "alarms": True,
}
# As busy cards, quiet ones and a schedule may have left it.
MOVED = {"minSize": 1, "desiredCapacity": 3, "maxSize": 6}
UPLOAD = "chat-machines/uploads/a-file.pdf"
PASSWORD = "canary-of-open-webui"


@dataclass
class Story:
    compute: str
    bench: Bench
    again: Outcome
    kinds: set[str]
    sizes: dict[str, int]
    snapshot: str
    snapshots: list[str]
    deleted: list[str]
    left: dict[str, Any]
    kept: set[str]
    uploads: dict[tuple[str, str], bytes]
    resumed: dict[str, Any]
    started_from: str | None


def one(bench: Bench, kind: str) -> dict[str, Any]:
    """The stack's own; a managed node group has a scaling group too, which is another's."""
    (found,) = (item for item in bench.rented().values() if item["type"] == kind and "owner" not in item)
    return found


def move(bench: Bench, **changes: Any) -> None:
    with Cloud(str(bench.cloud), "[]").changing() as content:
        for item in content["objects"].values():
            if item["type"] == GROUP and "owner" not in item:
                item["inputs"] |= changes
                item["outputs"] |= changes


def fill(aws: FakeAws, compute: str) -> None:
    for role in database_roles(database="rds", compute=compute):
        aws.client("secretsmanager").put_secret_value(
            SecretId=f"genai-ops/dev/database/{role}", SecretString=PASSWORD
        )


@pytest.fixture(scope="module", params=["ec2", "both"])
def story(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    pulumi: Path,
    aws_server: FakeAws,
) -> Story:
    aws_server.reset()
    bench = Bench(tmp_path_factory.mktemp(request.param), pulumi=pulumi, aws=aws_server)
    bench.init(compute=request.param, paused=True, **SEVERAL, **chat(aws_server)).up()
    account.push_image(aws_server)
    account.set_keys(aws_server)
    fill(aws_server, request.param)
    bench.configure(paused=False).up()
    kinds = {item["type"] for item in bench.state()}
    move(bench, **MOVED)
    again = bench.up("--refresh")
    sizes = {key: one(bench, GROUP)["outputs"][key] for key in MOVED}
    snapshot = one(bench, DATABASE)["inputs"]["finalSnapshotIdentifier"]
    aws_server.client("s3").put_object(Bucket=account.BUCKET, Key=UPLOAD, Body=b"of a chat")
    bench.destroy()
    deleted = [call["urn"] for call in bench.calls("Delete") if "error" not in call]
    left, kept, uploads = bench.rented(), account.names(aws_server), account.bytes_in_bucket(aws_server)
    manual = aws_server.client("rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    snapshots = [each["DBSnapshotIdentifier"] for each in manual]
    bench.up()
    resumed = one(bench, GROUP)
    started_from = one(bench, DATABASE)["inputs"].get("snapshotIdentifier")
    return Story(
        request.param, bench, again, kinds, sizes, snapshot, snapshots, deleted, left, kept, uploads, resumed,
        started_from,
    )  # fmt: skip


def test_the_next_up_changes_nothing_and_moves_no_size_back(story: Story) -> None:
    assert not story.again.counts().keys() & {"create", "replace", "delete"}
    assert story.sizes == MOVED and POLICY in story.kinds


def test_a_pause_leaves_a_snapshot_every_byte_and_nothing_that_runs(story: Story) -> None:
    assert story.left == {}
    roles = database_roles(database="rds", compute=story.compute)
    secrets = {f"secret genai-ops/dev/database/{role}" for role in roles}
    assert story.kept == account.DURABLE | {"secret webui"} | secrets
    assert story.snapshots == [story.snapshot]
    assert [body for (key, _), body in story.uploads.items() if key == UPLOAD] == [b"of a chat"]


def test_a_pause_goes_in_an_order_that_aws_accepts(story: Story) -> None:
    # With Kubernetes there are schedules of other pools too.
    mine = [urn for urn in story.deleted if "Schedule::" not in urn or "::chat-machines-" in urn]
    gone = [urn.split("::")[2].split("$")[-1] for urn in mine]
    last = {kind: len(gone) - 1 - gone[::-1].index(kind) for kind in set(gone)}
    for first, later in (
        (POLICY, GROUP),
        ("aws:autoscaling/schedule:Schedule", GROUP),
        (GROUP, TEMPLATE),
        (GROUP, DATABASE),
        (GROUP, "aws:iam/instanceProfile:InstanceProfile"),
        (GROUP, "aws:ec2/natGateway:NatGateway"),
        (DATABASE, "aws:rds/subnetGroup:SubnetGroup"),
    ):
        assert last[first] < gone.index(later), f"a {later} went before a {first}"


def test_a_resume_brings_back_accounts_and_as_many_machines_as_were_chosen(story: Story) -> None:
    assert story.started_from == story.snapshot
    sizes = {key: story.resumed["inputs"][key] for key in MOVED}
    assert sizes == {"minSize": 1, "desiredCapacity": 2, "maxSize": 4}
    assert story.resumed["inputs"]["warmPool"]["minSize"] == 1


def test_no_password_is_in_a_state_a_log_or_a_call(story: Story) -> None:
    files = [file for file in story.bench.folder.rglob("*") if file.is_file()]
    assert [file for file in files if PASSWORD.encode() in file.read_bytes()] == []


def test_a_warm_pool_that_nobody_said_to_delete_keeps_its_group(bench: Bench, aws: FakeAws) -> None:
    """The account of these tests refuses as AWS does, so a destroy that ends well is no sign of a lenient one."""
    bench.configure(compute="ec2", paused=True, **SEVERAL, **chat(aws)).up()
    fill(aws, "ec2")
    bench.configure(paused=False).up()
    move(bench, forceDeleteWarmPool=False)
    outcome = bench.try_destroy()
    assert outcome.code and "warm pool" in outcome.output


def test_without_a_password_they_are_left_out_and_the_next_up_brings_them(bench: Bench, aws: FakeAws) -> None:
    outcome = bench.configure(compute="ec2", **SEVERAL, **chat(aws)).up()
    assert "The chat machines are left out" in outcome.output and "make secrets STACK=dev" in outcome.output
    assert not [item for item in bench.rented().values() if item["type"] == GROUP]
    fill(aws, "ec2")
    bench.up()
    assert one(bench, GROUP)["inputs"]["desiredCapacity"] == 2
