"""The machines: a managed node group for each pool, from launch templates that keep pods off their node's credentials."""

import json
from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi_aws import ec2, eks, iam

from infra import versions
from infra.cluster.control_plane import ControlPlane
from infra.cluster.disks import disk_driver
from infra.cluster.network import Network
from infra.cluster.pools import MAIN, Pool, pools
from infra.registries import CACHED
from infra.stack import Stack

# PullOnly, because nodes never push. CNI on the node: pod identity needs the CNI to be running first.
NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy")


class Nodes(pulumi.ComponentResource):
    """A node group for each pool. `scaling_groups` are what load balancer and schedules attach to, by the pool's name;
    `ready` is what pods must wait for, `gpu` what pods that want a card wait for besides."""

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
        # Routes and NAT: a node that cannot reach its registry never joins, and one that loses it on the way down
        # hangs. Policies: a node whose role is emptied first cannot leave.
        before = [*network.ready, *control.addons, *attached]
        self.pools = pools(stack)
        groups = {
            pool.name: self._group(
                pool, role, control, subnets=network.private_ids[: pool.zones], before=before
            )
            for pool in self.pools
        }
        self.scaling_groups: dict[str, pulumi.Output[str]] = {
            title: group.resources.apply(_scaling_group) for title, group in groups.items()
        }
        self.main = MAIN
        # What the load balancer sends to. Pools with cards come and go, on Spot at two minutes' notice, and a stream that
        # passed through such a machine would be cut; a node port answers on every machine, whichever holds the pod.
        self.steady = {pool.name: self.scaling_groups[pool.name] for pool in self.pools if not pool.taints}
        main = groups[MAIN]
        later = [control.addon(addon, after=[main]) for addon in versions.ADDONS_AFTER_NODES]
        later.append(disk_driver(stack, control, after=[main], opts=self.child))
        self.ready: list[pulumi.Resource] = [main, *later]
        # Those that the cost guard may empty.
        self.with_cards = {
            pool.name: self.scaling_groups[pool.name] for pool in self.pools if pool.name != MAIN
        }
        self.gpu: list[pulumi.Resource] = [group for title, group in groups.items() if title != MAIN]
        self.register_outputs({"scalingGroups": self.scaling_groups})

    def _group(
        self,
        pool: Pool,
        role: iam.Role,
        control: ControlPlane,
        *,
        subnets: list[pulumi.Output[str]],
        before: list[pulumi.Resource],
    ) -> eks.NodeGroup:
        template = self._template(pool)
        return eks.NodeGroup(
            pool.name,
            cluster_name=control.name,
            node_role_arn=role.arn,
            subnet_ids=subnets,
            instance_types=list(pool.instance_types),
            ami_type=pool.image,
            capacity_type="SPOT" if pool.spot else "ON_DEMAND",
            scaling_config={"min_size": pool.least, "desired_size": pool.wanted, "max_size": pool.most},
            update_config={"max_unavailable": 1},
            labels=pool.labels,
            taints=[dict(taint) for taint in pool.taints],
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            tags=self.stack.tags.rented(f"{self.prefix}-{pool.name}"),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=before,
                # Schedules and autoscalers move the sizes; the next `up` must not move them back.
                ignore_changes=["scaling_config"],
            ),
        )

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
        if self.stack.image_cache:
            attached.append(
                iam.RolePolicy(
                    f"{name}-image-cache",
                    role=role.name,
                    policy=json.dumps({"Version": "2012-10-17", "Statement": [may_fetch(self.stack)]}),
                    opts=self.child,
                )
            )
        return role, attached

    def _template(self, pool: Pool) -> ec2.LaunchTemplate:
        tags = self.stack.tags.rented(f"{self.prefix}-{pool.name}")
        return ec2.LaunchTemplate(
            f"{self.prefix}-{pool.name}",
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
                        "volume_size": pool.disk_gb,
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


def may_fetch(stack: Stack) -> dict[str, Any]:
    """The first pull of an image makes its repository and fills it, in the name of the machine that pulls."""
    return {
        "Sid": "FetchIntoCache",
        "Effect": "Allow",
        "Action": ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
        "Resource": [
            f"arn:aws:ecr:{stack.region}:*:repository/{CACHED[registry]}/*" for registry in stack.image_cache
        ],
    }


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
