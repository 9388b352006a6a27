"""The cluster-autoscaler: adds machines for pods that find no room, Spot before on demand, and takes empty ones away."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes import apps, core, networking

from infra import versions
from infra.cluster.pools import GPU_ON_DEMAND, GPU_SPOT, MAIN
from infra.cluster.room import Cluster
from infra.stack import Stack
from infra.workloads import autoscaler_rights, traffic
from infra.workloads.identity import identity
from infra.workloads.namespaces import SYSTEM, Namespaces
from infra.workloads.pods import Size, container, http_probe

NAME = "cluster-autoscaler"
# The name under which it looks for its preferences, in its own namespace.
PRIORITIES = "cluster-autoscaler-priority-expander"
PORT = 8085
USER = 65534
# Upstream's figure for clusters of up to a thousand machines.
SIZE = Size(cpu="100m", memory="300Mi", cpu_limit="500m", memory_limit="600Mi")


class Autoscaler(pulumi.ComponentResource):
    """One pod with its role in AWS, its rights in the cluster, and the order in which it tries the pools."""

    def __init__(
        self, stack: Stack, cluster: Cluster, spaces: Namespaces, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("genai:workloads:Autoscaler", NAME, None, opts)
        self.cluster = cluster
        self.labels = {"app.kubernetes.io/name": NAME, "app.kubernetes.io/part-of": stack.project}
        space = spaces.ready[SYSTEM]
        who = identity(
            NAME,
            stack,
            cluster.control,
            space=SYSTEM,
            permissions=autoscaler_rights.in_aws(stack),
            parent=self,
        )
        account = core.v1.ServiceAccount(
            NAME, metadata=self._metadata(), automount_service_account_token=False, opts=self._inside(*space)
        )
        rights = autoscaler_rights.in_cluster(
            NAME, space=SYSTEM, labels=self.labels, opts=self._inside(*space, account)
        )
        order = core.v1.ConfigMap(
            PRIORITIES,
            metadata=self._metadata(PRIORITIES),
            data={"priorities": priorities()},
            opts=self._inside(*space),
        )
        rules = networking.v1.NetworkPolicy(
            NAME,
            metadata=self._metadata(),
            # The API servers' addresses are the network's own, and they too answer by TLS only.
            spec=traffic.opening(
                self.labels, ingress=[], egress=[traffic.names(), traffic.credentials(), traffic.internet()]
            ),
            opts=self._inside(*space),
        )
        deployment = apps.v1.Deployment(
            NAME,
            metadata=self._metadata(),
            spec={
                "replicas": 1,
                "selector": {"match_labels": self.labels},
                # Two would only wait for each other: one leads.
                "strategy": {"type": "Recreate"},
                "template": {"metadata": {"labels": self.labels}, "spec": pod_spec(stack)},
            },
            opts=self._inside(
                *space, account, *rights, order, rules, *who, *cluster.nodes.ready, *cluster.control.addons
            ),
        )
        self.ready: list[pulumi.Resource] = [deployment]
        self.register_outputs({})

    def _metadata(self, name: str = NAME) -> dict[str, Any]:
        return {"name": name, "namespace": SYSTEM, "labels": self.labels}

    def _inside(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self, provider=self.cluster.control.provider, depends_on=list(after)
        )


def priorities() -> str:
    """Of the pools that could hold a pod the highest number is tried first. EKS names a scaling group after its node group."""
    order = {30: MAIN, 20: GPU_SPOT, 10: GPU_ON_DEMAND}
    return "".join(f"{number}:\n  - ^eks-{pool}-.*\n" for number, pool in order.items())


def pod_spec(stack: Stack) -> dict[str, Any]:
    return {
        "service_account_name": NAME,
        # The one pod of ours that speaks with the cluster's API: it reads pods and machines, and evicts.
        "automount_service_account_token": True,
        "enable_service_links": False,
        "priority_class_name": "system-cluster-critical",
        "security_context": {
            "run_as_non_root": True,
            "run_as_user": USER,
            "run_as_group": USER,
            "seccomp_profile": {"type": "RuntimeDefault"},
        },
        "containers": [
            container(
                NAME,
                image=versions.AUTOSCALER_IMAGE,
                size=SIZE,
                mounts={},
                command=["./cluster-autoscaler"],
                arguments=arguments(cluster=stack.prefix),
                environment={"AWS_REGION": stack.region},
                ports={"http": PORT},
                more={"liveness_probe": http_probe("/health-check", "http", period=10, failures=6)},
            )
        ],
    }


def arguments(*, cluster: str) -> list[str]:
    # EKS puts both tags on the scaling groups of managed node groups, and on nobody else's.
    tags = f"k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/{cluster}"
    flags: Mapping[str, str] = {
        "cloud-provider": "aws",
        "namespace": SYSTEM,
        "node-group-auto-discovery": f"asg:tag={tags}",
        "expander": "priority,least-waste",
        # Scratch folders and add-ons with a disruption budget may move; without these an empty machine would stay for them.
        "skip-nodes-with-local-storage": "false",
        "skip-nodes-with-system-pods": "false",
        "v": "2",
    }
    return [f"--{name}={value}" for name, value in flags.items()]
