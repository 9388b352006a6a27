"""The look at what RDS left: the newest snapshot or a reason to stop, and nothing that would end in a second, empty database."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from moto.rds.models import rds_backends

from infra import adopt
from infra.adopt import Clients, Stop
from infra.finders import snapshots
from infra.finders.snapshots import Beginning, Kept, Wanted, surplus
from infra.snapshot import Snapshot

from .accounts import ACCOUNT, NAMES, REGION, TAGS, Account, broken, clients, pairs
from .program import RDS, load

NOW = datetime(2026, 11, 27, 9, 15, tzinfo=UTC)
NAME = "genai-ops-dev-database"
RENTED = TAGS | {"genai-ops:lifetime": "rented"}
NOTHING = Snapshot({})
URN = "urn:pulumi:dev::genai-ops::genai:cluster:Rds$aws:rds/instance:Instance::database"
KNOWN = Snapshot({URN: {"identifier": NAME}})


WANTED = Wanted(gb=20, key=None, zones=("us-east-1a", "us-east-1b"), vpc_cidr="10.40.0.0/16", snapshots=3)


def look(
    aws: Account, *, state: Snapshot = NOTHING, wanted: Wanted = WANTED, cloud: Clients | None = None
) -> Beginning:
    return snapshots.look(cloud or aws.cloud, NAMES, wanted, state=state, now=NOW)


def run(aws: Account, *, tags: dict[str, str] = RENTED, **more: Any) -> Any:
    given: dict[str, Any] = {
        "DBInstanceIdentifier": NAME,
        "DBInstanceClass": "db.t4g.micro",
        "Engine": "postgres",
        "EngineVersion": "18.1",
        "AllocatedStorage": 20,
        "StorageEncrypted": True,
        "CopyTagsToSnapshot": True,
        "MasterUsername": "postgres",
        "MasterUserPassword": "not-a-secret",
        "Tags": pairs(tags),
    }
    return aws.cloud("rds").create_db_instance(**given | more)["DBInstance"]


def paused(aws: Account, stamp: str, **more: Any) -> str:
    """An instance that came and went, and left this."""
    run(aws, **more)
    name = f"{NAME}-{stamp}"
    aws.cloud("rds").delete_db_instance(DBInstanceIdentifier=NAME, FinalDBSnapshotIdentifier=name)
    return name


def marked(name: str, status: str) -> None:
    rds_backends[ACCOUNT][REGION].database_snapshots[name].status = status


def test_in_an_empty_account_it_begins_empty_and_its_end_has_a_name_of_its_own(aws: Account):
    assert look(aws) == Beginning(final=f"{NAME}-20261127t091500z")


def test_nobody_asks_rds_where_it_is_not_chosen_or_the_stack_is_paused(aws: Account):
    with broken(aws.url, service="rds", status=400, code="Broken") as url:
        for changes in ((), (*RDS, ("paused", "true"))):
            adopt.look(load(*changes), cloud=clients(url), state=NOTHING, now=NOW)


def test_the_newest_snapshot_of_the_stack_is_what_it_begins_with(aws: Account):
    paused(aws, "20261101t080000z")
    newest = paused(aws, "20261102t080000z")
    run(aws, tags={"somebody": "else"}, DBInstanceIdentifier="others")
    aws.cloud("rds").create_db_snapshot(DBInstanceIdentifier="others", DBSnapshotIdentifier="others-1")
    found = look(aws)
    assert (found.snapshot, found.version, found.older) == (newest, "18.1", ())


def test_one_that_a_person_made_of_it_counts_by_its_tag(aws: Account):
    paused(aws, "20261101t080000z")
    run(aws)
    aws.cloud("rds").create_db_snapshot(
        DBInstanceIdentifier=NAME, DBSnapshotIdentifier="before-the-migration"
    )
    aws.cloud("rds").delete_db_instance(DBInstanceIdentifier=NAME, SkipFinalSnapshot=True)
    assert look(aws).snapshot == "before-the-migration"


def test_those_beyond_the_newest_are_named_oldest_first(aws: Account):
    names = [paused(aws, f"2026110{day}t080000z") for day in range(1, 6)]
    assert look(aws).older == tuple(names[:2])
    assert look(aws, wanted=replace(WANTED, snapshots=1)).older == tuple(names[:4])
    run(aws)
    assert look(aws, state=KNOWN).older == tuple(names[:2])


def test_a_copy_is_as_old_as_its_data():
    def one(name: str, day: int, status: str = "available") -> Kept:
        return Kept(name, status, 100, datetime(2026, 11, day, tzinfo=UTC), {})

    found = [one("newest", 4), one("failed", 3, "failed"), one("second", 2), one("oldest", 1)]
    assert [kept.name for kept in surplus(found, keep=1)] == ["oldest", "second"]
    assert [kept.name for kept in surplus(found, keep=0)] == ["oldest", "second"]
    assert surplus(found, keep=3) == []


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("failed", "cannot be restored: its status is 'failed'.*aws rds delete-db-snapshot"),
        ("incompatible-restore", "cannot be restored"),
        ("creating", "is still being made.*repeat in some minutes"),
    ],
)
def test_a_newest_that_cannot_be_restored_stops_and_no_older_one_is_taken(
    aws: Account, status: str, words: str
):
    paused(aws, "20261101t080000z")
    marked(paused(aws, "20261102t080000z"), status)
    with pytest.raises(Stop, match=words) as stop:
        look(aws)
    assert "20261102" in str(stop.value) and "Nothing was changed" in str(stop.value)


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({"genai-ops:stack": "genai-ops/prod"}, "belongs to 'genai-ops/prod'"),
        ({}, "does not carry the tag.*aws rds add-tags-to-resource"),
    ],
)
def test_a_snapshot_of_our_name_that_is_somebody_elses_stops(aws: Account, tags: dict[str, str], words: str):
    paused(aws, "20261101t080000z", tags=tags)
    with pytest.raises(Stop, match=words):
        look(aws)


def test_an_instance_that_runs_needs_no_snapshot_and_keeps_its_version(aws: Account):
    marked(paused(aws, "20261101t080000z"), "failed")
    run(aws, EngineVersion="18.3")
    assert look(aws, state=KNOWN).version == "18.3"


def test_an_instance_that_no_state_knows_stops_with_the_command_that_keeps_its_data(aws: Account):
    run(aws)
    with pytest.raises(
        Stop, match=rf"--db-instance-identifier {NAME} --final-db-snapshot-identifier {NAME}-\$\(date"
    ):
        look(aws)


def test_an_instance_of_another_stack_stops(aws: Account):
    run(aws, tags=RENTED | {"genai-ops:stack": "genai-ops/prod"})
    with pytest.raises(Stop, match="belongs to 'genai-ops/prod'"):
        look(aws, state=KNOWN)


def test_one_that_is_being_deleted_is_waited_for(aws: Account):
    run(aws)
    rds_backends[ACCOUNT][REGION].databases[NAME].status = "deleting"
    with pytest.raises(Stop, match=r"being deleted at this moment.*repeat in some minutes"):
        look(aws, state=KNOWN)


def test_one_that_the_state_knows_and_the_account_has_not_stops_with_the_way_on(aws: Account):
    kept = paused(aws, "20261101t080000z")
    with pytest.raises(Stop, match=rf"pulumi refresh --stack dev.*restores {kept}"):
        look(aws, state=KNOWN)


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "smaller storage": ({"AllocatedStorage": 40}, {}, ["databaseGb is 20", "40 GB", "set databaseGb to 40"]),
    "an older engine": ({"EngineVersion": "19.2"}, {}, ["PostgreSQL 19.2", "says 18"]),
    "another engine": ({"Engine": "mysql", "EngineVersion": "8.0"}, {}, ["'mysql'", "'postgres'"]),
    "no encryption": ({"StorageEncrypted": False}, {}, ["is not encrypted", "restore-database.md"]),
    "another key": (
        {"KmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/theirs"},
        {"key": ""},
        ["encryptionKey is 'own' (not made yet)", "key/theirs"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("made", "changes", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_no_restore_can_give_is_refused_naming_both_values(
    aws: Account, made: dict[str, Any], changes: dict[str, Any], words: list[str]
):
    paused(aws, "20261101t080000z", **made)
    with pytest.raises(Stop) as of_snapshot:
        look(aws, wanted=replace(WANTED, **changes))
    run(aws, **made)
    with pytest.raises(Stop) as of_instance:
        look(aws, state=KNOWN, wanted=replace(WANTED, **changes))
    for stop, what in ((of_snapshot, "snapshot"), (of_instance, "database")):
        assert all(word in str(stop.value) for word in (*words, what)), str(stop.value)


def test_the_stacks_own_key_is_known_by_its_id(aws: Account):
    key = aws.key()
    paused(aws, "20261101t080000z", KmsKeyId=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key}")
    stack = load(*RDS, ("encryptionKey", "own"))
    assert adopt.look(stack, cloud=aws.cloud, state=NOTHING, now=NOW).database.snapshot
    # Back to AWS's: the data stays under the key that it has.
    assert look(aws).snapshot


def test_an_instance_cannot_leave_its_zone_or_its_network(aws: Account):
    ec2 = aws.cloud("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.40.{at}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"]
        for at, zone in enumerate("ab")
    ]  # fmt: skip
    rds = aws.cloud("rds")
    rds.create_db_subnet_group(DBSubnetGroupName="places", DBSubnetGroupDescription="two", SubnetIds=subnets)
    run(aws, AvailabilityZone=f"{REGION}b", DBSubnetGroupName="places")
    assert look(aws, state=KNOWN).version
    with pytest.raises(Stop, match=r"stands in us-east-1b while zones are \['us-east-1a', 'us-east-1c'\]"):
        look(aws, state=KNOWN, wanted=replace(WANTED, zones=("us-east-1a", "us-east-1c")))
    with pytest.raises(Stop, match=r"a network of 10\.40\.0\.0/16 while vpcCidr is '10\.50\.0\.0/16'"):
        look(aws, state=KNOWN, wanted=replace(WANTED, vpc_cidr="10.50.0.0/16"))


@pytest.mark.parametrize("code", ["AccessDenied", "Broken"])
def test_an_error_is_never_taken_for_absence(aws: Account, code: str):
    with (
        broken(aws.url, service="rds", status=400, code=code) as url,
        pytest.raises(Stop, match="Nothing was changed"),
    ):
        look(aws, cloud=clients(url))
