"""What RDS left: an instance that runs, or the snapshot that the next one begins from. A snapshot is data, an instance is rented.

The look fixes the name of the next final snapshot too: it must be known when the instance is made, and never be taken.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infra.asking import Clients, Stop, asking, must_own, pairs
from infra.finders import snapshot_rules
from infra.finders.snapshot_rules import Wanted
from infra.naming import Names
from infra.snapshot import Snapshot as State
from infra.tags import STACK_TAG, owned_by

__all__ = ["Beginning", "Kept", "Wanted", "kept", "look", "surplus"]

INSTANCE = "aws:rds/instance:Instance"


@dataclass(frozen=True)
class Kept:
    """A snapshot of the stack. `written` is the time of the data in it, which a copy keeps; None while it is being made."""

    name: str
    status: str
    percent: int
    written: datetime | None
    raw: Any


@dataclass(frozen=True)
class Beginning:
    """What an instance that is made now begins with; all of it counts at its creation only.

    `final`: the name of the snapshot that its deletion takes. `snapshot`: what it is restored from; None begins empty.
    `version`: of the data that is there; None for the one of versions.py. `older`: snapshots beyond those to keep.
    """

    final: str = "database-final"
    snapshot: str | None = None
    version: str | None = None
    older: tuple[str, ...] = ()


def look(cloud: Clients, names: Names, wanted: Wanted, *, state: State, now: datetime) -> Beginning:
    """See what runs and what is kept. Reads only. Raises: Stop where going on would lose data or make a second, empty one."""
    instance = _instance(cloud, names)
    found = kept(cloud, names)
    older = tuple(one.name for one in surplus(found, keep=wanted.snapshots))
    known = any(
        outputs.get("identifier") == names.database_instance
        for outputs in state.of_type(INSTANCE, room="cluster")
    )
    final = names.final_snapshot(now)
    if instance is not None:
        _refuse_unknown(instance, names, known=known)
        snapshot_rules.refuse_instance(instance, wanted, cloud=cloud)
        return Beginning(final=final, version=instance["EngineVersion"], older=older)
    if known:
        raise Stop(
            f"The database {names.database_instance!r} is in the stack's state but not in the account: a destroy was cut short, "
            f"or somebody deleted it. Run `pulumi refresh --stack {names.stack}` so that the state forgets it, then `pulumi up` "
            f"restores {found[0].name if found else 'nothing: there is no snapshot'}."
        )
    if not found:
        return Beginning(final=final)
    newest = found[0]
    _refuse_unusable(newest)
    snapshot_rules.refuse_snapshot(newest.raw, wanted)
    return Beginning(final=final, snapshot=newest.name, version=newest.raw["EngineVersion"], older=older)


def kept(cloud: Clients, names: Names) -> list[Kept]:
    """The stack's snapshots, newest data first: those with its tag, whoever made them. Raises: Stop for one that has the name of
    ours and belongs to somebody else: its deletion by us, or ours by them, would meet the wrong data."""
    what = f"snapshots of the database {names.database_instance!r}"
    with asking(what, not_found=()):
        pages = cloud("rds").get_paginator("describe_db_snapshots").paginate(SnapshotType="manual")
        listed = [one for page in pages for one in page["DBSnapshots"]]
    ours = re.compile(rf"{re.escape(names.database_instance)}-\d{{8}}t\d{{6}}z")
    found = []
    for one in listed:
        tags, name = pairs(one.get("TagList", [])), one["DBSnapshotIdentifier"]
        if ours.fullmatch(name):
            must_own(f"snapshot {name!r}", tags=tags, names=names, claim=_claim(one["DBSnapshotArn"], names))
        if owned_by(tags) == names.owner:
            written = one.get("OriginalSnapshotCreateTime") or one.get("SnapshotCreateTime")
            found.append(Kept(name, one["Status"], one.get("PercentProgress", 0), written, one))
    return sorted(found, key=_age, reverse=True)


def _age(one: Kept) -> tuple[datetime, datetime]:
    """What is being made has no time yet: nothing is newer. Of a snapshot and its copy the copy counts."""
    last = datetime.max.replace(tzinfo=UTC)
    return one.written or last, one.raw.get("SnapshotCreateTime") or last


def surplus(found: list[Kept], *, keep: int) -> list[Kept]:
    """Those beyond the newest `keep` that can be restored, oldest first; never the newest, whatever `keep` says."""
    whole = [one for one in found if one.status == "available"]
    return list(reversed(whole[max(keep, 1) :]))


def _instance(cloud: Clients, names: Names) -> Any:
    name = names.database_instance
    with asking(f"database {name!r}", not_found=("DBInstanceNotFound", "DBInstanceNotFoundFault")) as there:
        found = cloud("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    return found if there else None


def _refuse_unknown(instance: Any, names: Names, *, known: bool) -> None:
    name = names.database_instance
    claim = _claim(instance["DBInstanceArn"], names)
    must_own(f"database {name!r}", tags=pairs(instance.get("TagList", [])), names=names, claim=claim)
    if instance["DBInstanceStatus"] == "deleting":
        raise Stop(
            f"The database {name!r} is being deleted at this moment, and its final snapshot is being made. Nothing was changed; "
            f"repeat in some minutes: the next `pulumi up` restores it."
        )
    if not known:
        raise Stop(
            f"The database {name!r} exists but is not in the stack's state: an interrupted run left it behind. Nothing was "
            f"changed. Let it go with a snapshot, which the next `pulumi up` restores: {names.database_removal}"
        )


def _claim(arn: str, names: Names) -> str:
    return f"aws rds add-tags-to-resource --resource-name {arn} --tags Key={STACK_TAG},Value={names.owner}"


def _refuse_unusable(newest: Kept) -> None:
    """An older one instead would silently lose what was written after it."""
    if newest.status == "available":
        return
    if newest.status in ("creating", "copying", "modifying"):
        raise Stop(
            f"The newest snapshot of the database, {newest.name!r}, is still being made ({newest.status}, {newest.percent} %). "
            f"Nothing was changed; repeat in some minutes."
        )
    raise Stop(
        f"The newest snapshot of the database, {newest.name!r}, cannot be restored: its status is {newest.status!r}. Nothing was "
        f"changed. To go back to the one before it, and lose what was written since, delete it first: "
        f"aws rds delete-db-snapshot --db-snapshot-identifier {newest.name}"
    )
