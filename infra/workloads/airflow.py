"""Airflow in the cluster: API server, scheduler and DAG processor on PostgreSQL, never public; DAGs lie in the models bucket.

People come by `kubectl port-forward`; whoever may run a command in the namespace makes the first account, as the guide says.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from infra import versions
from infra.adopt import Found
from infra.cluster.room import Cluster
from infra.durable.room import Durable
from infra.stack import Stack
from infra.workloads import permissions, pgpass, traffic
from infra.workloads.database import Database, Seat
from infra.workloads.identity import identity, key_rights
from infra.workloads.indoors import Indoors
from infra.workloads.namespaces import AIRFLOW, Namespaces
from infra.workloads.pgpass import SECRETS_DIR
from infra.workloads.pods import TMP_DIR, Disk, Pod, Size, container, http_probe

NAME = AIRFLOW
API, SCHEDULER, PROCESSOR, MIGRATE = (
    f"{NAME}-{part}" for part in ("api", "scheduler", "processor", "migrate")
)
SERVER = traffic.Server(API, AIRFLOW, 8080)
# In the models bucket: what is put below the first runs, and what it printed is kept below the second.
DAGS_PREFIX, LOGS_PREFIX = "airflow/dags", "airflow/logs"
# The user of the official image.
USER = 50000
HOME_DIR = "/opt/airflow"
HEALTH_PORT = 8974
# Tasks run as children of the scheduler, so many at once: a task that needs more than a moment's Python starts a Job instead.
TASKS_AT_ONCE = 4
API_SIZE = Size(cpu="100m", memory="768Mi", cpu_limit="1", memory_limit="1536Mi")
SCHEDULER_SIZE = Size(cpu="200m", memory="768Mi", cpu_limit="1", memory_limit="2Gi")
SMALL_SIZE = Size(cpu="100m", memory="512Mi", cpu_limit="1", memory_limit="1Gi")

# Follows pgpass.FETCH. One secret, and a key for each use that tells nothing of the others: the first encrypts connections that
# people enter, the second signs what the three parts say to each other, the third the sessions of browsers.
DERIVE = """
import base64, hmac
master = fetched(os.environ["KEYS_SECRET"]).encode()
key = lambda use: hmac.digest(master, use.encode(), "sha256")
written("fernet", base64.urlsafe_b64encode(key("fernet")).decode())
written("jwt", key("jwt").hex())
written("session", key("session").hex())
"""


def missing(stack: Stack, found: Found) -> list[str]:
    """What the account still lacks before it can start, each with the command that brings it."""
    if found.workflow_keys_set:
        return []
    return [f"its keys have no value yet; run `make secrets STACK={stack.name}`"]


def airflow(
    stack: Stack,
    found: Found,
    durable: Durable,
    cluster: Cluster,
    spaces: Namespaces,
    database: Database | None,
    *,
    opts: pulumi.ResourceOptions,
) -> "Airflow | None":
    """Declare it when it is chosen; without its keys, or the database behind it, it is left out, which is told."""
    if stack.airflow != "cluster" or database is None:
        return None
    if lacks := missing(stack, found):
        for lack in lacks:
            pulumi.warn(f"{NAME} is left out: {lack}, then `pulumi up` again.")
        return None
    return Airflow(stack, durable, cluster, spaces, database.seat(NAME), opts=opts)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One of the processes: what it is called with, how its health is asked, whom it reaches besides the database."""

    name: str
    command: tuple[str, ...]
    size: Size
    probes: Mapping[str, Any]
    ports: Mapping[str, int]
    reaches: tuple[traffic.Server, ...] = ()
    grace_s: int = 30


def _asked(path: str) -> dict[str, Any]:
    return {
        # Half a minute of imports on a whole CPU.
        "startup_probe": http_probe(path, "http", period=5, failures=60),
        "liveness_probe": http_probe(path, "http", period=20, failures=5),
        "readiness_probe": http_probe(path, "http", period=10, failures=3),
    }


def _counted() -> dict[str, Any]:
    """The processor answers no request; its last sign of life stands in the database. Asking costs some seconds of imports."""
    command = ["sh", "-c", 'airflow jobs check --job-type DagProcessorJob --hostname "$(hostname)"']
    probe = {
        "exec_": {"command": command},
        "period_seconds": 120,
        "timeout_seconds": 60,
        "failure_threshold": 3,
    }
    return {
        "startup_probe": {**probe, "period_seconds": 30, "failure_threshold": 20},
        "liveness_probe": probe,
    }


PARTS = (
    Part(
        name=API,
        command=("airflow", "api-server", "--port", str(SERVER.port), "--workers", "1"),
        size=API_SIZE,
        probes=_asked("/api/v2/version"),
        ports={"http": SERVER.port},
    ),
    Part(
        name=SCHEDULER,
        command=("airflow", "scheduler"),
        size=SCHEDULER_SIZE,
        probes=_asked("/health"),
        ports={"http": HEALTH_PORT},
        # Its tasks tell the API server how they went.
        reaches=(SERVER,),
        grace_s=120,
    ),
    Part(name=PROCESSOR, command=("airflow", "dag-processor"), size=SMALL_SIZE, probes=_counted(), ports={}),
)


class Airflow(pulumi.ComponentResource):
    """A Job that brings the tables to this version, once for each, and the three processes that wait for it."""

    def __init__(
        self,
        stack: Stack,
        durable: Durable,
        cluster: Cluster,
        spaces: Namespaces,
        seat: Seat,
        *,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:workloads:Airflow", NAME, None, opts)
        self.seat, self.region, self.keys = seat, stack.region, durable.workflow_keys.arn
        self.environment = environment(seat, region=stack.region, bucket=durable.models.name)
        self.inside = inside = Indoors(self, stack, cluster, spaces, space=AIRFLOW)
        bucket = durable.models.arn
        who = identity(
            NAME,
            stack,
            cluster.control,
            space=AIRFLOW,
            permissions=[
                seat.permission,
                self.keys.apply(permissions.read_keys),
                bucket.apply(permissions.see_bucket),
                bucket.apply(lambda arn: permissions.read_below(arn, DAGS_PREFIX)),
                bucket.apply(lambda arn: permissions.write_below(arn, LOGS_PREFIX)),
                *key_rights(durable, region=stack.region, by=("s3", "secretsmanager")),
            ],
            parent=self,
        )
        account = inside.account(NAME)
        tables = inside.job(
            MIGRATE,
            self._pod(MIGRATE, ("airflow", "db", "migrate"), SMALL_SIZE),
            # Another version is another Job, and so another migration.
            title=f"{MIGRATE}-{versions.AIRFLOW.replace('.', '-')}",
            reaches=[seat.server],
            after=[account, self._opened(MIGRATE), *who, *seat.ready],
        )
        self.ready: list[pulumi.Resource] = [
            self._runs(part, after=[account, tables, *who]) for part in PARTS
        ]
        inside.service(SERVER)
        self.register_outputs({"host": SERVER.host})

    def _runs(self, part: Part, *, after: Sequence[pulumi.Resource]) -> pulumi.Resource:
        pod = self._pod(
            part.name, part.command, part.size, ports=part.ports, probes=part.probes, grace_s=part.grace_s
        )
        made: pulumi.Resource = self.inside.deployment(
            part.name,
            pod,
            reaches=[self.seat.server, *part.reaches],
            after=[*after, self._opened(part.name, *part.reaches)],
        )
        return made

    def _opened(self, name: str, *reaches: traffic.Server) -> pulumi.Resource:
        entered = [traffic.from_marked(SERVER, spaces=[AIRFLOW])] if name == API else []
        outwards = [traffic.names(), traffic.credentials(), traffic.internet(), traffic.to(self.seat.server)]
        opened: pulumi.Resource = self.inside.rules(
            name, ingress=entered, egress=[*outwards, *(traffic.to(server) for server in reaches)]
        )
        return opened

    def _pod(
        self,
        name: str,
        command: tuple[str, ...],
        size: Size,
        *,
        ports: Mapping[str, int] | None = None,
        probes: Mapping[str, Any] | None = None,
        grace_s: int = 30,
    ) -> Pod:
        disks = {"home": Disk(HOME_DIR, "2Gi"), "secrets": pgpass.DISK, "tmp": Disk(TMP_DIR, "1Gi")}
        fetching = pgpass.fetching(
            self.seat,
            image=versions.AIRFLOW_IMAGE,
            region=self.region,
            more=DERIVE,
            environment={"KEYS_SECRET": self.keys},
        )
        main = container(
            name,
            image=versions.AIRFLOW_IMAGE,
            size=size,
            mounts={title: disk.path for title, disk in disks.items()},
            command=command,
            environment=self.environment,
            ports=ports,
            more=probes,
        )
        return Pod(
            account=NAME,
            first=(fetching,),
            containers=[main],
            disks=disks,
            labels=self.inside.labels(name),
            priority="genai-app",
            user=USER,
            group=USER,
            grace_s=grace_s,
        )


def environment(seat: Seat, *, region: str, bucket: pulumi.Input[str]) -> dict[str, pulumi.Input[str]]:
    """The same for all parts. Keys are named by the command that reads them, so that they are in no variable."""
    return {
        **pgpass.reading(seat),
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AIRFLOW_HOME": HOME_DIR,
        "AIRFLOW__API__BASE_URL": f"http://localhost:{SERVER.port}",
        "AIRFLOW__API__SECRET_KEY_CMD": f"cat {SECRETS_DIR}/session",
        "AIRFLOW__API_AUTH__JWT_SECRET_CMD": f"cat {SECRETS_DIR}/jwt",
        # The simple one is for development, as it says itself: it prints passwords.
        "AIRFLOW__CORE__AUTH_MANAGER": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://{SERVER.host}:{SERVER.port}/execution/",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__FERNET_KEY_CMD": f"cat {SECRETS_DIR}/fernet",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
        "AIRFLOW__CORE__PARALLELISM": str(TASKS_AT_ONCE),
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": pulumi.Output.from_input(bucket).apply(bundles),
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH": f"{HOME_DIR}/bundles",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": pgpass.address(seat),
        "AIRFLOW__LOGGING__DELETE_LOCAL_LOGS": "true",
        "AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER": pulumi.Output.format("s3://{0}/{1}", bucket, LOGS_PREFIX),
        "AIRFLOW__LOGGING__REMOTE_LOGGING": "true",
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "true",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_HOST": "0.0.0.0",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(HEALTH_PORT),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "false",
    }


def bundles(bucket: str) -> str:
    """The one folder of DAGs: the processor and the scheduler fetch it from S3 by the role of their pods."""
    kwargs = {"aws_conn_id": None, "bucket_name": bucket, "prefix": DAGS_PREFIX, "refresh_interval": 60}
    classpath = "airflow.providers.amazon.aws.bundles.s3.S3DagBundle"
    return json.dumps([{"name": "dags", "classpath": classpath, "kwargs": kwargs}])
