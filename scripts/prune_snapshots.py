"""Deletes old snapshots of a stack's database in RDS: those beyond the newest ones that `databaseSnapshots` says to keep.

Without --yes it only shows what it would do. It never deletes the newest, nor one that another stack or a person without the
stack's tag made, and it deletes nothing while the newest cannot be restored.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TextIO

from botocore.exceptions import BotoCoreError, ClientError

from infra.asking import Clients, Stop, clients
from infra.finders import snapshots
from infra.finders.snapshots import Kept
from infra.naming import Names
from infra.project import ProjectRefused, configuration, project

EXAMPLES = """\
examples:
  python -m scripts.prune_snapshots --stack prod              show what would go and what stays; nothing is changed
  python -m scripts.prune_snapshots --stack prod --keep 5
  python -m scripts.prune_snapshots --stack prod --yes        delete what was shown
"""


def going(found: Sequence[Kept], *, keep: int) -> list[Kept]:
    """Oldest first. Raises: Stop while the newest cannot be restored: an older one may be all there is."""
    if found and found[0].status != "available":
        raise Stop(
            f"The newest snapshot {found[0].name!r} is {found[0].status!r} and cannot be restored now. Nothing was deleted."
        )
    return snapshots.surplus(list(found), keep=keep)


def shown(one: Kept) -> str:
    gb = one.raw.get("AllocatedStorage", "?")
    return f"{one.name}  {f'{one.written:%Y-%m-%d %H:%M} UTC' if one.written else one.status}  of {gb} GB"


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.prune_snapshots",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--stack", required=True, help="the stack: the middle of a Pulumi.<stack>.yaml")
    parser.add_argument(
        "--keep",
        type=int,
        help="how many of the newest stay, 1 or more (default: the stack's databaseSnapshots)",
    )
    parser.add_argument("--yes", action="store_true", help="delete; without it nothing is changed")
    return parser


def main(
    argv: Sequence[str] | None = None,
    *,
    out: TextIO | None = None,
    connect: Callable[..., Clients] = clients,
) -> int:
    out = out or sys.stdout
    given = arguments().parse_args(argv)
    try:
        name = str(project()["name"])
        config = configuration(given.stack)
        keep = given.keep if given.keep is not None else int(config[f"{name}:databaseSnapshots"])
        if keep < 1:
            raise Stop(f"--keep is {keep}; the newest is never deleted. Give 1 or more.")
        region = config["aws:region"]
        cloud = connect(region=region, profile=config.get("aws:profile") or None)
        account = cloud("sts").get_caller_identity()["Account"]
        names = Names(project=name, stack=given.stack, account=account, region=region)
        found = snapshots.kept(cloud, names)
        old = going(found, keep=keep)
        for one in found:
            out.write(f"{'delete' if one in old else 'keep  '}  {shown(one)}\n")
        for one in old if given.yes else ():
            cloud("rds").delete_db_snapshot(DBSnapshotIdentifier=one.name)
            out.write(f"deleted {one.name}\n")
    except (Stop, ProjectRefused) as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    except (BotoCoreError, ClientError) as error:
        sys.stderr.write(f"AWS refused: {error}\n")
        return 1
    if not given.yes:
        out.write(f"Nothing was changed: {len(old)} of {len(found)} would go with --yes.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
