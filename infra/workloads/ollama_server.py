"""Ollama: a language model on a machine with a card. It sleeps at no replicas; the waker, its only caller, moves them."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes import apps, core, networking

from infra import versions
from infra.choices.chat import GPU_IMAGE_GB
from infra.cluster.pools import CARD, GPU_TAINT
from infra.cluster.room import Cluster
from infra.durable.room import Durable
from infra.stack import Stack
from infra.workloads import permissions, traffic
from infra.workloads.identity import identity, key_rights
from infra.workloads.model_cache import MODELS_DIR, ModelCache, carrying
from infra.workloads.model_cache import NAME as SCRIPTS
from infra.workloads.namespaces import CHAT, Namespaces
from infra.workloads.pods import TMP_DIR, Disk, Pod, Size, container, http_probe

NAME = "ollama"
SERVER = traffic.Server(NAME, CHAT, 11434)
# Of the smallest machine with a card, 4 CPUs and 16 GB: the model lies on the card, and passes through memory when it is loaded.
SIZE = Size(cpu="1", memory="4Gi", cpu_limit="3", memory_limit="12Gi")
CARDS = {"nvidia.com/gpu": "1"}
# Six passages with question and answer. Ollama's own 4,096 would cut the passages without a word.
CONTEXT_TOKENS = 8192
# A new Deployment has one replica for the seconds until the waker sees that nobody asked: no machine is started for that.
PATIENT = {"cluster-autoscaler.kubernetes.io/pod-scale-up-delay": "30s"}


class Ollama(pulumi.ComponentResource):
    """A Deployment without a number of replicas, which is the waker's; its models come from S3 before it starts."""

    def __init__(
        self,
        stack: Stack,
        durable: Durable,
        cluster: Cluster,
        spaces: Namespaces,
        cache: ModelCache,
        *,
        image: str,
        after: list[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:workloads:Ollama", NAME, None, opts)
        self.cluster = cluster
        self.labels = {**SERVER.labels, "app.kubernetes.io/part-of": stack.project}
        space = spaces.ready[CHAT]
        who = identity(
            NAME,
            stack,
            cluster.control,
            space=CHAT,
            permissions=[
                durable.models.arn.apply(permissions.list_models),
                durable.models.arn.apply(permissions.read_models),
                *key_rights(durable, region=stack.region, by=("s3",)),
            ],
            parent=self,
        )
        account = core.v1.ServiceAccount(
            NAME, metadata=self._metadata(), automount_service_account_token=False, opts=self._inside(*space)
        )
        rules = networking.v1.NetworkPolicy(
            NAME,
            metadata=self._metadata(),
            spec=cluster.network.s3_ranges.apply(lambda ranges: network_rules(self.labels, ranges)),
            opts=self._inside(*space),
        )
        apps.v1.Deployment(
            NAME,
            # Nobody waits for pods: at night there are none, and a card may be hours away.
            metadata=self._metadata() | {"annotations": {"pulumi.com/skipAwait": "true"}},
            spec={
                "selector": {"match_labels": self.labels},
                # Two would want two cards.
                "strategy": {"type": "Recreate"},
                "template": {
                    "metadata": {"labels": self.labels, "annotations": PATIENT},
                    "spec": pod_spec(stack, durable, self.labels, image=image),
                },
            },
            opts=self._inside(
                *(*space, account, rules, cache.scripts, *who, *cache.ready, *after),
                *(*cluster.nodes.ready, *cluster.control.addons),
            ),
        )
        core.v1.Service(
            NAME,
            # Without pods most of the time, which is no failure.
            metadata=self._metadata() | {"annotations": {"pulumi.com/skipAwait": "true"}},
            spec={
                "selector": self.labels,
                "ports": [{"name": NAME, "port": SERVER.port, "target_port": NAME}],
            },
            opts=self._inside(*space),
        )
        self.register_outputs({"host": SERVER.host})

    def _metadata(self) -> dict[str, Any]:
        return {"name": NAME, "namespace": CHAT, "labels": self.labels}

    def _inside(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self, provider=self.cluster.control.provider, depends_on=list(after)
        )


def network_rules(labels: Mapping[str, str], s3_ranges: list[str]) -> dict[str, Any]:
    """In: the waker. Out: S3 and nothing else of the world, so that what a model is made to say leads nowhere."""
    return traffic.opening(
        labels,
        ingress=[traffic.from_marked(SERVER, spaces=[CHAT])],
        egress=[traffic.names(), traffic.credentials(), traffic.ranges(s3_ranges, port=443)],
    )


def pod_spec(stack: Stack, durable: Durable, labels: Mapping[str, str], *, image: str) -> dict[str, Any]:
    resources = SIZE.resources()
    main = container(
        NAME,
        image=versions.OLLAMA_IMAGE,
        size=SIZE,
        mounts={"models": MODELS_DIR, "tmp": TMP_DIR},
        environment={
            "HOME": TMP_DIR,
            "OLLAMA_CONTEXT_LENGTH": str(CONTEXT_TOKENS),
            "OLLAMA_HOST": f"0.0.0.0:{SERVER.port}",
            # The machine goes with the pod, so nothing is gained by unloading before.
            "OLLAMA_KEEP_ALIVE": "-1",
            "OLLAMA_MODELS": MODELS_DIR,
            "OLLAMA_NOPRUNE": "1",
        },
        ports={NAME: SERVER.port},
        more={
            "resources": resources | {"limits": {**resources["limits"], **CARDS}},
            "startup_probe": http_probe("/", NAME, period=2, failures=60),
            "liveness_probe": http_probe("/", NAME, period=10, failures=6),
            "readiness_probe": http_probe("/", NAME, period=5, failures=2),
        },
    )
    spec = Pod(
        account=NAME,
        containers=[main],
        first=[carrying("bring", stack, durable, image=image)],
        disks={
            "models": Disk(MODELS_DIR, f"{stack.gpu_disk_gb - GPU_IMAGE_GB}Gi"),
            "tmp": Disk(TMP_DIR, "1Gi"),
        },
        labels=labels,
        priority="genai-app",
        files={"scripts": SCRIPTS},
    ).spec()
    tolerated = {"key": GPU_TAINT["key"], "operator": "Exists", "effect": "NoSchedule"}
    return {**spec, "tolerations": [tolerated], "node_selector": dict(CARD)}
