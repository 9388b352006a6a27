"""The machines: one managed node group in private subnets, from a launch template that keeps pods off the node's credentials."""

import json
from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi_aws import ec2, eks, iam

from infra import versions
from infra.cluster.control_plane import ControlPlane
from infra.cluster.disks import disk_driver
from infra.cluster.network import Network
from infra.stack import Stack

# PullOnly, because nodes never push. CNI on the node: pod identity needs the CNI to be running first.
NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy")


class Nodes(pulumi.ComponentResource):
    """One node group. `scaling_group` is what the load balancer attaches to; `ready` is what pods must wait for."""

    def __init__(
        self,
        name: str,
        stack: Stack,
        network: Network,
        control: ControlPlane,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:cluster:Nodes", name, None, opts)
        self.stack, self.prefix, self.child = stack, stack.prefix, pulumi.ResourceOptions(parent=self)
        role, attached = self._role(name)
        template = self._template(name)
        group = eks.NodeGroup(
            name,
            cluster_name=control.name,
            node_role_arn=role.arn,
            subnet_ids=network.private_ids,
            instance_types=[stack.node_instance_type],
            ami_type=versions.NODE_IMAGES[stack.architecture],
            capacity_type="ON_DEMAND",
            scaling_config={
                "min_size": 1,
                "desired_size": stack.node_count,
                "max_size": stack.node_max_count,
            },
            update_config={"max_unavailable": 1},
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            tags=stack.tags.rented(f"{self.prefix}-node"),
            opts=pulumi.ResourceOptions(
                parent=self,
                # Routes and NAT: a node that cannot reach its registry never joins, and one that loses it on the way down
                # hangs. Policies: a node whose role is emptied first cannot leave.
                depends_on=[*network.ready, *control.addons, *attached],
                # Schedules and autoscalers move the sizes; the next `up` must not move them back.
                ignore_changes=["scaling_config"],
            ),
        )
        later = [control.addon(addon, after=[group]) for addon in versions.ADDONS_AFTER_NODES]
        later.append(disk_driver(stack, control, after=[group], opts=self.child))
        self.scaling_group: pulumi.Output[str] = group.resources.apply(_scaling_group)
        self.ready: list[pulumi.Resource] = [group, *later]
        self.register_outputs({"scalingGroup": self.scaling_group})

    def _role(self, name: str) -> tuple[iam.Role, list[pulumi.Resource]]:
        role = iam.Role(
            f"{self.prefix}-{name}",
            assume_role_policy=json.dumps(NODE_TRUST),
            tags=self.stack.tags.rented(),
            opts=self.child,
        )
        attached: list[pulumi.Resource] = [
            iam.RolePolicyAttachment(
                policy, role=role.name, policy_arn=f"arn:aws:iam::aws:policy/{policy}", opts=self.child
            )
            for policy in NODE_POLICIES
        ]
        return role, attached

    def _template(self, name: str) -> ec2.LaunchTemplate:
        tags = self.stack.tags.rented(f"{self.prefix}-node")
        return ec2.LaunchTemplate(
            f"{self.prefix}-{name}",
            update_default_version=True,
            # Hop limit 1: a request for the node's credentials dies at the pod's network, so pods have only their own role.
            metadata_options={
                "http_endpoint": "enabled",
                "http_tokens": "required",
                "http_put_response_hop_limit": 1,
            },
            block_device_mappings=[
                {
                    "device_name": "/dev/xvda",
                    "ebs": {
                        "volume_type": "gp3",
                        "volume_size": self.stack.node_disk_gb,
                        "encrypted": "true",
                        "delete_on_termination": "true",
                    },
                }
            ],
            # The group's own tags stop at the group; the machines and disks it makes are billed by these.
            tag_specifications=[
                {"resource_type": kind, "tags": tags} for kind in ("instance", "volume", "network-interface")
            ],
            tags=tags,
            opts=self.child,
        )


def _scaling_group(made: Sequence[Any]) -> str:
    """A managed node group always has exactly one scaling group."""
    name: str = made[0].autoscaling_groups[0].name
    return name


NODE_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
