"""PostgreSQL with pgvector in the cluster: one pod on the volume that outlives it.

The volume is the truth, the dumps are its backup. It is mounted by a static PersistentVolume in its zone: nothing in the cluster
can make or delete a volume. On the way down the pod goes first, then claim and PersistentVolume, whose deletion waits until the
driver has let the volume go, then driver and machines.
"""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes import apps, core, networking, policy

from infra import versions
from infra.cluster.room import Cluster
from infra.durable.room import Durable
from infra.naming import DATABASE_ADMIN, DATABASES
from infra.stack import Stack
from infra.workloads import permissions, traffic
from infra.workloads.database import PORT, read_password
from infra.workloads.identity import identity, key_rights
from infra.workloads.namespaces import STORES, Namespaces
from infra.workloads.pods import Disk, Pod, Size, command_probe, container
from infra.workloads.postgres import SCRIPTS_DIR
from infra.workloads.postgres_pods import (
    DISKS,
    DUMPS_DIR,
    MOUNTS,
    SCRIPTS_MAP,
    SECRETS_DIR,
    carrying,
    labels_of,
    metadata,
    options,
    passwords,
    scripts_map,
)

NAME = "postgresql"
SERVER = traffic.Server(NAME, STORES, PORT)
# The user of the official image, who owns the files on the volume.
USER = 999
VOLUME_DIR = "/var/lib/postgresql"
SOCKETS_DIR = "/var/run/postgresql"
SIZE = Size(cpu="100m", memory="384Mi", cpu_limit="1", memory_limit="1Gi")
DRIVER, ZONE_LABEL = "ebs.csi.aws.com", "topology.kubernetes.io/zone"
# Of the five minutes the dump has two and a half; then PostgreSQL writes its last pages, and what is left carries the dump off.
GRACE_S, DUMP_S = 300, 150


class Postgres(pulumi.ComponentResource):
    """The server, its volume's way in, and its last dump at the end of each pod."""

    def __init__(
        self,
        stack: Stack,
        durable: Durable,
        cluster: Cluster,
        spaces: Namespaces,
        *,
        image: str,
        dumps: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:workloads:Postgres", NAME, None, opts)
        labels, space = {**SERVER.labels, **labels_of(NAME, stack)}, spaces.ready[STORES]
        admin = durable.passwords.arns[DATABASE_ADMIN]
        who = identity(
            NAME,
            stack,
            cluster.control,
            space=STORES,
            permissions=[
                admin.apply(read_password),
                durable.data.arn.apply(permissions.list_dumps_to_prune),
                durable.data.arn.apply(permissions.keep_dumps),
                *key_rights(durable, region=stack.region, by=("s3", "secretsmanager")),
            ],
            parent=self,
        )
        account = core.v1.ServiceAccount(
            NAME,
            metadata=metadata(NAME, stack),
            automount_service_account_token=False,
            opts=options(self, cluster, *space),
        )
        rules = networking.v1.NetworkPolicy(
            NAME,
            metadata=metadata(NAME, stack),
            spec=network_rules(labels),
            opts=options(self, cluster, *space),
        )
        self.scripts = scripts_map(stack, cluster, *space, parent=self)
        claim = self._claim(stack, durable, cluster, *space)
        found = core.v1.Service(
            NAME,
            metadata=metadata(NAME, stack),
            spec={"cluster_ip": "None", "selector": labels, "ports": [{"name": NAME, "port": PORT}]},
            opts=options(self, cluster, *space),
        )
        policy.v1.PodDisruptionBudget(
            NAME,
            metadata=metadata(NAME, stack),
            # With one pod anything else would forbid every drain, and a machine could never be replaced.
            spec={"max_unavailable": 1, "selector": {"match_labels": labels}},
            opts=options(self, cluster, *space),
        )
        template = {
            "metadata": {
                "labels": labels,
                # An empty machine is let go; one with the database on it is not worth the seconds without it.
                "annotations": {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"},
            },
            "spec": pod(
                labels,
                first=[
                    passwords({DATABASE_ADMIN: admin}, image=image, region=stack.region),
                    # Goes after the server has gone, and carries its last dump off.
                    carrying(
                        "last",
                        DUMPS_DIR,
                        image=image,
                        environment=dumps,
                        region=stack.region,
                        more={"restart_policy": "Always"},
                    ),
                ],
            ).spec(),
        }
        pods = apps.v1.StatefulSet(
            NAME,
            metadata=metadata(NAME, stack),
            spec={
                "replicas": 1,
                "service_name": NAME,
                "selector": {"match_labels": labels},
                "template": template,
            },
            opts=options(
                self, cluster, *space, account, rules, self.scripts, claim, found, *who,
                *cluster.nodes.ready, *cluster.control.addons,
            ),
        )  # fmt: skip
        self.ready: list[pulumi.Resource] = [pods]
        self.register_outputs({"host": SERVER.host})

    def _claim(
        self, stack: Stack, durable: Durable, cluster: Cluster, *space: pulumi.Resource
    ) -> core.v1.PersistentVolumeClaim:
        """The one door to the volume: reserved for one claim, whatever else asks for so much room."""
        capacity = f"{stack.database_gb}Gi"
        volume = core.v1.PersistentVolume(
            NAME,
            metadata={"name": f"{stack.prefix}-{NAME}", "labels": labels_of(NAME, stack)},
            spec={
                "access_modes": ["ReadWriteOnce"],
                "capacity": {"storage": capacity},
                "claim_ref": {"namespace": STORES, "name": NAME},
                "csi": {"driver": DRIVER, "volume_handle": durable.volume.id, "fs_type": "ext4"},
                "node_affinity": {"required": {"node_selector_terms": [_only_in(durable.volume.zone)]}},
                "persistent_volume_reclaim_policy": "Retain",
                "storage_class_name": "",
            },
            # The driver lives until the volume is let go.
            opts=options(self, cluster, *cluster.nodes.ready, *cluster.control.addons),
        )
        return core.v1.PersistentVolumeClaim(
            NAME,
            metadata=metadata(NAME, stack),
            spec={
                "access_modes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": capacity}},
                "storage_class_name": "",
                "volume_name": f"{stack.prefix}-{NAME}",
            },
            opts=options(self, cluster, *space, volume),
        )


def _only_in(zone: str) -> dict[str, Any]:
    return {"match_expressions": [{"key": ZONE_LABEL, "operator": "In", "values": [zone]}]}


def network_rules(labels: Mapping[str, str]) -> dict[str, Any]:
    """In: who carries the mark, from the spaces of the applications and of its own jobs. Out: what its last dump needs."""
    outwards = [traffic.names(), traffic.credentials(), traffic.internet()]
    spaces = {STORES, *DATABASES.values()}
    return traffic.opening(labels, ingress=[traffic.from_marked(SERVER, spaces=spaces)], egress=outwards)


def pod(labels: Mapping[str, str], *, first: list[dict[str, Any]]) -> Pod:
    mounts = {**MOUNTS, "volume": VOLUME_DIR, "sockets": SOCKETS_DIR, "shared": "/dev/shm"}  # noqa: S108  a mount
    last_dump = f"timeout {DUMP_S} sh {SCRIPTS_DIR}/dump.sh {DUMPS_DIR}"
    ready = ("pg_isready", "-q", "-d", "postgres")
    main = container(
        NAME,
        image=versions.POSTGRES_IMAGE,
        size=SIZE,
        mounts=mounts,
        command=("sh", f"{SCRIPTS_DIR}/start.sh", "-c", "listen_addresses=*"),
        environment={
            # Not the top of the volume, where ext4 keeps a folder of its own.
            "PGDATA": f"{VOLUME_DIR}/data",
            "PGHOST": SOCKETS_DIR,
            "PGUSER": DATABASE_ADMIN,
            "SECRETS": SECRETS_DIR,
            "SOCKETS": SOCKETS_DIR,
        },
        ports={NAME: PORT},
        more={
            # Ten minutes to mend itself after a machine was lost.
            "startup_probe": command_probe(*ready, period=5, failures=120),
            "liveness_probe": command_probe(*ready, period=10, failures=6),
            "readiness_probe": command_probe(*ready, period=5, failures=2),
            # While it still answers. Its image then asks for SIGINT, which waits for no client to leave.
            "lifecycle": {"pre_stop": {"exec_": {"command": ["sh", "-c", last_dump]}}},
        },
    )
    return Pod(
        account=NAME,
        containers=[main],
        first=first,
        disks={
            **DISKS,
            "sockets": Disk(SOCKETS_DIR, "1Mi"),
            # Of parallel queries and of building an index of vectors; a container has 64 MiB otherwise.
            "shared": Disk("/dev/shm", "256Mi", memory=True),  # noqa: S108  a mount
        },
        labels=labels,
        priority="genai-store",
        user=USER,
        group=USER,
        grace_s=GRACE_S,
        files={"scripts": SCRIPTS_MAP},
        claims={"volume": NAME},
    )
