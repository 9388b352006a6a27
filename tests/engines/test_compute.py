"""Chat machines without Kubernetes, and beside it: made, left alone by the next `up`, found when a run was killed."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from . import account
from .bench import Bench, Outcome
from .fake_aws import FakeAws
from .standins.aws_scaling import GROUP
from .standins.cloud import Cloud

pytestmark = pytest.mark.engines

KEY = "canary-of-the-chat-sessions-77ab"
DURABLE = account.DURABLE | {"secret webui"}
MOVED = {"minSize": 0, "desiredCapacity": 0, "maxSize": 0}


def chat(aws: FakeAws) -> dict[str, str]:
    """What chat machines want besides: who administers the page, and where its own values are."""
    own = json.dumps({"secretKey": KEY, "adminPassword": KEY})
    arn: str = aws.client("secretsmanager").create_secret(Name="webui", SecretString=own)["ARN"]
    return {"openWebuiAdmin": "ops@example.org", "openWebuiSecretArn": arn}


@dataclass
class Story:
    bench: Bench
    again: Outcome
    kinds: set[str]
    sizes: dict[str, int]
    deleted: list[str]
    left: dict[str, Any]
    kept: set[str]


@pytest.fixture(scope="module", params=["ec2", "both"])
def story(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    pulumi: Path,
    aws_server: FakeAws,
) -> Story:
    aws_server.reset()
    bench = Bench(tmp_path_factory.mktemp(request.param), pulumi=pulumi, aws=aws_server)
    bench.init(compute=request.param, workHours="08:00-19:00", **chat(aws_server))
    bench.up()
    with Cloud(str(bench.cloud), "[]").changing() as content:
        for item in content["objects"].values():
            if item["type"] == GROUP and "owner" not in item:
                item["inputs"] |= MOVED
                item["outputs"] |= MOVED
    again = bench.up("--refresh")
    groups = [item for item in bench.rented().values() if item["type"] == GROUP and "owner" not in item]
    sizes = {key: groups[0]["outputs"][key] for key in MOVED}
    kinds = {item["type"] for item in bench.state()}
    bench.destroy()
    deleted = [call["urn"] for call in bench.calls("Delete") if "error" not in call]
    return Story(bench, again, kinds, sizes, deleted, bench.rented(), account.names(aws_server))


def test_the_next_up_changes_nothing_and_moves_no_size_back(story: Story) -> None:
    assert story.again.counts().keys() <= {"same", "update"}
    assert not story.again.counts().keys() & {"create", "replace", "delete"}
    assert story.sizes == MOVED


def test_kubernetes_is_there_only_where_it_was_chosen(story: Story) -> None:
    in_cluster = [kind for kind in story.kinds if kind.startswith(("kubernetes:", "aws:eks/"))]
    assert bool(in_cluster) == ("both" in story.bench.folder.name)


def test_a_pause_leaves_exactly_what_is_durable_and_goes_in_an_order_that_aws_accepts(story: Story) -> None:
    assert story.left == {} and story.kept == DURABLE
    gone = [urn.split("::")[2].split("$")[-1] for urn in story.deleted]
    last = {kind: len(gone) - 1 - gone[::-1].index(kind) for kind in set(gone)}
    for first, later in (
        ("aws:autoscaling/schedule:Schedule", GROUP),
        (GROUP, "aws:ec2/natGateway:NatGateway"),
        (GROUP, "aws:iam/instanceProfile:InstanceProfile"),
    ):
        assert last[first] < gone.index(later), f"a {later} went before a {first}"


def test_the_session_key_is_in_no_state_log_or_call(story: Story) -> None:
    files = [file for file in story.bench.folder.rglob("*") if file.is_file()]
    assert [file for file in files if KEY.encode() in file.read_bytes()] == []


def test_a_group_that_a_killed_run_left_stops_the_next_one_with_its_command(
    bench: Bench, aws: FakeAws
) -> None:
    bench.configure(compute="ec2", **chat(aws))
    bench.kill_during_up(lambda: any(item["type"] == GROUP for item in bench.rented().values()))
    bench.must("cancel", "--yes", "--stack", "dev")
    outcome = bench.try_up()
    if any(item["type"] == GROUP for item in bench.state()):
        assert outcome.code == 0
    else:
        assert outcome.code and "aws autoscaling delete-auto-scaling-group" in outcome.output
