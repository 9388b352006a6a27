"""A running cluster is never asked to change its key: refused before anything is, with what to do instead."""

import pytest

from infra import adopt, cluster_key
from infra.adopt import Found, Stop
from infra.snapshot import Snapshot

from .program import ACCOUNT, load

OWN, GIVEN = (f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{name}" for name in ("of-the-stack", "of-somebody"))
OWN_IS_THERE = Found(ACCOUNT, ids={"key": "of-the-stack"})


def running(key: str | None) -> Snapshot:
    urn = "urn:pulumi:dev::p::genai:cluster:ControlPlane$eks:index:Cluster$aws:eks/cluster:Cluster::c"
    config = {"encryptionConfig": {"provider": {"keyArn": key}, "resources": ["secrets"]}} if key else {}
    return Snapshot({urn: {"name": "genai-ops-dev", **config}})


@pytest.mark.parametrize(
    ("held", "changes", "found"),
    [
        (OWN, (), adopt.nothing(ACCOUNT)),
        (OWN, (("secretsKeyArn", GIVEN),), OWN_IS_THERE),
        (GIVEN, (("encryptionKey", "own"),), OWN_IS_THERE),
        (GIVEN, (("encryptionKey", "own"),), adopt.nothing(ACCOUNT)),
        (GIVEN, (), adopt.nothing(ACCOUNT)),
    ],
)
def test_another_key_for_a_running_cluster_is_refused_with_both_named(
    held: str, changes: tuple[tuple[str, str], ...], found: Found
) -> None:
    with pytest.raises(Stop, match="a cluster never changes its key") as refused:
        cluster_key.refuse(load(*changes), found, state=running(held))
    assert held in str(refused.value) and "`pulumi destroy`, then `pulumi up`" in str(refused.value)


@pytest.mark.parametrize(
    ("held", "changes", "found"),
    [
        (None, (), adopt.nothing(ACCOUNT)),
        (None, (("encryptionKey", "own"),), OWN_IS_THERE),
        (OWN, (("encryptionKey", "own"),), OWN_IS_THERE),
        (GIVEN, (("secretsKeyArn", GIVEN),), adopt.nothing(ACCOUNT)),
    ],
)
def test_the_same_key_or_a_first_one_is_nothing_to_refuse(
    held: str | None, changes: tuple[tuple[str, str], ...], found: Found
) -> None:
    cluster_key.refuse(load(*changes), found, state=running(held))
    cluster_key.refuse(load(*changes), found, state=Snapshot({}))
