"""The look at what the database left: its volume is found by its tags, and neither moved nor shrunk in silence."""

import pytest

from infra import adopt
from infra.adopt import Stop
from infra.durable.kinds import KINDS
from infra.naming import ROLES
from infra.snapshot import Snapshot

from .accounts import NAMES, TAGS, Account, broken, clients
from .program import load

NOTHING = Snapshot({})
MARKED = TAGS | {"Name": NAMES.database_volume}


def look(aws: Account, *, state: Snapshot = NOTHING, **changes: str) -> adopt.Found:
    chosen = {"database": "cluster", **changes}
    return adopt.look(load(*chosen.items()), cloud=aws.cloud, state=state)


def test_without_a_database_nobody_asks_for_a_volume(aws: Account):
    with broken(aws.url, service="ec2", status=400, code="Broken") as url:
        found = adopt.look(load(), cloud=clients(url), state=NOTHING)
    assert "database_volume" not in found.ids and found.passwords_set


def test_the_volume_is_found_by_the_tag_of_its_stack(aws: Account):
    aws.volume(tags=MARKED | {"genai-ops:stack": "other/prod"})
    aws.volume(tags={"Name": NAMES.database_volume})
    assert "database_volume" not in look(aws).ids
    assert look(aws).ids == {}
    mine = aws.volume()
    assert look(aws).ids["database_volume"] == mine


def test_a_deleted_volume_is_none(aws: Account):
    aws.cloud("ec2").delete_volume(VolumeId=aws.volume())
    assert "database_volume" not in look(aws).ids


def test_of_two_volumes_nobody_but_a_person_chooses(aws: Account):
    both = {aws.volume(), aws.volume()}
    with pytest.raises(
        Stop, match=r"There are 2 volumes 'genai-ops-dev-database'.*Nothing was changed"
    ) as stop:
        look(aws)
    assert all(volume in str(stop.value) for volume in both)


def test_a_volume_in_another_zone_stops_naming_both(aws: Account):
    aws.volume(zone="b")
    with pytest.raises(
        Stop, match=r"is in us-east-1b while the first of zones is 'us-east-1a'.*restore-database"
    ):
        look(aws)
    assert look(aws, zones='["b", "a"]').ids.keys() == {"database_volume"}


def test_a_smaller_disk_than_there_is_stops_naming_both(aws: Account):
    aws.volume(gb=20)
    with pytest.raises(
        Stop, match=r"databaseGb is 10 while the volume vol-\w+ has 20 GB.*set databaseGb to 20"
    ):
        look(aws)
    assert look(aws, databaseGb="40").ids


def test_a_volume_that_the_state_knows_and_somebody_deleted_stops_with_the_way_on(aws: Account):
    urn = f"urn:pulumi:dev::genai-ops::genai:durable:DatabaseVolume${KINDS['database_volume'].token}::x"
    state = Snapshot({urn: {"tags": MARKED}})
    with pytest.raises(Stop, match=r"somebody deleted it.*pulumi refresh"):
        look(aws, state=state)


@pytest.mark.parametrize("code", ["UnauthorizedOperation", "Broken"])
def test_an_error_is_never_taken_for_absence(aws: Account, code: str):
    with (
        broken(aws.url, service="ec2", status=400, code=code) as url,
        pytest.raises(Stop, match=r"volume 'genai-ops-dev-database'.*Nothing was changed"),
    ):
        adopt.look(load(("database", "cluster")), cloud=clients(url), state=NOTHING)


def test_the_database_waits_until_every_role_has_a_password(aws: Account):
    secrets = aws.cloud("secretsmanager")
    tags = [{"Key": key, "Value": value} for key, value in TAGS.items()]
    for role in ROLES:
        secrets.create_secret(Name=NAMES.database_secret(role), Tags=tags)
        assert not look(aws).passwords_set
    first, *others = ROLES
    secrets.put_secret_value(SecretId=NAMES.database_secret(first), SecretString="canary")
    assert not look(aws).passwords_set
    for role in others:
        secrets.put_secret_value(SecretId=NAMES.database_secret(role), SecretString="canary")
    found = look(aws)
    assert found.passwords_set and "canary" not in repr(found)
