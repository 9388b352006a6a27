"""MLflow's tracking server: experiments and models of those who train, never public; its artifacts pass through it to S3.

Through it and not beside it: whoever trains needs its mark and no right in AWS, and one role alone reaches the prefix.
"""

from collections.abc import Mapping

import pulumi

from infra.adopt import Found
from infra.cluster.room import Cluster
from infra.durable.room import Durable
from infra.stack import Stack
from infra.workloads import permissions, pgpass, traffic
from infra.workloads.database import Database, Seat
from infra.workloads.identity import identity, key_rights
from infra.workloads.indoors import Indoors
from infra.workloads.namespaces import MLFLOW, TRAINING, Namespaces
from infra.workloads.pods import TMP_DIR, Disk, Pod, Size, container, http_probe

NAME, PORT = MLFLOW, 5000
SERVER = traffic.Server(NAME, MLFLOW, PORT)
# In the models bucket.
PREFIX = "mlflow"
# The namespaces whose marked pods come in. Nobody trains yet; who does brings its namespace.
REACHED_FROM = (TRAINING,)
# One worker holds 270 MB after its start, and an artifact passes in pieces (measured 2026-11-27 with 3.17.2).
SIZE = Size(cpu="100m", memory="640Mi", cpu_limit="1", memory_limit="1536Mi")


def mlflow(
    stack: Stack,
    found: Found,
    durable: Durable,
    cluster: Cluster,
    spaces: Namespaces,
    database: Database | None,
    *,
    opts: pulumi.ResourceOptions,
) -> "Mlflow | None":
    """Declare it when it is chosen; without its image, or the database behind it, it is left out, which is told."""
    if stack.mlflow == "none" or database is None:
        return None
    if NAME not in found.images:
        pulumi.warn(
            f"{NAME} is left out: image {NAME}:{stack.image_tag} is not in the registry yet; "
            f"run `make images STACK={stack.name}`, then `pulumi up` again."
        )
        return None
    image = stack.names(found.account).image(NAME, tag=stack.image_tag)
    return Mlflow(stack, durable, cluster, spaces, database.seat(NAME), image=image, opts=opts)


class Mlflow(pulumi.ComponentResource):
    """One pod, on PostgreSQL and S3, that keeps nothing itself."""

    def __init__(
        self,
        stack: Stack,
        durable: Durable,
        cluster: Cluster,
        spaces: Namespaces,
        seat: Seat,
        *,
        image: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:workloads:Mlflow", NAME, None, opts)
        inside = Indoors(self, stack, cluster, spaces, space=MLFLOW)
        bucket = durable.models
        who = identity(
            NAME,
            stack,
            cluster.control,
            space=MLFLOW,
            permissions=[
                seat.permission,
                bucket.arn.apply(lambda arn: permissions.list_below(arn, PREFIX)),
                bucket.arn.apply(lambda arn: permissions.keep_below(arn, PREFIX)),
                *key_rights(durable, region=stack.region, by=("s3", "secretsmanager")),
            ],
            parent=self,
        )
        rules = inside.rules(
            NAME,
            ingress=[traffic.from_marked(SERVER, spaces=REACHED_FROM)],
            egress=[traffic.names(), traffic.credentials(), traffic.internet(), traffic.to(seat.server)],
        )
        made = inside.deployment(
            NAME,
            pod(inside.labels(NAME), seat, image=image, region=stack.region, bucket=bucket.name),
            reaches=[seat.server],
            after=[inside.account(NAME), rules, *who, *seat.ready],
        )
        inside.service(SERVER)
        self.ready: list[pulumi.Resource] = [made]
        self.register_outputs({"host": SERVER.host})


def pod(labels: Mapping[str, str], seat: Seat, *, image: str, region: str, bucket: pulumi.Input[str]) -> Pod:
    disks = {"secrets": pgpass.DISK, "tmp": Disk(TMP_DIR, "2Gi")}
    mounts = {name: disk.path for name, disk in disks.items()}
    environment = {
        **pgpass.reading(seat),
        "AWS_REGION": region,
        # Jobs would run what a request names: evaluations of a language model by people's own code.
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_BACKEND_STORE_URI": pgpass.address(seat),
        "MLFLOW_ARTIFACTS_DESTINATION": pulumi.Output.format("s3://{0}/{1}", bucket, PREFIX),
    }
    # Makes the tables, or brings those of an older MLflow up; nothing to do at most starts.
    tables = container(
        "tables",
        image=image,
        size=SIZE,
        mounts=mounts,
        command=("sh", "-c", 'exec mlflow db upgrade "$MLFLOW_BACKEND_STORE_URI"'),
        environment=environment,
    )
    server = container(
        NAME,
        image=image,
        size=SIZE,
        mounts=mounts,
        command=("mlflow", "server", "--host", "0.0.0.0", "--port", str(PORT), "--workers", "1"),
        # Its own name in the cluster, and the end of a port-forward: any other Host header is refused.
        arguments=("--allowed-hosts", f"{SERVER.host}:{PORT},localhost:{PORT}"),
        environment=environment,
        ports={"http": PORT},
        more={
            # Some 25 seconds of imports on a whole CPU. The one path that takes any Host header, as the kubelet's is an address.
            "startup_probe": http_probe("/health", "http", period=5, failures=60),
            "liveness_probe": http_probe("/health", "http", period=15, failures=4),
            "readiness_probe": http_probe("/health", "http", period=5, failures=3),
        },
    )
    return Pod(
        account=NAME,
        first=(pgpass.fetching(seat, image=image, region=region), tables),
        containers=[server],
        disks=disks,
        labels=labels,
        priority="genai-app",
    )
