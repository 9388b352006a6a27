"""The database's volume. EBS gives it no name of its own, so its tags are its name."""

from typing import Any

from infra.asking import Clients, Stop, asking
from infra.naming import Names
from infra.tags import STACK_TAG


def volume(cloud: Clients, names: Names) -> str | None:
    """Raises: Stop where two carry the tags: nobody but a person can say which one holds the data."""
    found = _described(cloud, names)
    if len(found) > 1:
        listed = ", ".join(f"{one['VolumeId']} (made {one['CreateTime']:%Y-%m-%d})" for one in found)
        raise Stop(
            f"There are {len(found)} volumes {names.database_volume!r} with the tag {STACK_TAG}={names.owner}: {listed}. Nothing "
            f"was changed. Keep the one with the data and take the tag off the other: aws ec2 delete-tags --resources VOLUME "
            f"--tags Key={STACK_TAG}"
        )
    return str(found[0]["VolumeId"]) if found else None


def refuse_other_place(cloud: Clients, names: Names, *, zone: str, gb: int) -> None:
    """A volume neither moves nor shrinks; a change that asks for it would end in a new, empty one. Raises: Stop."""
    for one in _described(cloud, names):
        if one["AvailabilityZone"] != zone:
            raise Stop(
                f"The database's volume {one['VolumeId']} is in {one['AvailabilityZone']} while the first of zones is {zone!r}, "
                f"and a volume cannot move. Nothing was changed; put its zone first, or see docs/runbooks/restore-database.md."
            )
        if one["Size"] > gb:
            raise Stop(
                f"databaseGb is {gb} while the volume {one['VolumeId']} has {one['Size']} GB, and a volume cannot shrink. "
                f"Nothing was changed; set databaseGb to {one['Size']} or more."
            )


def _described(cloud: Clients, names: Names) -> list[Any]:
    ec2 = cloud("ec2")
    filters = [
        {"Name": f"tag:{STACK_TAG}", "Values": [names.owner]},
        {"Name": "tag:Name", "Values": [names.database_volume]},
        {"Name": "status", "Values": ["creating", "available", "in-use"]},
    ]
    with asking(f"volume {names.database_volume!r}", not_found=()):
        pages = ec2.get_paginator("describe_volumes").paginate(Filters=filters)
        return [one for page in pages for one in page["Volumes"]]
