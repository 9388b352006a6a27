"""`make aws-smoke`, before anything is made: who may start it, what it may cost, and what it compares."""

from pathlib import Path

import pytest

from infra.naming import Names
from scripts.aws_smoke import __main__ as command
from scripts.aws_smoke import guard as rules
from scripts.aws_smoke.engine import reasons
from scripts.aws_smoke.guard import Guard, Refused, Stopped
from scripts.aws_smoke.witness import Differs, Witness

from .accounts import ACCOUNT, REGION, Account, clients

NAMES = Names(project="genai-ops", stack="smoke", account=ACCOUNT, region=REGION)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert command.main(list(arguments)) == 2
    return capsys.readouterr().err


def test_it_never_runs_in_ci(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CI", "true")
    assert "this is CI" in refused(capsys, "--stack", "smoke", "--account", ACCOUNT)


@pytest.mark.parametrize("stack", ["dev", "prod", "mine-smoke"])
def test_a_stack_with_another_name_is_not_touched(
    stack: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    for name in rules.CI_SAYS:
        monkeypatch.delenv(name, raising=False)
    assert "must begin with 'smoke'" in refused(capsys, "--stack", stack, "--account", ACCOUNT)


@pytest.mark.parametrize("typed", ["", "210987654321", "12345678901"])
def test_the_account_that_pays_has_to_be_named(typed: str):
    with pytest.raises(Refused, match=f"--account {ACCOUNT}"):
        rules.refuse_account(typed=typed, real=ACCOUNT)
    rules.refuse_account(typed=ACCOUNT, real=ACCOUNT)


@pytest.mark.parametrize("typed", [[], ["--account", "210987654321"]])
def test_whoever_is_refused_has_heard_the_price_and_nothing_was_made(
    typed: list[str],
    aws: Account,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    for name in rules.CI_SAYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(command, "clients", lambda **_: clients(aws.url))
    assert command.main(["--stack", "smoke", "--project", str(tmp_path), *typed]) == 2
    told = capsys.readouterr()
    assert "an hour while it runs" in told.out and "ceiling $1.00" in told.out
    assert f"--account {ACCOUNT}" in told.err
    assert list(tmp_path.iterdir()) == []


def test_a_ceiling_that_does_not_pay_for_a_run_and_its_end_is_refused_with_what_it_takes():
    with pytest.raises(Refused, match=r"\$4\.50"):
        rules.guard(ceiling_usd=4.49, usd_per_hour=2.0)


def test_the_run_is_broken_off_while_the_destroy_is_still_paid_for():
    clock = Clock()
    found = rules.guard(ceiling_usd=10.0, usd_per_hour=2.0, clock=clock)
    clock.now += (10.0 / 2.0 - rules.ENDING_H) * 3600 - 1
    found.check()
    clock.now += 2
    with pytest.raises(Stopped, match="ceiling"):
        found.check()


def test_whoever_says_stop_first_is_told_why():
    found = Guard(until=2000.0, clock=Clock())
    found.stop("SIGINT")
    found.stop("SIGTERM")
    with pytest.raises(Stopped, match="SIGINT"):
        found.check()


# ---- what is written and compared


@pytest.fixture
def witness(aws: Account) -> Witness:
    s3 = aws.cloud("s3")
    for bucket in (NAMES.data_bucket, NAMES.bucket("models")):
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    keys = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")]
    schema = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    aws.cloud("dynamodb").create_table(
        TableName=NAMES.records_table,
        AttributeDefinitions=keys,
        KeySchema=schema,
        BillingMode="PAY_PER_REQUEST",
    )
    aws.cloud("secretsmanager").create_secret(Name=NAMES.api_keys_secret)
    return Witness(NAMES, clients(aws.url), run="1")


def test_what_was_written_is_found_again_with_its_older_versions(witness: Witness):
    written = witness.write()
    assert len(written.objects) == 12
    assert witness.compare(written) == sum(map(len, written.objects.values())) > 30_000_000


def test_another_run_is_not_what_this_one_wrote(witness: Witness, aws: Account):
    written = witness.write()
    Witness(NAMES, clients(aws.url), run="2").write()
    # The keys are the stack's one secret: a second run sets it anew.
    with pytest.raises(Differs, match=r"1 thing\(s\).*api-keys"):
        witness.compare(written)


def test_a_lost_version_is_named_though_a_newer_one_is_there(witness: Witness, aws: Account):
    written = witness.write()
    bucket, key, version = next(iter(written.objects))
    aws.cloud("s3").delete_object(Bucket=bucket, Key=key, VersionId=version)
    with pytest.raises(Differs, match=f"{key} version {version} is gone"):
        witness.compare(written)


def test_a_changed_record_is_named(witness: Witness, aws: Account):
    written = witness.write()
    aws.cloud("dynamodb").put_item(TableName=NAMES.records_table, Item={**written.record, "n": {"N": "8"}})
    with pytest.raises(Differs, match="the record smoke#1"):
        witness.compare(written)


# ---- what is shown of a command that failed


def test_of_a_failed_command_the_reasons_are_shown_each_once_and_not_its_last_lines():
    said = "Diagnostics:\n  nodes:\n    error: no capacity\n    error: no capacity\n    error: update failed\nOutputs:\n  a: 1\n"
    assert reasons(said) == ["error: no capacity", "error: update failed"]


def test_of_a_failed_command_that_gives_no_reason_the_last_lines_are_shown():
    assert reasons("".join(f"line {number}\n" for number in range(40)))[-1] == "line 39"
