"""What the cluster-autoscaler may do: in AWS move the pools of this cluster, in the cluster read everything it plans by."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes import rbac

from infra.stack import Stack

_READ = ["get", "list", "watch"]


def in_aws(stack: Stack) -> list[Mapping[str, Any]]:
    cluster = stack.prefix
    return [
        {
            "Sid": "LookAtPools",
            "Effect": "Allow",
            "Action": [
                "autoscaling:DescribeAutoScalingGroups",
                "autoscaling:DescribeAutoScalingInstances",
                "autoscaling:DescribeLaunchConfigurations",
                "autoscaling:DescribeScalingActivities",
                "autoscaling:DescribeTags",
                "ec2:DescribeImages",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeLaunchTemplateVersions",
                "ec2:GetInstanceTypesFromInstanceRequirements",
            ],
            # Neither service has anything finer for what only describes.
            "Resource": "*",
        },
        {
            # Labels and taints of a pool without machines: without them it would plan for what cannot run there.
            "Sid": "ReadPools",
            "Effect": "Allow",
            "Action": ["eks:DescribeNodegroup"],
            "Resource": f"arn:aws:eks:{stack.region}:*:nodegroup/{cluster}/*/*",
        },
        {
            "Sid": "MovePoolsOfThisCluster",
            "Effect": "Allow",
            "Action": [
                "autoscaling:SetDesiredCapacity",
                "autoscaling:TerminateInstanceInAutoScalingGroup",
            ],
            "Resource": f"arn:aws:autoscaling:{stack.region}:*:autoScalingGroup:*:autoScalingGroupName/eks-*",
            "Condition": {"StringEquals": {f"aws:ResourceTag/k8s.io/cluster-autoscaler/{cluster}": "owned"}},
        },
    ]


def in_cluster(
    name: str, *, space: str, labels: Mapping[str, str], opts: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    """Roles and their bindings to the service account of this name."""
    subjects = [{"kind": "ServiceAccount", "name": name, "namespace": space}]
    everywhere = {"name": name, "labels": dict(labels)}
    here = everywhere | {"namespace": space}
    return [
        rbac.v1.ClusterRole(name, metadata=everywhere, rules=everywhere_rules(), opts=opts),
        rbac.v1.ClusterRoleBinding(
            name,
            metadata=everywhere,
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
            subjects=subjects,
            opts=opts,
        ),
        rbac.v1.Role(name, metadata=here, rules=own_rules(name), opts=opts),
        rbac.v1.RoleBinding(
            name,
            metadata=here,
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
            subjects=subjects,
            opts=opts,
        ),
    ]


def everywhere_rules() -> list[dict[str, Any]]:
    """What the scheduler in it plans by, and the little it does: marks a machine, evicts a pod, tells why."""
    pods = ["namespaces", "persistentvolumeclaims", "persistentvolumes", "pods", "replicationcontrollers"]
    disks = ["csidrivers", "csinodes", "csistoragecapacities", "storageclasses", "volumeattachments"]
    return [
        _rule("", "events", "endpoints", verbs=["create", "patch"]),
        _rule("", "pods/eviction", verbs=["create"]),
        _rule("", "pods/status", verbs=["update"]),
        _rule("", "nodes", verbs=[*_READ, "update"]),
        _rule("", *pods, "services", verbs=_READ),
        _rule("apps", "daemonsets", "replicasets", "statefulsets", verbs=_READ),
        _rule("batch", "cronjobs", "jobs", verbs=_READ),
        _rule("policy", "poddisruptionbudgets", verbs=_READ),
        _rule("storage.k8s.io", *disks, verbs=_READ),
        _rule("resource.k8s.io", "deviceclasses", "resourceclaims", "resourceslices", verbs=_READ),
    ]


def own_rules(name: str) -> list[dict[str, Any]]:
    """In its own namespace: its lease, its preferences and the report it writes."""
    maps = [f"{name}-priority-expander", f"{name}-status"]
    return [
        _rule("", "configmaps", verbs=["create", "list", "watch"]),
        _rule("", "configmaps", verbs=["delete", "get", "update"]) | {"resource_names": maps},
        _rule("coordination.k8s.io", "leases", verbs=["create"]),
        _rule("coordination.k8s.io", "leases", verbs=["get", "update"]) | {"resource_names": [name]},
    ]


def _rule(group: str, *resources: str, verbs: list[str]) -> dict[str, Any]:
    return {"api_groups": [group], "resources": list(resources), "verbs": list(verbs)}
