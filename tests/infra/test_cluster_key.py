"""A running cluster is never asked to change its key: refused before anything is, with what to do instead."""

import pytest

from infra import cluster_key
from infra.asking import Stop
from infra.snapshot import Snapshot

from .program import ACCOUNT, load

OWN, GIVEN = (f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{name}" for name in ("of-the-stack", "of-somebody"))
NONE_YET, OWN_IS_THERE = "", "of-the-stack"


def running(key: str | None) -> Snapshot:
    urn = "urn:pulumi:dev::p::genai:cluster:ControlPlane$eks:index:Cluster$aws:eks/cluster:Cluster::c"
    config = {"encryptionConfig": {"provider": {"keyArn": key}, "resources": ["secrets"]}} if key else {}
    return Snapshot({urn: {"name": "genai-ops-dev", **config}})


@pytest.mark.parametrize(
    ("held", "changes", "own"),
    [
        (OWN, (), NONE_YET),
        (OWN, (("secretsKeyArn", GIVEN),), OWN_IS_THERE),
        (GIVEN, (("encryptionKey", "own"),), OWN_IS_THERE),
        (GIVEN, (("encryptionKey", "own"),), NONE_YET),
        (GIVEN, (), NONE_YET),
    ],
)
def test_another_key_for_a_running_cluster_is_refused_with_both_named(
    held: str, changes: tuple[tuple[str, str], ...], own: str
) -> None:
    with pytest.raises(Stop, match="a cluster never changes its key") as refused:
        cluster_key.refuse(load(*changes), own=own, state=running(held))
    assert held in str(refused.value) and "`pulumi destroy`, then `pulumi up`" in str(refused.value)


@pytest.mark.parametrize(
    ("held", "changes", "own"),
    [
        (None, (), NONE_YET),
        (None, (("encryptionKey", "own"),), OWN_IS_THERE),
        (OWN, (("encryptionKey", "own"),), OWN_IS_THERE),
        (GIVEN, (("secretsKeyArn", GIVEN),), NONE_YET),
    ],
)
def test_the_same_key_or_a_first_one_is_nothing_to_refuse(
    held: str | None, changes: tuple[tuple[str, str], ...], own: str
) -> None:
    cluster_key.refuse(load(*changes), own=own, state=running(held))
    cluster_key.refuse(load(*changes), own=own, state=Snapshot({}))
