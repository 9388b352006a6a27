"""The Kubernetes control plane: the component brings the kubeconfig, everything else is declared in plain sight."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_eks as eks
import pulumi_kubernetes as kubernetes
from pulumi_aws import eks as aws_eks
from pulumi_aws import iam

from infra import versions
from infra.cluster.network import Network
from infra.stack import Stack

ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
SERVICE_POLICY = "AmazonEKSClusterPolicy"
SERVICE_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


class ControlPlane(pulumi.ComponentResource):
    """The EKS cluster, the add-ons that must be there before the first node, and the provider that talks to its API."""

    def __init__(
        self,
        name: str,
        stack: Stack,
        network: Network,
        *,
        aws: pulumi.ProviderResource,
        log_group: pulumi.Output[str],
        key: pulumi.Output[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:cluster:ControlPlane", name, None, opts)
        self.stack = stack
        physical = stack.prefix
        role, allowed = self._role()
        cluster = eks.Cluster(
            name,
            # By way of what must be there first and go last. Its log group: EKS would make one itself, without an end to its
            # days, and on the way down would bring it back for its last lines. And what its role may do.
            name=pulumi.Output.all(log_group, allowed.id).apply(lambda _: physical),
            # The component's own would be out of reach of what holds for every role of the program (everywhere.py).
            service_role=role,
            version=versions.KUBERNETES,
            vpc_id=network.vpc_id,
            private_subnet_ids=network.private_ids,
            endpoint_private_access=True,
            endpoint_public_access=True,
            public_access_cidrs=list(stack.api_cidrs),
            authentication_mode=eks.AuthenticationMode.API,
            enabled_cluster_log_types=list(stack.control_plane_logs),
            encryption_config_key_arn=key if key is not None else stack.secrets_key_arn,
            # Extended support costs six times as much and would be switched on by default.
            upgrade_policy={"support_type": "STANDARD"},
            # What the component would make by itself is declared below and in nodes.py, where it is visible and ordered.
            use_default_vpc_cni=True,
            bootstrap_self_managed_addons=False,
            skip_default_security_groups=True,
            skip_default_node_group=True,
            kube_proxy_addon_options={"enabled": False},
            coredns_addon_options={"enabled": False},
            tags=stack.tags.rented(physical),
            opts=pulumi.ResourceOptions(parent=self, providers=[aws]),
        )
        self.security_group_id: pulumi.Output[str] = cluster.cluster_security_group_id
        # The name is known, but it must carry the edge to the cluster itself: a dependency on a remote component orders
        # nothing against the component's children, and destroy would delete the cluster beside its own add-ons.
        self.name: pulumi.Output[str] = self.security_group_id.apply(lambda _: physical)
        self._admins()
        self.addons = [self.addon(addon) for addon in versions.ADDONS_BEFORE_NODES]
        self.provider = kubernetes.Provider(
            name,
            kubeconfig=cluster.kubeconfig_json,
            # After an interrupted destroy the API may be gone before its objects. They hold nothing outside the cluster, so
            # the state may forget them, and a plain destroy still ends with 0.
            delete_unreachable=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"name": self.name, "securityGroupId": self.security_group_id})

    def _role(self) -> tuple[iam.Role, iam.RolePolicyAttachment]:
        """Who EKS is when it puts network interfaces into the subnets."""
        child = pulumi.ResourceOptions(parent=self)
        role = iam.Role(
            f"{self.stack.prefix}-control-plane",
            assume_role_policy=json.dumps(SERVICE_TRUST),
            tags=self.stack.tags.rented(),
            opts=child,
        )
        attached = iam.RolePolicyAttachment(
            SERVICE_POLICY, role=role.name, policy_arn=f"arn:aws:iam::aws:policy/{SERVICE_POLICY}", opts=child
        )
        return role, attached

    def _admins(self) -> None:
        """Whoever runs Pulumi is one already: EKS gives its creator an entry, and refuses a second one."""
        for admin in self.stack.admins:
            name = admin.split("/", 1)[1].replace("/", "-")
            entry = aws_eks.AccessEntry(
                name,
                cluster_name=self.name,
                principal_arn=admin,
                tags=self.stack.tags.rented(),
                opts=pulumi.ResourceOptions(parent=self),
            )
            aws_eks.AccessPolicyAssociation(
                name,
                cluster_name=self.name,
                principal_arn=entry.principal_arn,
                policy_arn=ADMIN,
                access_scope={"type": "cluster"},
                opts=pulumi.ResourceOptions(parent=self, depends_on=[entry]),
            )

    def addon(
        self,
        addon: str,
        *,
        after: Sequence[pulumi.Resource] = (),
        identities: list[Any] | None = None,
    ) -> aws_eks.Addon:
        """One of EKS's own, by the name EKS knows it under. `identities`: roles of its service accounts."""
        settings = addon_settings(addon, machines=self.stack.node_count)
        return aws_eks.Addon(
            addon,
            cluster_name=self.name,
            addon_name=addon,
            addon_version=versions.ADDONS[addon],
            configuration_values=json.dumps(settings) if settings else None,
            pod_identity_associations=identities,
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            tags=self.stack.tags.rented(),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )


def addon_settings(addon: str, *, machines: int) -> Mapping[str, Any]:
    """What differs from the add-on's own defaults. A second copy on the same machine guards nothing and takes a pod's place:
    a t3.medium has 17."""
    # Network policies are enforced by the CNI's own agent. Without the switch they are accepted and ignored.
    always: Mapping[str, Mapping[str, Any]] = {"vpc-cni": {"enableNetworkPolicy": "true"}}
    alone: Mapping[str, Mapping[str, Any]] = {
        "coredns": {"replicaCount": 1},
        "metrics-server": {"replicas": 1},
        "aws-ebs-csi-driver": {"controller": {"replicaCount": 1}},
    }
    return always.get(addon) or (alone.get(addon, {}) if machines == 1 else {})
