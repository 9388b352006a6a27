"""Dumps in S3: an unfinished one is never taken, the newest never pruned, and a damaged one is told."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import botocore
import pytest

from infra.workloads import postgres_pods
from infra.workloads.postgres import carry
from infra.workloads.postgres.carry import COMPLETE, KEEP_NEWEST, Damaged, Place

from ...accounts import Account

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
PREFIX = "database/dumps/"


@pytest.fixture
def place(aws: Account) -> Place:
    s3 = aws.cloud("s3")
    s3.create_bucket(Bucket="data")
    s3.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="data", Key="documents/acme/1", Body=b"not a dump")
    return Place(s3, "data", PREFIX)


def dump(folder: Path, text: str = "rows") -> Path:
    (folder / "ready").mkdir(parents=True, exist_ok=True)
    (folder / "ready" / "jobs.dump").write_text(text)
    (folder / "ready" / "roles.sql").write_text("")
    return folder


def test_what_is_uploaded_is_fetched_again(place: Place, tmp_path: Path):
    stamp = carry.upload(place, dump(tmp_path / "a"), now=NOON)
    assert stamp == "20261127T120000Z"
    assert carry.fetch(place, tmp_path / "b") == stamp
    assert (tmp_path / "b" / "ready" / "jobs.dump").read_text() == "rows"


def test_the_newest_complete_one_is_taken_unless_another_is_named(place: Place, tmp_path: Path):
    first = carry.upload(place, dump(tmp_path, "old"), now=NOON)
    second = carry.upload(place, dump(tmp_path, "new"), now=NOON + timedelta(minutes=15))
    assert carry.fetch(place, tmp_path / "b") == second
    assert carry.fetch(place, tmp_path / "c", stamp=first) == first
    assert (tmp_path / "c" / "ready" / "jobs.dump").read_text() == "old"


def test_an_upload_that_was_killed_at_any_file_is_never_taken(place: Place, tmp_path: Path):
    good = carry.upload(place, dump(tmp_path), now=NOON)
    for seconds, names in enumerate((["jobs.dump"], ["jobs.dump", "roles.sql"]), start=1):
        stamp = (NOON + timedelta(seconds=seconds)).strftime(carry.STAMP)
        for name in names:
            place.s3.put_object(Bucket="data", Key=place.key(stamp, name), Body=b"half")
        assert place.dumps()[stamp] is False
        assert carry.fetch(place, tmp_path / "b") == good
        with pytest.raises(Damaged, match=f"no complete dump '{stamp}'.*{good}"):
            carry.fetch(place, tmp_path / "b", stamp=stamp)


def test_a_file_that_is_not_what_was_written_is_told_and_no_older_dump_is_taken_in_silence(
    place: Place, tmp_path: Path
):
    carry.upload(place, dump(tmp_path), now=NOON)
    stamp = carry.upload(place, dump(tmp_path), now=NOON + timedelta(hours=1))
    place.s3.put_object(Bucket="data", Key=place.key(stamp, "jobs.dump"), Body=b"rowz")
    with pytest.raises(Damaged, match=f"'jobs.dump' of the dump {stamp}"):
        carry.fetch(place, tmp_path / "b")


def test_without_a_finished_dump_nothing_is_uploaded(place: Place, tmp_path: Path):
    (tmp_path / "half").mkdir()
    with pytest.raises(Damaged, match="no finished dump"):
        carry.upload(place, tmp_path, now=NOON)
    assert place.dumps() == {}
    with pytest.raises(Damaged, match="there are: none"):
        carry.fetch(place, tmp_path)


def stamps(*moments: datetime) -> dict[str, bool]:
    return {moment.strftime(carry.STAMP): True for moment in sorted(moments)}


def test_the_newest_and_the_last_of_each_day_are_kept():
    quarters = stamps(*(NOON - timedelta(minutes=15 * number) for number in range(96 * 5)))
    gone = carry.surplus(quarters, now=NOON, days=3)
    kept = [stamp for stamp in quarters if stamp not in gone]
    assert kept[-KEEP_NEWEST:] == list(quarters)[-KEEP_NEWEST:]
    assert kept[:-KEEP_NEWEST] == ["20261125T234500Z", "20261126T234500Z"]


def test_a_pause_of_any_length_makes_nothing_surplus():
    old = stamps(*(NOON - timedelta(days=number) for number in range(3)))
    assert carry.surplus(old, now=NOON + timedelta(days=4_000), days=3) == []
    assert carry.surplus(stamps(NOON), now=NOON + timedelta(days=4_000), days=1) == []


def test_an_unfinished_one_goes_only_when_nobody_can_be_writing_it_any_more():
    half = {NOON.strftime(carry.STAMP): False}
    assert carry.surplus(half, now=NOON + timedelta(minutes=20), days=3) == []
    assert carry.surplus(half, now=NOON + timedelta(hours=3), days=3) == list(half)


def test_what_is_pruned_is_gone_in_every_version_and_nothing_else_is_touched(place: Place, tmp_path: Path):
    for day in range(KEEP_NEWEST + 3):
        carry.upload(place, dump(tmp_path), now=NOON + timedelta(days=day))
    gone = carry.prune(place, now=NOON + timedelta(days=30), days=2)
    assert gone == ["20261127T120000Z", "20261128T120000Z", "20261129T120000Z"]
    versions = place.s3.list_object_versions(Bucket="data")
    assert not versions.get("DeleteMarkers")
    left = {item["Key"].removeprefix(PREFIX).split("/")[0] for item in versions["Versions"]}
    assert left == {"documents", *place.dumps()} and len(place.dumps()) == KEEP_NEWEST


def test_what_is_half_pruned_counts_as_unfinished(place: Place, tmp_path: Path):
    for day in range(KEEP_NEWEST + 1):
        carry.upload(place, dump(tmp_path), now=NOON + timedelta(days=day))
    deleted: list[str] = []

    def dies_after_one(**item: str) -> None:
        if deleted:
            raise KeyboardInterrupt
        deleted.append(item["Key"])
        delete(**item)

    delete, place.s3.delete_object = place.s3.delete_object, dies_after_one
    with pytest.raises(KeyboardInterrupt):
        carry.prune(place, now=NOON, days=1)
    assert deleted == [f"{PREFIX}20261127T120000Z/{COMPLETE}"]
    assert place.dumps()["20261127T120000Z"] is False


def environment(aws: Account) -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "us-east-1"}
    place = {"DUMPS_BUCKET": "data", "DUMPS_PREFIX": PREFIX, "DUMPS_DAYS": "7"}
    return os.environ | keys | place | {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": aws.url}


def test_the_one_that_waits_carries_the_last_dump_when_the_pod_ends(
    aws: Account, place: Place, tmp_path: Path
):
    dump(tmp_path)
    command = [sys.executable, carry.__file__, "last", str(tmp_path)]
    process = subprocess.Popen(command, env=environment(aws), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline().startswith("waiting")
    assert place.dumps() == {}
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0 and said.startswith("wrote ")
    assert list(place.dumps().values()) == [True]


def test_passwords_come_into_files_that_nobody_else_may_read(aws: Account, tmp_path: Path):
    secrets = aws.cloud("secretsmanager")
    secrets.create_secret(Name="plain", SecretString="canary-1")
    secrets.create_secret(Name="of-rds", SecretString='{"username": "postgres", "password": "canary-2"}')
    carry.passwords(secrets, {"jobs": "plain", "postgres": "of-rds"}, tmp_path)
    assert (tmp_path / "jobs").read_text() == "canary-1"
    assert (tmp_path / "postgres").read_text() == "canary-2"
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_a_list_of_certificates_lies_where_libpq_is_told_to_look(tmp_path: Path):
    bundle = (Path(botocore.__file__).parent / "cacert.pem").read_bytes()
    carry.trust(bundle, tmp_path)
    told = postgres_pods.by_tls("https://any")["PGSSLROOTCERT"]
    assert (tmp_path / Path(told).name).read_bytes() == bundle


@pytest.mark.parametrize("answer", [b"<html>not found</html>", b"", b"\xff\xfe"])
def test_what_is_no_list_of_certificates_is_told_and_not_kept(tmp_path: Path, answer: bytes):
    with pytest.raises(Damaged, match="no list of certificates"):
        carry.trust(answer, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_certificates_come_over_tls_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TRUST", "http://truststore.example/bundle.pem")
    with pytest.raises(Damaged, match="over TLS or not at all"):
        carry.do_trust(tmp_path)
