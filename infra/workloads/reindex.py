"""The index job: fills OpenSearch from the bucket at a resume, and again whenever it has lost what it held."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi
from pulumi_kubernetes import batch, core, networking

from infra.cluster.room import Cluster
from infra.stack import Stack
from infra.workloads import index_once, traffic
from infra.workloads.identity import Statement, identity
from infra.workloads.namespaces import RAG, Namespaces
from infra.workloads.opensearch import ALL_PODS, SERVER, OpenSearch
from infra.workloads.pods import TMP_DIR, Disk, Pod, Size, container

NAME = "reindex"
SCRIPT = Path(index_once.__file__)
SCRIPT_DIR = "/scripts"
DATA_DIR = "/data"
# The documents' vectors pass through it, one document at a time.
SIZE = Size(cpu="250m", memory="768Mi", cpu_limit="2", memory_limit="2Gi")
# A look takes a second; so long may the search be away after the loss of its only machine before the rebuild begins.
EVERY_MINUTES = 2


class Reindex(pulumi.ComponentResource):
    """A Job that the resume waits for, and a CronJob that looks again. Both do nothing while the index is there.

    `ready` comes true when the index is complete.
    """

    def __init__(
        self,
        stack: Stack,
        cluster: Cluster,
        spaces: Namespaces,
        search: OpenSearch,
        *,
        image: str,
        environment: Mapping[str, pulumi.Input[str]],
        permissions: Sequence[pulumi.Input[Statement]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:workloads:Reindex", NAME, None, opts)
        self.cluster = cluster
        self.labels = {"app.kubernetes.io/name": NAME, "app.kubernetes.io/part-of": stack.project}
        space = spaces.ready[RAG]
        who = identity(NAME, stack, cluster.control, space=RAG, permissions=permissions, parent=self)
        account = core.v1.ServiceAccount(
            NAME, metadata=self._metadata(), automount_service_account_token=False, opts=self._inside(*space)
        )
        rules = networking.v1.NetworkPolicy(
            NAME,
            metadata=self._metadata(),
            spec=traffic.opening(
                self.labels,
                ingress=[],
                egress=[
                    traffic.names(),
                    traffic.credentials(),
                    traffic.internet(),
                    traffic.to(SERVER),
                ],
            ),
            opts=self._inside(*space),
        )
        script = core.v1.ConfigMap(
            NAME,
            metadata=self._metadata(),
            data={SCRIPT.name: SCRIPT.read_text(encoding="utf-8")},
            opts=self._inside(*space),
        )
        template = pod_template(image, environment, self.labels)
        needs = [*space, account, rules, script, *who, *search.reachable]
        job = batch.v1.Job(
            NAME,
            metadata=self._metadata(),
            # Tried again with growing pauses, some 20 minutes in all, before `up` says that the index could not be built.
            spec={"backoff_limit": 8, "template": template},
            opts=self._inside(*needs, *cluster.nodes.ready, *cluster.control.addons, long=True),
        )
        batch.v1.CronJob(
            NAME,
            metadata=self._metadata(),
            spec={
                "schedule": f"*/{EVERY_MINUTES} * * * *",
                # Two at once would each drop what the other has built.
                "concurrency_policy": "Forbid",
                "successful_jobs_history_limit": 0,
                "failed_jobs_history_limit": 1,
                "starting_deadline_seconds": 60,
                "job_template": {"spec": {"backoff_limit": 0, "template": template}},
            },
            opts=self._inside(job),
        )
        self.ready: list[pulumi.Resource] = [job]
        self.register_outputs({})

    def _metadata(self) -> dict[str, Any]:
        return {"name": NAME, "namespace": RAG, "labels": self.labels}

    def _inside(self, *after: pulumi.Resource, long: bool = False) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self,
            provider=self.cluster.control.provider,
            depends_on=list(after),
            # An hour holds about a million chunks; Pulumi's own ten minutes would fail a resume that goes well.
            custom_timeouts=pulumi.CustomTimeouts(create="60m", update="60m") if long else None,
        )


def pod_template(
    image: str, environment: Mapping[str, pulumi.Input[str]], labels: Mapping[str, str]
) -> dict[str, Any]:
    # Past the Service, which has no address while no pod of OpenSearch is ready.
    address = f"http://{ALL_PODS}.{SERVER.space}.svc.cluster.local:{SERVER.port}"
    main = container(
        NAME,
        image=image,
        size=SIZE,
        mounts={"data": DATA_DIR, "tmp": TMP_DIR, "script": SCRIPT_DIR},
        command=("python", f"{SCRIPT_DIR}/{SCRIPT.name}"),
        environment={**environment, "GENAI_DATA_DIR": DATA_DIR, "GENAI_OPENSEARCH_URL": address},
    )
    spec = Pod(
        account=NAME,
        containers=[main],
        disks={"data": Disk(DATA_DIR, "1Gi"), "tmp": Disk(TMP_DIR, "1Gi")},
        labels=labels,
        # Everybody waits for it: nothing is answered before the index is complete.
        priority="genai-app",
        files={"script": NAME},
    ).spec()
    return {
        "metadata": {"labels": {**labels, **SERVER.mark}},
        "spec": {**spec, "restart_policy": "OnFailure"},
    }
