"""Looks at the account before the first resource is declared: what survived the last pause, and may this stack have it?

Only "not found" means create. Everything else that is not plainly ours stops the program with the reason, before
anything is declared, so that nothing is changed. Leftovers of a killed run are the business of leftovers.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from infra import cluster_key
from infra.asking import Clients, Stop, clients
from infra.durable.kinds import KINDS
from infra.finders import FINDERS, alerts, keys, snapshots, stores, volumes
from infra.naming import IMAGES, ROLES, Names
from infra.snapshot import Snapshot
from infra.stack import Stack

__all__ = ["FINDERS", "Clients", "Found", "Stop", "clients", "look", "nothing", "physical_name"]


@dataclass(frozen=True)
class Found:
    """What the account holds. `ids` maps a key of KINDS to the id it is imported under; a missing key means create."""

    account: str
    ids: Mapping[str, str] = field(default_factory=dict)
    # The stack's own key and its alias, by their keys of KINDS, where `encryptionKey` is aws again and data lies under it still.
    former_key: Mapping[str, str] = field(default_factory=dict)
    images: frozenset[str] = frozenset()
    api_keys_set: bool = False
    # Whether every password of the database has a value; also where there is no database.
    passwords_set: bool = True
    # The apps whose own keys have a value; they run without, too.
    app_secrets_set: frozenset[str] = frozenset()
    # Of the database in RDS: what it is restored from, and the name of its next snapshot.
    database: snapshots.Beginning = field(default_factory=snapshots.Beginning)
    # Whether Airflow's keys have a value; also where there is no Airflow.
    workflow_keys_set: bool = True
    # Why what the stack costs cannot be watched by its tag yet; None when it can.
    tag_missing: str | None = None


def look(stack: Stack, *, cloud: Clients, state: Snapshot, now: datetime | None = None) -> Found:
    """See what the stack's names are in the account. Reads only. `now`: the time of the look.

    Raises: Stop for an error, a name that belongs to somebody else, another account, a missing ownership tag, a thing
    that is being deleted, for data that the saved state knows under another name,
    and for another key than that of a running cluster.
    """
    account = _account(cloud, expected=stack.account)
    names = stack.names(account)
    _refuse_renames(names, state=state)
    tag_missing = (
        alerts.tag_missing(cloud)
        if any(kind.billed and kind.wanted(stack) for kind in KINDS.values())
        else None
    )
    ids = {}
    for key, find in FINDERS.items():
        if not KINDS[key].wanted(stack) or (KINDS[key].billed and tag_missing):
            continue
        found = find(cloud, names)
        if found is not None:
            ids[key] = found
        elif physical_name(key, names) in _known(key, state=state):
            raise Stop(
                f"The {KINDS[key].title} {physical_name(key, names)!r} is in the stack's state but not in account "
                f"{account}: somebody deleted it. Run `pulumi refresh --stack {stack.name}` so that the state forgets it, "
                f"then `pulumi up` makes a new one."
            )
    cluster_key.refuse(stack, own=ids.get("key", ""), state=state)
    images = {
        app
        for app in IMAGES
        if f"{app}_images" in ids and stores.image_exists(cloud, names.repository(app), tag=stack.image_tag)
    }
    keys_set = "api_keys" in ids and stores.has_value(cloud, names.api_keys_secret)
    roles = [role for role in ROLES if KINDS[f"database_secret_{role}"].wanted(stack)]
    passwords_set = all(
        f"database_secret_{role}" in ids and stores.has_value(cloud, names.database_secret(role))
        for role in roles
    )
    app_secrets_set = {
        app
        for app in stack.apps
        if f"app_secret_{app}" in ids and stores.has_value(cloud, names.app_secret(app))
    }
    workflow_keys_set = not KINDS["workflow_keys"].wanted(stack) or (
        "workflow_keys" in ids and stores.has_value(cloud, names.workflow_secret)
    )
    if "database_volume" in ids:
        volumes.refuse_other_place(cloud, names, zone=stack.zone_names[0], gb=stack.database_gb)
    database = snapshots.Beginning()
    if stack.database == "rds" and not stack.paused:
        wanted = snapshots.Wanted(
            gb=stack.database_gb,
            key=ids.get("key", "") if stack.own_key else None,
            zones=stack.zone_names,
            vpc_cidr=stack.vpc_cidr,
            snapshots=stack.database_snapshots,
        )
        database = snapshots.look(cloud, names, wanted, state=state, now=now or datetime.now(UTC))
    return Found(
        account=account,
        ids=ids,
        former_key=keys.former(cloud, names) if not stack.own_key else {},
        database=database,
        passwords_set=passwords_set,
        workflow_keys_set=workflow_keys_set,
        images=frozenset(images),
        api_keys_set=keys_set,
        app_secrets_set=frozenset(app_secrets_set),
        tag_missing=tag_missing,
    )


def nothing(account: str, *, images: frozenset[str] = frozenset(IMAGES), api_keys_set: bool = True) -> Found:
    """The answer for a plan: an empty account, in which images and secret values will be there when the workloads start."""
    return Found(account=account, images=images, api_keys_set=api_keys_set)


def physical_name(key: str, names: Names) -> str:
    """The name a durable resource has in the account."""
    return KINDS[key].named(names)


def _account(cloud: Clients, *, expected: str | None) -> str:
    try:
        account: str = cloud("sts").get_caller_identity()["Account"]
    except NoCredentialsError as error:
        raise Stop(
            "No AWS credentials were found. Log in (for instance `aws sso login`) or set AWS_PROFILE. "
            "`make plan STACK=...` shows the program without any."
        ) from error
    except (ClientError, BotoCoreError) as error:
        raise Stop(
            f"AWS did not say whose credentials these are: {error}. Nothing was changed; log in again and repeat."
        ) from error
    if expected is not None and account != expected:
        raise Stop(
            f"The credentials belong to account {account} while the stack's configuration says account {expected}. "
            f"Switch the profile, or change `account` if the stack moved on purpose."
        )
    return account


def _known(key: str, *, state: Snapshot) -> Iterator[Any]:
    """The names under which the state holds this type in the durable room; rented things may be of the same type."""
    kind = KINDS[key]
    return (_inside(outputs, kind.name_output) for outputs in state.of_type(kind.token, room="durable"))


def _inside(outputs: Any, path: str) -> Any:
    """`tags.Name`: what has no name but its tag."""
    for part in path.split("."):
        outputs = outputs.get(part) if isinstance(outputs, Mapping) else None
    return outputs


def _refuse_renames(names: Names, *, state: Snapshot) -> None:
    """A durable thing is found by its name. Another project, stack, account or region would make a new, empty one."""
    for key, kind in KINDS.items():
        if kind.moves:
            continue
        wanted = {physical_name(other, names): None for other in KINDS if KINDS[other].token == kind.token}
        known = [name for name in _known(key, state=state) if isinstance(name, str)]
        # One that is as it should be shows that nothing moved: the others belong to what this version no longer has.
        if known and not wanted.keys() & set(known):
            raise Stop(
                f"The stack's state holds the {kind.title} {known[0]!r}, but the configuration and credentials of now "
                f"name it {' or '.join(map(repr, wanted))}. Going on would leave the data behind. Go back to the former "
                f"account and region, or make a new stack for the new ones."
            )
