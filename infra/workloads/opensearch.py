"""OpenSearch: the index that several pods share. A cache of the data bucket, so it keeps nothing through a pause.

It has no passwords and no TLS of its own: only pods with its mark reach it, by network rules that the machines enforce. A
password would have to stand in the state or in one more secret, and without TLS it would cross the wire in clear text anyway.
"""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes import apps, core, networking, policy

from infra import versions
from infra.cluster.room import Cluster
from infra.stack import Stack
from infra.workloads import traffic
from infra.workloads.namespaces import RAG, STORES, Namespaces
from infra.workloads.pods import TMP_DIR, Disk, Pod, Size, container, http_probe, tcp_probe

NAME = "opensearch"
SERVER = traffic.Server(NAME, STORES, 9200)
# All pods, also those that are not ready: they find each other by it, and the index job reaches them before anybody else may.
ALL_PODS = f"{NAME}-nodes"
BETWEEN = 9300
# The user of the official image.
USER = 1000
HOME = "/usr/share/opensearch"
# What the index job writes when it is done. Before that a pod is alive but not ready, so no app can ask an empty index.
REBUILT_PATH = "/rebuilt/_doc/embedder"
# Half of its memory is heap, the other half the pages of the index, as its makers recommend.
SIZE = Size(cpu="500m", memory="2Gi", cpu_limit="2", memory_limit="2Gi")
HEAP = "-Xms1g -Xmx1g"


class OpenSearch(pulumi.ComponentResource):
    """One node, or three that lose one without anybody noticing. `ready` comes true once the index is rebuilt."""

    def __init__(
        self,
        stack: Stack,
        cluster: Cluster,
        spaces: Namespaces,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:workloads:OpenSearch", NAME, None, opts)
        self.cluster = cluster
        self.labels = {**SERVER.labels, "app.kubernetes.io/part-of": stack.project}
        space = spaces.ready[STORES]
        account = core.v1.ServiceAccount(
            NAME, metadata=self._metadata(), automount_service_account_token=False, opts=self._inside(*space)
        )
        rules = networking.v1.NetworkPolicy(
            NAME, metadata=self._metadata(), spec=network_rules(self.labels), opts=self._inside(*space)
        )
        found = core.v1.Service(
            ALL_PODS,
            metadata=self._metadata(ALL_PODS),
            spec={
                "cluster_ip": "None",
                "publish_not_ready_addresses": True,
                "selector": self.labels,
                "ports": [{"name": "http", "port": SERVER.port}, {"name": "nodes", "port": BETWEEN}],
            },
            opts=self._inside(*space),
        )
        # What the index job needs to reach it; not its readiness, which that job brings about.
        self.reachable: list[pulumi.Resource] = [found, rules]
        pods = apps.v1.StatefulSet(
            NAME,
            metadata=self._metadata(),
            spec=stateful_spec(stack.open_search_nodes, self.labels),
            opts=self._inside(
                *space, account, rules, found, *cluster.nodes.ready, *cluster.control.addons, long=True
            ),
        )
        served = core.v1.Service(
            NAME,
            metadata=self._metadata(),
            spec={
                "selector": self.labels,
                "ports": [{"name": "http", "port": SERVER.port, "target_port": "http"}],
            },
            opts=self._inside(*space, long=True),
        )
        policy.v1.PodDisruptionBudget(
            NAME,
            metadata=self._metadata(),
            spec={"max_unavailable": 1, "selector": {"match_labels": self.labels}},
            opts=self._inside(*space),
        )
        self.ready: list[pulumi.Resource] = [pods, served]
        self.register_outputs({"host": SERVER.host})

    def _metadata(self, name: str = NAME) -> dict[str, Any]:
        return {"name": name, "namespace": STORES, "labels": self.labels}

    def _inside(self, *after: pulumi.Resource, long: bool = False) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self,
            provider=self.cluster.control.provider,
            depends_on=list(after),
            custom_timeouts=pulumi.CustomTimeouts(create="60m", update="60m") if long else None,
        )


def network_rules(labels: Mapping[str, str]) -> dict[str, Any]:
    """In: who carries the mark. Between the pods: their own port. Out: names, and nothing of the world."""
    between = traffic.among(labels, port=BETWEEN)
    return traffic.opening(
        labels,
        ingress=[traffic.from_marked(SERVER, spaces=[RAG]), *between["ingress"]],
        egress=[traffic.names(), *between["egress"]],
    )


def stateful_spec(nodes: int, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "replicas": nodes,
        "service_name": ALL_PODS,
        # All at once: they elect somebody together, and none is ready before the index is rebuilt.
        "pod_management_policy": "Parallel",
        "selector": {"match_labels": dict(labels)},
        "template": {"metadata": {"labels": dict(labels)}, "spec": pod(nodes, labels).spec()},
    }


def pod(nodes: int, labels: Mapping[str, str]) -> Pod:
    mounts = {
        "data": f"{HOME}/data",
        "config": f"{HOME}/config",
        "logs": f"{HOME}/logs",
        "tmp": TMP_DIR,
    }
    main = container(
        NAME,
        image=versions.OPENSEARCH_IMAGE,
        size=SIZE,
        mounts=mounts,
        environment=environment(nodes),
        ports={"http": SERVER.port, "nodes": BETWEEN},
        more={
            "startup_probe": tcp_probe("http", period=5, failures=60),
            "liveness_probe": tcp_probe("http", period=20, failures=6),
            "readiness_probe": http_probe(REBUILT_PATH, "http", period=5, failures=3),
        },
    )
    # It writes its keystore beside its configuration, which the read-only root holds.
    copy = container(
        "configuration",
        image=versions.OPENSEARCH_IMAGE,
        size=Size("50m", "64Mi", "500m", "256Mi"),
        mounts={"config": "/writable"},
        command=("sh", "-c", f"cp -r {HOME}/config/. /writable/"),
    )
    return Pod(
        account=NAME,
        containers=[main],
        first=[copy],
        disks={
            "data": Disk(mounts["data"], "10Gi"),
            "config": Disk(mounts["config"], "16Mi"),
            "logs": Disk(mounts["logs"], "512Mi"),
            "tmp": Disk(TMP_DIR, "512Mi"),
        },
        labels=labels,
        priority="genai-store",
        user=USER,
        group=USER,
        # It hands its shards over before it goes.
        grace_s=60,
        apart=nodes > 1,
    )


def environment(nodes: int) -> dict[str, Any]:
    """Settings of OpenSearch itself, by their own names. Memory maps: EKS's node images allow 524,288 of them."""
    found: dict[str, Any] = {
        "DISABLE_INSTALL_DEMO_CONFIG": "true",
        "DISABLE_PERFORMANCE_ANALYZER_AGENT_CLI": "true",
        "DISABLE_SECURITY_PLUGIN": "true",
        "OPENSEARCH_JAVA_OPTS": HEAP,
        "cluster.name": NAME,
        "network.host": "0.0.0.0",
        "node.name": {"field_ref": {"field_path": "metadata.name"}},
    }
    if nodes == 1:
        return found | {"discovery.type": "single-node"}
    members = ",".join(f"{NAME}-{number}" for number in range(nodes))
    return found | {
        "cluster.initial_cluster_manager_nodes": members,
        "discovery.seed_hosts": f"{ALL_PODS}.{STORES}.svc.cluster.local",
    }
