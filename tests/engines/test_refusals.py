"""What the program finds in the account and does not like stops it, with a reason and with nothing changed."""

from contextlib import nullcontext

import pytest

from . import account
from .bench import Bench
from .fake_aws import FakeAws, Fault

pytestmark = pytest.mark.engines


def stops(bench: Bench, aws: FakeAws, fault: Fault | None = None) -> str:
    """Run `up`, see that it failed and left account, cloud and state as they were; return what it said."""
    before = account.inventory(aws)
    with aws.failing(fault) if fault else nullcontext():
        outcome = bench.try_up()
    assert fault is None or fault.hits >= 1
    assert outcome.code != 0, outcome.output
    assert account.inventory(aws) == before
    assert bench.rented() == {}
    assert bench.state() == []
    assert "Traceback" not in outcome.output
    return outcome.output


def make_bucket(aws: FakeAws, tags: dict[str, str]) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=account.BUCKET)
    s3.put_object(Bucket=account.BUCKET, Key="somebody's", Body=b"data")
    if tags:
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        s3.put_bucket_tagging(Bucket=account.BUCKET, Tagging={"TagSet": pairs})


def test_a_bucket_of_that_name_in_another_account_stops_the_program(bench: Bench, aws: FakeAws) -> None:
    aws.give_bucket_to_a_stranger(account.BUCKET)
    said = stops(bench, aws)
    assert account.BUCKET in said
    assert "belongs to somebody else" in said


def test_a_bucket_without_the_ownership_tag_stops_the_program(bench: Bench, aws: FakeAws) -> None:
    make_bucket(aws, {"team": "somebody"})
    said = stops(bench, aws)
    assert "does not carry the tag genai-ops:stack" in said
    assert "put-bucket-tagging" in said


def test_a_bucket_of_another_stack_stops_the_program(bench: Bench, aws: FakeAws) -> None:
    make_bucket(aws, {"genai-ops:stack": "genai-ops/prod"})
    assert "'genai-ops/prod'" in stops(bench, aws)


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("s3", "HeadBucket", "AccessDenied"),
        ("dynamodb", "DescribeTable", "AccessDeniedException"),
    ],
)
def test_access_denied_is_never_taken_for_absence(
    bench: Bench, aws: FakeAws, service: str, operation: str, code: str
) -> None:
    fault = Fault(service, operation, code=code, status=400 if service == "dynamodb" else 403)
    assert "denied" in stops(bench, aws, fault)


def test_a_cloud_that_does_not_answer_stops_the_program(bench: Bench, aws: FakeAws) -> None:
    said = stops(bench, aws, Fault("ecr", "DescribeRepositories", hang=True))
    assert "did not answer" in said
    assert account.REPOSITORY in said


def test_the_same_refusals_hold_for_a_stack_with_data(bench: Bench, aws: FakeAws) -> None:
    """A resume that may not look must not conclude that its data is gone, and make new, empty things."""
    bench.configure(paused=True).up()
    account.put_data(aws, "before")
    bench.destroy()
    assert "denied" in stops(bench, aws, Fault("s3", "HeadBucket"))
    assert len(account.bytes_in_bucket(aws)) == 6
