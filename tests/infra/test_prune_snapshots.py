"""The one command that deletes snapshots: it shows first, keeps the newest whatever it is told, and touches nobody else's."""

import io

import pytest
from moto.rds.models import rds_backends

from scripts import prune_snapshots

from .accounts import ACCOUNT, REGION, Account, clients
from .test_adopt_snapshots import NAME, paused, run


def pruned(aws: Account, *arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    code = prune_snapshots.main(["--stack", "dev", *arguments], out=out, connect=lambda **_: clients(aws.url))
    return code, out.getvalue()


def left(aws: Account) -> list[str]:
    return sorted(
        one["DBSnapshotIdentifier"]
        for one in aws.cloud("rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    )


def filled(aws: Account) -> list[str]:
    names = [paused(aws, f"2026110{day}t080000z") for day in range(1, 6)]
    run(aws, tags={}, DBInstanceIdentifier="others")
    aws.cloud("rds").create_db_snapshot(DBInstanceIdentifier="others", DBSnapshotIdentifier="others-1")
    return names


def test_without_yes_it_shows_what_would_go_and_changes_nothing(aws: Account):
    names = filled(aws)
    code, said = pruned(aws)
    assert code == 0 and left(aws) == sorted([*names, "others-1"])
    marks = [line.split()[:2] for line in said.splitlines()[:-1]]
    assert marks == [["keep", name] for name in reversed(names[2:])] + [
        ["delete", name] for name in reversed(names[:2])
    ]
    assert "Nothing was changed: 2 of 5 would go with --yes." in said


def test_with_yes_the_newest_stay_and_those_of_others_too(aws: Account):
    names = filled(aws)
    code, said = pruned(aws, "--yes", "--keep", "1")
    assert code == 0 and left(aws) == sorted([names[-1], "others-1"])
    assert said.count("deleted ") == 4
    assert pruned(aws, "--yes", "--keep", "1")[0] == 0 and left(aws) == sorted([names[-1], "others-1"])


def test_nothing_is_deleted_while_the_newest_cannot_be_restored_or_when_none_is_to_stay(
    aws: Account, capsys: pytest.CaptureFixture[str]
):
    names = filled(aws)
    assert pruned(aws, "--yes", "--keep", "0")[0] == 1
    assert "the newest is never deleted" in capsys.readouterr().err
    rds_backends[ACCOUNT][REGION].database_snapshots[f"{NAME}-20261105t080000z"].status = "failed"
    assert pruned(aws, "--yes", "--keep", "1")[0] == 1
    assert "cannot be restored now" in capsys.readouterr().err
    assert left(aws) == sorted([*names, "others-1"])
