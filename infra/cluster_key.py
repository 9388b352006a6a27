"""Refuses, before the first resource, what would give a running cluster another key: EKS never changes it."""

from collections.abc import Mapping
from typing import Any

from infra.asking import Stop
from infra.snapshot import Snapshot
from infra.stack import Stack

CLUSTER = "aws:eks/cluster:Cluster"


def refuse(stack: Stack, *, own: str, state: Snapshot) -> None:
    """Stop where the cluster's secrets lie under a key that the configuration no longer names.

    The engine would make a second cluster of the same name first, which EKS refuses, half an update later. A cluster without
    a key may be given one. `own`: the id of the stack's own key, empty before it is made. Raises: Stop.
    """
    if stack.paused or not stack.kubernetes:
        return
    for cluster in state.of_type(CLUSTER, room="cluster"):
        held = _key_of(cluster)
        if held and not _wanted(held, stack, own=own):
            raise Stop(
                f"encryptionKey is {stack.encryption_key!r} and secretsKeyArn {stack.secrets_key_arn!r}, while the running "
                f"cluster keeps its secrets under {held}, and a cluster never changes its key. Nothing was changed; pause first: "
                f"`pulumi destroy`, then `pulumi up`."
            )


def _key_of(cluster: Mapping[str, Any]) -> str:
    """Its ARN; empty for a cluster without one."""
    return str(((cluster.get("encryptionConfig") or {}).get("provider") or {}).get("keyArn") or "")


def _wanted(held: str, stack: Stack, *, own: str) -> bool:
    if stack.own_key:
        return bool(own) and held.rpartition("/")[2] == own.rpartition("/")[2]
    return held == stack.secrets_key_arn
