"""The job that fills the cache of models in S3: what is configured and not there yet is pulled once, and outlives a pause."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes import batch, core, networking

from infra import versions
from infra.cluster.room import Cluster
from infra.durable.room import Durable
from infra.stack import Stack
from infra.workloads import permissions, traffic
from infra.workloads.identity import identity, key_rights
from infra.workloads.namespaces import CHAT, Namespaces
from infra.workloads.ollama import CARRY, PULL, SCRIPTS_DIR, scripts
from infra.workloads.pods import TMP_DIR, Disk, Pod, Size, container

NAME = "ollama-models"
MODELS_DIR = "/models"
SMALL = Size(cpu="100m", memory="256Mi", cpu_limit="2", memory_limit="1Gi")
# Of a machine's disk: what node image, images of containers and logs leave.
DISK_LIMIT = "16Gi"
MOUNTS: Mapping[str, str] = {"models": MODELS_DIR, "scripts": SCRIPTS_DIR, "tmp": TMP_DIR}


class ModelCache(pulumi.ComponentResource):
    """A Job that runs at each resume, and again when the list of models changes. `scripts` are mounted by Ollama's pod too."""

    def __init__(
        self,
        stack: Stack,
        durable: Durable,
        cluster: Cluster,
        spaces: Namespaces,
        *,
        image: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:workloads:ModelCache", NAME, None, opts)
        self.cluster = cluster
        self.labels = {"app.kubernetes.io/name": NAME, "app.kubernetes.io/part-of": stack.project}
        space = spaces.ready[CHAT]
        self.scripts = core.v1.ConfigMap(
            NAME, metadata=self._metadata(), data=dict(scripts()), opts=self._inside(*space)
        )
        who = identity(
            NAME,
            stack,
            cluster.control,
            space=CHAT,
            permissions=[
                durable.models.arn.apply(permissions.list_models),
                durable.models.arn.apply(permissions.read_models),
                durable.models.arn.apply(permissions.keep_models),
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
            # The one pod around Ollama that reaches its registry.
            spec=traffic.opening(
                self.labels, ingress=[], egress=[traffic.names(), traffic.credentials(), traffic.internet()]
            ),
            opts=self._inside(*space),
        )
        job = batch.v1.Job(
            NAME,
            metadata=self._metadata(),
            spec={
                "backoff_limit": 6,
                "template": {
                    "metadata": {"labels": self.labels},
                    "spec": pod_spec(stack, durable, self.labels, image=image),
                },
            },
            # Gigabytes, from a registry that may be slow.
            opts=self._inside(
                *(*space, account, rules, self.scripts, *who),
                *(*cluster.nodes.ready, *cluster.control.addons),
                patience="3600s",
            ),
        )
        self.ready: list[pulumi.Resource] = [job]
        self.register_outputs({})

    def _metadata(self) -> dict[str, Any]:
        return {"name": NAME, "namespace": CHAT, "labels": self.labels}

    def _inside(self, *after: pulumi.Resource, patience: str | None = None) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self,
            provider=self.cluster.control.provider,
            depends_on=list(after),
            custom_timeouts=pulumi.CustomTimeouts(create=patience) if patience else None,
        )


def carrying(deed: str, stack: Stack, durable: Durable, *, image: str) -> dict[str, Any]:
    """A container of ours, which speaks with AWS: Ollama's image cannot."""
    return container(
        deed,
        image=image,
        size=SMALL,
        mounts=MOUNTS,
        command=("python", f"{SCRIPTS_DIR}/{CARRY}", deed, MODELS_DIR),
        environment={
            "AWS_REGION": stack.region,
            "AWS_DEFAULT_REGION": stack.region,
            "MODELS": json.dumps(list(stack.ollama_models)),
            "MODELS_BUCKET": durable.models.name,
            "MODELS_PREFIX": permissions.MODELS_PREFIX,
        },
    )


def pod_spec(stack: Stack, durable: Durable, labels: Mapping[str, str], *, image: str) -> dict[str, Any]:
    """What is missing, pulled, kept: step after step on one disk. No card is needed to pull."""
    pull = container(
        "pull",
        image=versions.OLLAMA_IMAGE,
        size=SMALL,
        mounts=MOUNTS,
        command=("sh", f"{SCRIPTS_DIR}/{PULL}", f"{MODELS_DIR}/wanted"),
        environment={"HOME": TMP_DIR, "OLLAMA_HOST": "127.0.0.1:11434", "OLLAMA_MODELS": MODELS_DIR},
    )
    spec = Pod(
        account=NAME,
        containers=[carrying("keep", stack, durable, image=image)],
        first=[carrying("missing", stack, durable, image=image), pull],
        disks={"models": Disk(MODELS_DIR, DISK_LIMIT), "tmp": Disk(TMP_DIR, "64Mi")},
        labels=labels,
        priority="genai-batch",
        files={"scripts": NAME},
    ).spec()
    return {**spec, "restart_policy": "Never"}
