"""What RDS cannot do with data that is there: it would end in a second, empty instance, so it is refused naming both values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra import versions
from infra.asking import Clients, Stop, asking


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the configuration asks of the instance. `key`: id of the stack's own key, empty while it is not made; None without."""

    gb: int
    key: str | None
    zones: tuple[str, ...]
    vpc_cidr: str
    snapshots: int


def refuse_snapshot(snapshot: Mapping[str, Any], wanted: Wanted) -> None:
    """Raises: Stop for what a restore cannot give."""
    _refuse_data(
        f"snapshot {snapshot['DBSnapshotIdentifier']!r}", snapshot, snapshot.get("Encrypted"), wanted
    )


def refuse_instance(instance: Mapping[str, Any], wanted: Wanted, *, cloud: Clients) -> None:
    """Raises: Stop for what the instance that runs cannot become."""
    what = f"database {instance['DBInstanceIdentifier']!r}"
    _refuse_data(what, instance, instance.get("StorageEncrypted"), wanted)
    zone = instance.get("AvailabilityZone")
    if zone and zone not in wanted.zones:
        raise Stop(
            f"The {what} stands in {zone} while zones are {list(wanted.zones)}, and its subnet cannot go under it. Nothing was "
            f"changed; put the zone back, or pause first: a resume restores it into the new zones."
        )
    vpc = (instance.get("DBSubnetGroup") or {}).get("VpcId")
    ranges = _ranges(cloud, vpc) if vpc else []
    if ranges and wanted.vpc_cidr not in ranges:
        raise Stop(
            f"The {what} stands in a network of {ranges[0]} while vpcCidr is {wanted.vpc_cidr!r}, and it cannot move. Nothing "
            f"was changed; put the range back, or pause first: a resume restores it into the new network."
        )


def _refuse_data(what: str, data: Mapping[str, Any], encrypted: Any, wanted: Wanted) -> None:
    if data["Engine"] != "postgres":
        raise Stop(f"The {what} is of the engine {data['Engine']!r}, not 'postgres'. Nothing was changed.")
    if _major(data["EngineVersion"]) > int(versions.POSTGRES_MAJOR):
        raise Stop(
            f"The {what} is of PostgreSQL {data['EngineVersion']} while infra/versions.py says {versions.POSTGRES_MAJOR}, and "
            f"there is no way back. Nothing was changed; set POSTGRES_MAJOR to {_major(data['EngineVersion'])}."
        )
    if data["AllocatedStorage"] > wanted.gb:
        raise Stop(
            f"databaseGb is {wanted.gb} while the {what} has {data['AllocatedStorage']} GB, and storage cannot shrink. "
            f"Nothing was changed; set databaseGb to {data['AllocatedStorage']} or more."
        )
    if not encrypted:
        raise Stop(
            f"The {what} is not encrypted while this program encrypts always, and that is chosen once. Nothing was changed. Make "
            f"an encrypted copy, which is then the newest: see docs/runbooks/restore-database.md."
        )
    key = str(data.get("KmsKeyId") or "")
    if wanted.key is not None and (not wanted.key or not key.endswith(wanted.key)):
        raise Stop(
            f"encryptionKey is 'own' ({wanted.key or 'not made yet'}) while the {what} is under the key {key or 'of AWS'!r}, and "
            f"a key is chosen once. Nothing was changed; see docs/runbooks/restore-database.md for a copy under another key, or "
            f"set encryptionKey back."
        )


def _major(version: str) -> int:
    return int(version.split(".")[0])


def _ranges(cloud: Clients, vpc: str) -> list[str]:
    filters = [{"Name": "vpc-id", "Values": [vpc]}]
    with asking(f"network {vpc!r}", not_found=()):
        found = cloud("ec2").describe_vpcs(Filters=filters)["Vpcs"]
    return [one["CidrBlock"] for one in found if "CidrBlock" in one]
