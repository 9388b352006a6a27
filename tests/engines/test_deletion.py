"""The two other ways down: paused in state, and really deleted."""

import json

import pytest

from . import account
from .bench import Bench
from .fake_aws import FakeAws

pytestmark = pytest.mark.engines


def test_paused_up_lets_go_of_everything_rented_and_keeps_the_data_in_state(
    bench: Bench, aws: FakeAws
) -> None:
    bench.up()
    account.put_data(aws, "kept")
    stored = account.bytes_in_bucket(aws)
    assert bench.rented()
    outcome = bench.configure(paused=True).up()
    assert bench.rented() == {}
    assert account.names(aws) == account.DURABLE
    assert account.bytes_in_bucket(aws) == stored
    assert {item["type"].split(":")[1].split("/")[0] for item in bench.custom().values()} == {
        *("s3", "ecr", "dynamodb", "secretsmanager", "budgets", "cloudwatch", "sns")
    }
    assert "replace" not in outcome.counts()
    assert set(bench.preview().counts()) == {"same"}


def test_only_keep_data_false_really_deletes(bench: Bench, aws: FakeAws) -> None:
    bench.configure(paused=True).up()
    account.put_data(aws, "doomed")
    account.push_image(aws)
    account.set_keys(aws)
    account.list_cost_tag(aws)
    bench.configure(keepData=False).up()
    there = account.DURABLE | account.BILLED
    assert account.names(aws) == there, "asking for deletion deletes nothing before the destroy"
    bench.destroy()
    assert account.names(aws) == {account.COST_TAG}, (
        "the tag is the account's, and other stacks may count by it"
    )
    assert account.inventory(aws)[account.COST_TAG] == "Active"
    assert bench.state() == []


def test_a_destroy_without_force_is_refused_by_a_bucket_that_holds_data(bench: Bench, aws: FakeAws) -> None:
    """The stand-in refuses what S3 refuses; without that the test above would prove nothing."""
    bench.configure(paused=True, keepData=False).up()
    account.put_data(aws, "unexpected")
    _forget_force(bench)
    outcome = bench.try_destroy()
    assert outcome.code != 0
    assert "BucketNotEmpty" in outcome.output


def _forget_force(bench: Bench) -> None:
    """Take forceDestroy out of the saved state, as in a stack made by something that never set it."""
    exported = json.loads(bench.must("stack", "export", "--stack", bench.stack).output)
    for item in exported["deployment"]["resources"]:
        if item["type"] == "aws:s3/bucket:Bucket":
            item["inputs"]["forceDestroy"] = item["outputs"]["forceDestroy"] = False
    path = bench.folder / "state.json"
    path.write_text(json.dumps(exported))
    bench.must("stack", "import", "--stack", bench.stack, "--file", str(path))
