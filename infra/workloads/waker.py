"""The waker: the one door to Ollama. It wakes it for a question, lets it sleep when idle, and may do nothing else there."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes import apps, coordination, core, networking, rbac

from infra.cluster.room import Cluster
from infra.naming import APP_PORT, LIVE_PATH, READY_PATH
from infra.stack import Stack
from infra.workloads import traffic
from infra.workloads.namespaces import CHAT, RAG, Namespaces
from infra.workloads.pods import TMP_DIR, Disk, Pod, Size, container, http_probe

NAME = "waker"
SERVER = traffic.Server(NAME, CHAT, APP_PORT)
SIZE = Size(cpu="50m", memory="96Mi", cpu_limit="1", memory_limit="256Mi")
# A machine with a card takes minutes; a caller that asks twice a minute hears soon enough.
RETRY_AFTER_S = 30


class Waker(pulumi.ComponentResource):
    """One pod, two for a moment during an update: they agree through a Lease, which keeps what they know."""

    def __init__(
        self,
        stack: Stack,
        cluster: Cluster,
        spaces: Namespaces,
        *,
        image: str,
        wakes: traffic.Server,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:workloads:Waker", NAME, None, opts)
        self.cluster = cluster
        self.labels = {**SERVER.labels, "app.kubernetes.io/part-of": stack.project}
        space = spaces.ready[CHAT]
        account = core.v1.ServiceAccount(
            NAME, metadata=self._metadata(), automount_service_account_token=False, opts=self._inside(*space)
        )
        lease = coordination.v1.Lease(
            f"{wakes.name}-use", metadata=self._metadata(lease_name(wakes)), opts=self._inside(*space)
        )
        rules = networking.v1.NetworkPolicy(
            NAME,
            metadata=self._metadata(),
            spec=traffic.opening(
                self.labels,
                ingress=[traffic.from_marked(SERVER, spaces=[RAG, *stack.apps])],
                egress=[traffic.names(), traffic.to(wakes), traffic.kubernetes(stack.vpc_cidr)],
            ),
            opts=self._inside(*space),
        )
        deployment = apps.v1.Deployment(
            NAME,
            metadata=self._metadata(),
            spec={
                "replicas": 1,
                "selector": {"match_labels": self.labels},
                # Never none: while there is no waker nobody is woken.
                "strategy": {
                    "type": "RollingUpdate",
                    "rolling_update": {"max_unavailable": 0, "max_surge": 1},
                },
                "template": {
                    "metadata": {"labels": {**self.labels, **wakes.mark}},
                    "spec": pod_spec(stack, self.labels, image=image, wakes=wakes),
                },
            },
            opts=self._inside(
                *(*space, account, lease, rules, *self._rights(wakes, *space)),
                *(*cluster.nodes.ready, *cluster.control.addons),
            ),
        )
        core.v1.Service(
            NAME,
            metadata=self._metadata(),
            spec={
                "selector": self.labels,
                "ports": [{"name": "http", "port": SERVER.port, "target_port": "http"}],
            },
            opts=self._inside(*space),
        )
        self.ready: list[pulumi.Resource] = [deployment]
        self.register_outputs({"host": SERVER.host})

    def _rights(self, wakes: traffic.Server, *space: pulumi.Resource) -> list[pulumi.Resource]:
        metadata, opts = self._metadata(), self._inside(*space)
        return [
            rbac.v1.Role(NAME, metadata=metadata, rules=role_rules(wakes), opts=opts),
            rbac.v1.RoleBinding(
                NAME,
                metadata=metadata,
                role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": NAME},
                subjects=[{"kind": "ServiceAccount", "name": NAME, "namespace": CHAT}],
                opts=opts,
            ),
        ]

    def _metadata(self, name: str = NAME) -> dict[str, Any]:
        return {"name": name, "namespace": CHAT, "labels": self.labels}

    def _inside(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self, provider=self.cluster.control.provider, depends_on=list(after)
        )


def lease_name(wakes: traffic.Server) -> str:
    return f"{wakes.name}-use"


def role_rules(wakes: traffic.Server) -> list[dict[str, Any]]:
    """The number of replicas of one Deployment, and the one Lease: neither pods nor anything else of that Deployment."""
    return [
        {
            "api_groups": ["apps"],
            "resources": ["deployments/scale"],
            "resource_names": [wakes.name],
            "verbs": ["get", "patch"],
        },
        {
            "api_groups": ["coordination.k8s.io"],
            "resources": ["leases"],
            "resource_names": [lease_name(wakes)],
            "verbs": ["get", "patch"],
        },
    ]


def environment(stack: Stack, wakes: traffic.Server) -> dict[str, str]:
    return {
        "WAKER_DEPLOYMENT": wakes.name,
        "WAKER_NAMESPACE": CHAT,
        "WAKER_LEASE": lease_name(wakes),
        "WAKER_UPSTREAM": f"http://{wakes.host}:{wakes.port}",
        "WAKER_HOST": "0.0.0.0",
        "WAKER_PORT": str(SERVER.port),
        "WAKER_IDLE_S": str(stack.ollama_idle_minutes * 60),
        "WAKER_RETRY_AFTER_S": str(RETRY_AFTER_S),
    }


def pod_spec(stack: Stack, labels: Mapping[str, str], *, image: str, wakes: traffic.Server) -> dict[str, Any]:
    """In the RAG service's image, which has all that it needs."""
    main = container(
        NAME,
        image=image,
        size=SIZE,
        mounts={"tmp": TMP_DIR},
        command=("python", "-m", "app.waker"),
        environment=environment(stack, wakes),
        ports={"http": SERVER.port},
        more={
            "startup_probe": http_probe(LIVE_PATH, "http", period=2, failures=60),
            "liveness_probe": http_probe(LIVE_PATH, "http", period=10, failures=3),
            "readiness_probe": http_probe(READY_PATH, "http", period=5, failures=2),
        },
    )
    made = Pod(
        account=NAME,
        containers=[main],
        disks={"tmp": Disk(TMP_DIR, "16Mi")},
        labels=labels,
        priority="genai-app",
    ).spec()
    # With a token for the cluster's API, and a role there that names one Deployment.
    return made | {"automount_service_account_token": True}
