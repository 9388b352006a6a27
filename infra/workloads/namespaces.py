"""The rooms inside the cluster: a namespace for each kind of work, its doors closed, its share of the machines bounded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pulumi
from pulumi_kubernetes import core, networking, scheduling

from infra.stack import Stack
from infra.workloads.ground import Ground

RAG, STORES, CONSOLE, MONITORING, SYSTEM = "rag", "stores", "console", "monitoring", "system"
COLDMAIL, DEVOPS, RENDERING = "coldmail", "devops", "rendering"
MLFLOW, TRAINING, AIRFLOW = "mlflow", "training", "airflow"
CHAT = "chat"

# Who keeps running when the machines are full. All lie below the classes that Kubernetes keeps for itself (2,000,000,000).
PRIORITIES: Mapping[str, tuple[int, str]] = {
    "genai-store": (300_000, "What every answer needs: search and cache."),
    "genai-app": (200_000, "Answers people while they wait."),
    "genai-batch": (100_000, "Nobody waits for it by the second: ingestion, rebuilding the index."),
}
# Of a container that names none. Ours all do; this bounds what somebody starts by hand.
DEFAULT_REQUEST = {"cpu": "50m", "memory": "64Mi"}
DEFAULT_LIMIT = {"memory": "256Mi"}


@dataclass(frozen=True, kw_only=True)
class Space:
    """A namespace and the most that may run in it at once. `level`: the Pod Security Standard it enforces."""

    name: str
    level: str = "restricted"
    pods: int
    cpu: int | None = None
    memory_gi: int | None = None
    # Static ones, bound to volumes that the state knows.
    claims: int = 0

    def hard(self) -> dict[str, str]:
        bounds = {"pods": str(self.pods)}
        if self.cpu is not None and self.memory_gi is not None:
            bounds |= {"requests.cpu": str(self.cpu), "requests.memory": f"{self.memory_gi}Gi"}
            # Limits are what a pod may grow to. They may be promised twice over, as not all grow at once.
            bounds["limits.memory"] = f"{self.memory_gi * 2}Gi"
        # Both would make things in AWS that no state knows: they would outlive the cluster, and cost.
        return bounds | {"services.loadbalancers": "0", "persistentvolumeclaims": str(self.claims)}


def spaces(stack: Stack) -> list[Space]:
    """The namespaces that this stack's choices need."""
    # Twice each, because an update starts the new beside the old; one machine's worth of tools and rebuilds besides.
    workers = stack.worker_max_replicas if stack.search == "opensearch" else 0
    serving = 2 * (stack.rag_max_replicas + workers) + 3
    found = [Space(name=RAG, pods=serving, cpu=serving, memory_gi=serving * 2)]
    found += _stores(stack)
    if stack.console_tenant:
        found.append(Space(name=CONSOLE, pods=3, cpu=2, memory_gi=4))
    # One pod each, and the next one beside it for the time of an update.
    found += [Space(name=app, pods=3, cpu=2, memory_gi=4) for app in stack.apps]
    if stack.rendering == "cluster":
        found.append(Space(name=RENDERING, pods=2, cpu=1, memory_gi=2))
    if stack.ollama == "cluster" or stack.open_webui_tenant:
        # Ollama and its job, two wakers during an update, Open WebUI. What they may grow to is the card's machine and one more.
        found.append(Space(name=CHAT, pods=7, cpu=3, memory_gi=10))
    if stack.monitoring == "cluster":
        found.append(Space(name=MONITORING, pods=7, cpu=2, memory_gi=3))
    if stack.mlflow == "cluster":
        found.append(Space(name=MLFLOW, pods=3, cpu=1, memory_gi=2))
    if stack.airflow == "cluster":
        found.append(Space(name=AIRFLOW, pods=8, cpu=2, memory_gi=5))
    # Privileged, because a device plugin mounts the kubelet's own folder and a node exporter the machine's. Nothing of ours
    # that takes requests from outside may ever run there. Its DaemonSets grow with the machines, so only pods are counted.
    found.append(Space(name=SYSTEM, level="privileged", pods=200))
    return found


def _stores(stack: Stack) -> list[Space]:
    """Stateful pods are replaced one by one, so only the cache is there twice. Of the database's jobs three may meet."""
    search = stack.open_search_nodes if stack.search == "opensearch" else 0
    pods, cpu, memory_gi = (search + 3, search + 1, 3 * search + 2) if search else (0, 0, 0)
    if stack.database != "none":
        pods, cpu, memory_gi = pods + 4, cpu + 1, memory_gi + 2
    claims = 1 if stack.database == "cluster" else 0
    return [Space(name=STORES, pods=pods, cpu=cpu, memory_gi=memory_gi, claims=claims)] if pods else []


class Namespaces(pulumi.ComponentResource):
    """Namespaces with quota, limits and a network that is closed until a workload opens what it needs; priority classes.

    `ready[name]` is what a pod in that namespace must wait for. `there`: the namespaces that another room has declared already.
    """

    def __init__(
        self,
        name: str,
        stack: Stack,
        ground: Ground,
        *,
        wanted: Sequence[Space],
        there: Mapping[str, core.v1.Namespace] = MappingProxyType({}),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:workloads:Namespaces", name, None, opts)
        self.stack, self.there = stack, there
        self.child = pulumi.ResourceOptions(parent=self, provider=ground.provider)
        classes: list[pulumi.Resource] = [
            scheduling.v1.PriorityClass(
                title,
                metadata={"name": title, "labels": self._labels()},
                value=value,
                description=description,
                # Batch work waits for room; it never pushes anybody out for it.
                preemption_policy="Never" if title == "genai-batch" else "PreemptLowerPriority",
                opts=self.child,
            )
            for title, (value, description) in PRIORITIES.items()
        ]
        self.ready: dict[str, list[pulumi.Resource]] = {
            space.name: [*classes, *self._space(space)] for space in wanted
        }
        self.register_outputs({"names": sorted(self.ready)})

    def _space(self, space: Space) -> list[pulumi.Resource]:
        namespace = self.there.get(space.name) or core.v1.Namespace(
            space.name, metadata=namespace_metadata(space, self._labels()), opts=self.child
        )
        inside = pulumi.ResourceOptions.merge(self.child, pulumi.ResourceOptions(depends_on=[namespace]))

        def metadata(title: str) -> dict[str, Any]:
            return {"name": title, "namespace": space.name, "labels": self._labels()}

        made: list[pulumi.Resource] = [
            namespace,
            core.v1.ResourceQuota(
                space.name, metadata=metadata("share"), spec={"hard": space.hard()}, opts=inside
            ),
            core.v1.LimitRange(
                space.name,
                metadata=metadata("defaults"),
                spec={
                    "limits": [
                        {
                            "type": "Container",
                            "default_request": DEFAULT_REQUEST,
                            "default": DEFAULT_LIMIT,
                        }
                    ]
                },
                opts=inside,
            ),
        ]
        if space.level == "restricted":
            made.append(
                networking.v1.NetworkPolicy(
                    f"{space.name}-deny-all", metadata=metadata("deny-all"), spec=DENY_ALL, opts=inside
                )
            )
        return made

    def _labels(self) -> dict[str, str]:
        return owner_labels(self.stack)


def owner_labels(stack: Stack) -> dict[str, str]:
    """Whose a thing of the cluster is that no namespace holds."""
    return {"app.kubernetes.io/part-of": stack.project, "app.kubernetes.io/instance": stack.name}


# Selects every pod and lists nothing: nobody comes in and nothing goes out, names included.
DENY_ALL: Mapping[str, Any] = {"pod_selector": {}, "policy_types": ["Ingress", "Egress"]}


def namespace_metadata(space: Space, labels: Mapping[str, str]) -> dict[str, Any]:
    """A namespace that refuses every pod which its Pod Security Standard refuses."""
    levels = {f"pod-security.kubernetes.io/{mode}": space.level for mode in ("enforce", "audit", "warn")}
    return {"name": space.name, "labels": {**labels, **levels}}
