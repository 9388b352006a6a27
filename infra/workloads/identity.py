"""Who a pod is in AWS: a role that one service account, in one namespace of one cluster, and nobody else can take."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import eks, iam

from infra.cluster.control_plane import ControlPlane
from infra.cluster.identity import pod_trust
from infra.durable.room import Durable
from infra.stack import Stack
from infra.workloads import permissions as rights

Statement = Mapping[str, Any]


def identity(
    name: str,
    stack: Stack,
    control: ControlPlane,
    *,
    space: str,
    permissions: Sequence[pulumi.Input[Statement]],
    parent: pulumi.Resource,
) -> list[pulumi.Resource]:
    """The role of the service account `name`. Returns what its pods must wait for, and outlive."""
    child = pulumi.ResourceOptions(parent=parent)
    role = iam.Role(
        f"{stack.prefix}-{name}",
        assume_role_policy=pulumi.Output.json_dumps(
            pod_trust(cluster=stack.prefix, namespace=space, service_account=name)
        ),
        tags=stack.tags.rented(),
        opts=child,
    )
    allowed = iam.RolePolicy(
        name,
        role=role.name,
        policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(permissions)}),
        opts=child,
    )
    association = eks.PodIdentityAssociation(
        name,
        cluster_name=control.name,
        namespace=space,
        service_account=name,
        role_arn=role.arn,
        tags=stack.tags.rented(),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[*control.addons]),
    )
    return [allowed, association]


def key_rights(
    durable: Durable, *, region: str, by: Sequence[rights.Keeper]
) -> list[pulumi.Output[Statement]]:
    """What a pod needs besides where data lies under the stack's own key, or did, by way of those that it asks; nothing
    where there is no such key."""
    if durable.key is not None:
        return [durable.key.arn.apply(lambda arn: rights.use_key(arn, region=region, by=by))]
    if durable.former_key is not None:
        return [durable.former_key.arn.apply(lambda arn: rights.read_by_key(arn, region=region, by=by))]
    return []
