"""Stand-ins in the cluster for what AWS would keep data in: one pod each, on a claim that outlives it. Not for production.

Neither has a second copy, a backup or TLS. Only pods with a stand-in's mark reach it, where the cluster's network enforces rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from infra import versions
from infra.local.kept import OBJECTS, RECORDS, Kept
from infra.local.keys import ACCESS_KEY, SECRET_KEY, Keys
from infra.local.keys import NAME as KEYS
from infra.stack import Stack
from infra.workloads import traffic
from infra.workloads.ground import Ground
from infra.workloads.indoors import Indoors
from infra.workloads.namespaces import RAG, STORES, Namespaces
from infra.workloads.pods import RUN_AS, TMP_DIR, Disk, Pod, Size, container, http_probe, tcp_probe

DATA_DIR = "/data"
STAND_IN_FOR = "genai-ops/stand-in-for"


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """One server: what of AWS it stands in for, on which claim, and how it is started."""

    service: str
    claim: str
    port: int
    image: str
    size: Size
    command: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, Any] = field(default_factory=dict)
    user: int = RUN_AS
    live: Mapping[str, Any]

    @property
    def server(self) -> traffic.Server:
        return traffic.Server(f"{self.service}-stand-in", STORES, self.port)

    @property
    def address(self) -> str:
        return f"http://{self.server.host}:{self.port}"


def from_keys(name: str) -> dict[str, Any]:
    """The value of a variable that stands in the Secret of the pod's own namespace."""
    return {"secret_key_ref": {"name": KEYS, "key": name}}


# Objects are files, what is known of them stands in files beside them: some file systems have no attributes for it.
_SERVE_FILES = (
    f"mkdir -p {DATA_DIR}/objects {DATA_DIR}/attributes && exec versitygw --port :7070 --health /health --quiet "
    f"posix --sidecar {DATA_DIR}/attributes {DATA_DIR}/objects"
)
S3 = StandIn(
    service="s3",
    claim=OBJECTS,
    port=7070,
    image=versions.S3_STAND_IN_IMAGE,
    size=Size(cpu="50m", memory="64Mi", cpu_limit="1", memory_limit="512Mi"),
    command=("sh", "-c", _SERVE_FILES),
    environment={
        "ROOT_ACCESS_KEY_ID": from_keys(ACCESS_KEY),
        "ROOT_SECRET_ACCESS_KEY": from_keys(SECRET_KEY),
    },
    live=http_probe("/health", "http", period=10, failures=3),
)
DYNAMODB = StandIn(
    service="dynamodb",
    claim=RECORDS,
    port=8000,
    image=versions.DYNAMODB_STAND_IN_IMAGE,
    size=Size(cpu="100m", memory="256Mi", cpu_limit="1", memory_limit="768Mi"),
    # The image's entry point is java, its folder the server's own.
    arguments=(
        *("-Xmx384m", "-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar"),
        # One file for all keys, or each key would have tables of its own.
        *("-sharedDb", "-dbPath", DATA_DIR, "-port", "8000", "-disableTelemetry"),
    ),
    # The image's own user.
    user=1000,
    # It answers 400 to whatever is no signed request.
    live=tcp_probe("http", period=10, failures=3),
)
STAND_INS = (S3, DYNAMODB)


class Stores(pulumi.ComponentResource):
    """Both servers. `ready` comes true when they answer."""

    def __init__(self, stack: Stack, ground: Ground, spaces: Namespaces, kept: Kept, keys: Keys) -> None:
        super().__init__("genai:workloads:StandIns", "stand-ins", None)
        self.ready: list[pulumi.Resource] = []
        for one in STAND_INS:
            inside = Indoors(self, stack, ground, spaces, space=STORES, marks={STAND_IN_FOR: one.service})
            name, server = one.server.name, one.server
            account = inside.account(name)
            rules = inside.rules(
                name, ingress=[traffic.from_marked(server, spaces=[STORES, RAG, *stack.apps])], egress=[]
            )
            served = inside.service(server)
            after = [account, rules, keys.of[STORES], kept.claims[one.claim]]
            deployment = inside.deployment(name, pod(one, inside.labels(name)), reaches=(), after=after)
            self.ready += [deployment, served]
        self.register_outputs({})


def pod(one: StandIn, labels: Mapping[str, str]) -> Pod:
    main = container(
        one.server.name,
        image=one.image,
        size=one.size,
        mounts={"data": DATA_DIR, "tmp": TMP_DIR},
        command=one.command,
        arguments=one.arguments,
        environment=one.environment,
        ports={"http": one.port},
        more={"liveness_probe": dict(one.live), "readiness_probe": dict(one.live)},
    )
    return Pod(
        account=one.server.name,
        containers=[main],
        disks={"tmp": Disk(TMP_DIR, "64Mi")},
        labels=labels,
        priority="genai-store",
        user=one.user,
        group=one.user,
        claims={"data": one.claim},
    )
