"""The containers that PostgreSQL and the jobs around it are made of, and the rules and names that they share."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_kubernetes import core

from infra import versions
from infra.cluster.room import Cluster
from infra.naming import DATABASE_ADMIN
from infra.stack import Stack
from infra.workloads import traffic
from infra.workloads.namespaces import STORES
from infra.workloads.pods import TMP_DIR, Disk, Pod, Size, container
from infra.workloads.postgres import CARRY, SCRIPTS_DIR, scripts

SECRETS_DIR, DUMPS_DIR = "/secrets", "/dumps"
SCRIPTS_MAP = "postgresql-scripts"
TRUST_FILE = "rds.pem"
SMALL = Size("50m", "64Mi", "500m", "256Mi")
DISKS: Mapping[str, Disk] = {
    # Passwords never touch a disk.
    "secrets": Disk(SECRETS_DIR, "1Mi", memory=True),
    "dumps": Disk(DUMPS_DIR, "8Gi"),
    "tmp": Disk(TMP_DIR, "64Mi"),
}
MOUNTS = {name: disk.path for name, disk in DISKS.items()} | {"scripts": SCRIPTS_DIR}


def carrying(
    deed: str,
    folder: str,
    *,
    image: str,
    environment: Mapping[str, Any],
    region: str,
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A container of ours, which speaks with AWS: PostgreSQL's image cannot."""
    return container(
        deed,
        image=image,
        size=SMALL,
        mounts=MOUNTS,
        command=("python", f"{SCRIPTS_DIR}/{CARRY}", deed, folder),
        environment={"AWS_REGION": region, "AWS_DEFAULT_REGION": region, **environment},
        more=more,
    )


def passwords(secrets: Mapping[str, pulumi.Input[str]], *, image: str, region: str) -> dict[str, Any]:
    """The init step that brings passwords from Secrets Manager into memory, with the pod's own role."""
    wanted = pulumi.Output.json_dumps(dict(secrets))
    return carrying("passwords", SECRETS_DIR, image=image, environment={"PASSWORDS": wanted}, region=region)


def trust(bundle: str, *, image: str, region: str) -> dict[str, Any]:
    """The init step that brings the certificates by which a server of RDS is known: no system has them."""
    return carrying("trust", SECRETS_DIR, image=image, environment={"TRUST": bundle}, region=region)


def by_tls(bundle: str) -> dict[str, str]:
    """For libpq: TLS with the one server that was meant; nothing where there is none to be had, inside the cluster."""
    return {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": f"{SECRETS_DIR}/{TRUST_FILE}"} if bundle else {}


def scripts_map(
    stack: Stack, cluster: Cluster, *after: pulumi.Resource, parent: pulumi.Resource
) -> core.v1.ConfigMap:
    return core.v1.ConfigMap(
        SCRIPTS_MAP,
        metadata=metadata(SCRIPTS_MAP, stack),
        data=dict(scripts()),
        opts=options(parent, cluster, *after),
    )


def tool(
    name: str,
    script: str,
    *arguments: str,
    host: pulumi.Input[str],
    environment: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A container of PostgreSQL's own tools, as a client of the server."""
    return container(
        name,
        image=versions.POSTGRES_IMAGE,
        size=SMALL,
        mounts=MOUNTS,
        command=("sh", f"{SCRIPTS_DIR}/{script}", *arguments),
        environment={
            "PGHOST": host,
            "PGUSER": DATABASE_ADMIN,
            "SECRETS": SECRETS_DIR,
            **(environment or {}),
        },
    )


def job_template(
    name: str,
    *,
    steps: Sequence[Mapping[str, Any]],
    labels: Mapping[str, str],
    server: traffic.Server,
) -> dict[str, Any]:
    """A pod whose steps run one after another; the last is its container. Under no user that any image knows."""
    spec = Pod(
        account=name,
        containers=[steps[-1]],
        first=steps[:-1],
        disks=DISKS,
        labels=labels,
        priority="genai-batch",
        files={"scripts": SCRIPTS_MAP},
    ).spec()
    return {
        "metadata": {"labels": {**labels, **server.mark}},
        "spec": {**spec, "restart_policy": "Never"},
    }


def job_rules(labels: Mapping[str, str], server: traffic.Server) -> dict[str, Any]:
    """Nobody calls a job. It reaches names, its role, AWS and the server."""
    outwards = [traffic.names(), traffic.credentials(), traffic.internet(), traffic.to(server)]
    return traffic.opening(labels, ingress=[], egress=outwards)


def labels_of(name: str, stack: Stack) -> dict[str, str]:
    return {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": stack.project}


def metadata(name: str, stack: Stack) -> dict[str, Any]:
    return {"name": name, "namespace": STORES, "labels": labels_of(name, stack)}


def options(parent: pulumi.Resource, cluster: Cluster, *after: pulumi.Resource) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(parent=parent, provider=cluster.control.provider, depends_on=list(after))
