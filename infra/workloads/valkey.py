"""Valkey: answers that are remembered and requests that are counted, for all replicas together. It forgets at any restart.

No password, for the reasons that opensearch.py gives: only pods with its mark reach it. The app does without it while it is away.
"""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes import apps, core, networking

from infra import versions
from infra.cluster.room import Cluster
from infra.stack import Stack
from infra.workloads import traffic
from infra.workloads.namespaces import RAG, STORES, Namespaces
from infra.workloads.pods import Disk, Pod, Size, command_probe, container

NAME = "valkey"
SERVER = traffic.Server(NAME, STORES, 6379)
# The user of the official image.
USER = 999
SIZE = Size(cpu="50m", memory="256Mi", cpu_limit="500m", memory_limit="256Mi")
# The rest of its memory is for connections and its own book-keeping.
MAX_MEMORY = "192mb"


class Valkey(pulumi.ComponentResource):
    """One pod without persistence: what it held is worked out again."""

    def __init__(
        self,
        stack: Stack,
        cluster: Cluster,
        spaces: Namespaces,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:workloads:Valkey", NAME, None, opts)
        self.cluster = cluster
        self.labels = {**SERVER.labels, "app.kubernetes.io/part-of": stack.project}
        space = spaces.ready[STORES]
        account = core.v1.ServiceAccount(
            NAME, metadata=self._metadata(), automount_service_account_token=False, opts=self._inside(*space)
        )
        rules = networking.v1.NetworkPolicy(
            NAME,
            metadata=self._metadata(),
            # Nothing outwards at all.
            spec=traffic.opening(self.labels, ingress=[traffic.from_marked(SERVER, spaces=[RAG])], egress=[]),
            opts=self._inside(*space),
        )
        deployment = apps.v1.Deployment(
            NAME,
            metadata=self._metadata(),
            spec={
                "replicas": 1,
                "selector": {"match_labels": self.labels},
                # Two would count the same requests apart.
                "strategy": {"type": "Recreate"},
                "template": {"metadata": {"labels": self.labels}, "spec": pod(self.labels).spec()},
            },
            opts=self._inside(*space, account, rules, *cluster.nodes.ready, *cluster.control.addons),
        )
        core.v1.Service(
            NAME,
            metadata=self._metadata(),
            spec={
                "selector": self.labels,
                "ports": [{"name": NAME, "port": SERVER.port, "target_port": NAME}],
            },
            opts=self._inside(*space),
        )
        self.ready: list[pulumi.Resource] = [deployment]
        self.register_outputs({"host": SERVER.host})

    def _metadata(self) -> dict[str, Any]:
        return {"name": NAME, "namespace": STORES, "labels": self.labels}

    def _inside(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self, provider=self.cluster.control.provider, depends_on=list(after)
        )


def pod(labels: Mapping[str, str]) -> Pod:
    server = ("valkey-server", "--save", "", "--appendonly", "no", "--protected-mode", "no")
    # Only what has an end may go when it is full: a counter that vanishes would open a limit, an answer is only slow.
    bounded = ("--maxmemory", MAX_MEMORY, "--maxmemory-policy", "volatile-ttl")
    ping = ("valkey-cli", "ping")
    return Pod(
        account=NAME,
        containers=[
            container(
                NAME,
                image=versions.VALKEY_IMAGE,
                size=SIZE,
                mounts={"data": "/data"},
                command=(*server, *bounded),
                ports={NAME: SERVER.port},
                more={
                    "liveness_probe": command_probe(*ping, period=10, failures=3),
                    "readiness_probe": command_probe(*ping, period=5, failures=2),
                },
            )
        ],
        disks={"data": Disk("/data", "64Mi")},
        labels=labels,
        priority="genai-store",
        user=USER,
        group=USER,
    )
