"""The job that makes the bucket and the table in the stand-ins. At a resume it finds both and does nothing."""

from pathlib import Path

import pulumi
from pulumi_kubernetes import core

from infra.local import make_stores
from infra.local.environment import stores
from infra.local.images import image
from infra.local.stand_ins import DYNAMODB, S3, Stores
from infra.stack import Stack
from infra.workloads import traffic
from infra.workloads.ground import Ground
from infra.workloads.indoors import Indoors
from infra.workloads.namespaces import RAG, STORES, Namespaces
from infra.workloads.pods import TMP_DIR, Disk, Pod, Size, container

NAME = "make-stores"
SCRIPT, SCRIPT_DIR = Path(make_stores.__file__), "/scripts"
SERVERS = (S3.server, DYNAMODB.server)


class Prepared(pulumi.ComponentResource):
    """`ready` comes true when an app finds its stores."""

    def __init__(self, stack: Stack, ground: Ground, spaces: Namespaces, servers: Stores) -> None:
        super().__init__("genai:workloads:Prepared", NAME, None)
        inside = Indoors(self, stack, ground, spaces, space=STORES)
        account = inside.account(NAME)
        rules = inside.rules(
            NAME, ingress=[], egress=[traffic.names(), *(traffic.to(server) for server in SERVERS)]
        )
        script = core.v1.ConfigMap(
            NAME,
            metadata={"name": NAME, "namespace": STORES, "labels": inside.labels(NAME)},
            data={SCRIPT.name: SCRIPT.read_text(encoding="utf-8")},
            opts=pulumi.ResourceOptions(parent=self, provider=ground.provider, depends_on=inside.ready),
        )
        job = inside.job(
            NAME, _pod(stack), title=NAME, reaches=SERVERS, after=[account, rules, script, *servers.ready]
        )
        self.ready: list[pulumi.Resource] = [job]
        self.register_outputs({})


def _pod(stack: Stack) -> Pod:
    main = container(
        NAME,
        image=image(stack, RAG),
        size=Size(cpu="50m", memory="128Mi", cpu_limit="1", memory_limit="256Mi"),
        mounts={"script": SCRIPT_DIR, "tmp": TMP_DIR},
        command=("python", f"{SCRIPT_DIR}/{SCRIPT.name}"),
        environment=stores(stack),
    )
    return Pod(
        account=NAME,
        containers=[main],
        disks={"tmp": Disk(TMP_DIR, "16Mi")},
        labels={},
        priority="genai-batch",
        files={"script": NAME},
    )
