"""The cluster room: what is rented by the hour and gone on pause."""

from collections.abc import Mapping, Sequence

import pulumi

from infra.adopt import Found
from infra.cluster.address import Address
from infra.cluster.alarms import Alarms
from infra.cluster.behind import Behind
from infra.cluster.chat_machines.group import ChatMachines
from infra.cluster.chat_machines.pool import NAME as CHAT_MACHINES
from infra.cluster.chat_machines.pool import missing
from infra.cluster.control_plane import ControlPlane
from infra.cluster.cost_guard import CostGuard
from infra.cluster.dashboard import Dashboard
from infra.cluster.entrance import Entrance
from infra.cluster.job_queue import Queue
from infra.cluster.managed_airflow import ManagedAirflow
from infra.cluster.network import Network
from infra.cluster.nodes import Nodes
from infra.cluster.off_hours import OffHours, Sleeper
from infra.cluster.rds import Rds
from infra.cluster.shield import Shield
from infra.durable.room import Durable
from infra.stack import Stack


class Kubernetes:
    """Control plane and machines. Absent with `compute: ec2`."""

    def __init__(
        self,
        stack: Stack,
        durable: Durable,
        network: Network,
        *,
        aws: pulumi.ProviderResource,
        opts: pulumi.ResourceOptions,
    ) -> None:
        self.control = ControlPlane(
            "control-plane",
            stack,
            network,
            aws=aws,
            log_group=durable.messages.control_plane.name,
            key=durable.key.arn if durable.key else None,
            opts=opts,
        )
        self.nodes = Nodes("nodes", stack, network, self.control, opts=opts)


class Cluster:
    """What workloads stand on: a cluster that is there, in its network, behind its load balancer."""

    def __init__(
        self,
        network: Network,
        kubernetes: Kubernetes,
        database: Rds | None,
        entrance: Entrance,
        queue: Queue | None,
    ) -> None:
        self.network, self.database, self.entrance, self.queue = network, database, entrance, queue
        self.control, self.nodes = kubernetes.control, kubernetes.nodes

    @property
    def provider(self) -> pulumi.ProviderResource:
        provider: pulumi.ProviderResource = self.control.provider
        return provider

    @property
    def ready(self) -> Sequence[pulumi.Resource]:
        return [*self.nodes.ready, *self.control.addons]

    @property
    def node_ranges(self) -> Sequence[str]:
        return self.network.private_cidrs


class Rented:
    """Network, what computes in it, and the load balancer before it, in the order they need each other.

    `cluster` is None without Kubernetes: then there is nothing for workloads to stand on.
    """

    def __init__(
        self,
        stack: Stack,
        found: Found,
        durable: Durable,
        *,
        aws: pulumi.ProviderResource,
        opts: pulumi.ResourceOptions,
    ) -> None:
        network = Network("network", stack, opts=opts)
        kubernetes = Kubernetes(stack, durable, network, aws=aws, opts=opts) if stack.kubernetes else None
        database = (
            _database(stack, found, durable, network, kubernetes, opts=opts)
            if stack.database == "rds"
            else None
        )
        chat = _chat_machines(stack, found, durable, network, database, kubernetes, opts=opts)
        if stack.work_hours:
            OffHours("off-hours", stack, sleepers(kubernetes, chat), opts=opts)
        if durable.stop is not None:
            CostGuard(
                "cost-guard",
                stack,
                with_cards(kubernetes, chat),
                topic=durable.stop.arn,
                alerts=durable.alerts.arn,
                opts=opts,
            )
        self.entrance = Entrance(
            "entrance",
            stack,
            network,
            behind(kubernetes, chat),
            certificate=durable.certificate.arn,
            logs=durable.logs.written,
            opts=opts,
        )
        if stack.domain and stack.hosted_zone:
            Address("address", stack, self.entrance, opts=opts)
        if stack.waf:
            Shield("shield", stack, balancer=self.entrance.balancer.arn, opts=opts)
        # One pod with a queue inside needs none of AWS.
        queue = Queue("work", stack, opts=opts) if stack.search == "opensearch" else None
        if stack.airflow == "mwaa":
            ManagedAirflow("airflow", stack, network, bucket=durable.models, opts=opts)
        if stack.alarms:
            Alarms("alarms", stack, self.entrance, queue, topic=durable.alerts.arn, opts=opts)
            Dashboard("dashboard", stack, self.entrance, queue, opts=opts)
        self.cluster = Cluster(network, kubernetes, database, self.entrance, queue) if kubernetes else None


def _chat_machines(
    stack: Stack,
    found: Found,
    durable: Durable,
    network: Network,
    database: Rds | None,
    kubernetes: Kubernetes | None,
    *,
    opts: pulumi.ResourceOptions,
) -> ChatMachines | None:
    """None where none are chosen, or while what they wait for is missing, which is told."""
    if not stack.chat_machines:
        return None
    if lacks := missing(stack, found):
        for lack in lacks:
            pulumi.warn(f"The chat machines are left out: {lack}, then `pulumi up` again.")
        return None
    return ChatMachines(
        CHAT_MACHINES,
        stack,
        network,
        durable,
        account=found.account,
        database=database,
        # A job in the cluster makes their database: before there is a machine for it they would wait in vain.
        after=kubernetes.nodes.ready if database and kubernetes else [],
        opts=opts,
    )


def _database(
    stack: Stack,
    found: Found,
    durable: Durable,
    network: Network,
    kubernetes: Kubernetes | None,
    *,
    opts: pulumi.ResourceOptions,
) -> Rds:
    return Rds(
        "database",
        stack,
        network,
        stack.names(found.account),
        found.database,
        callers={"nodes": kubernetes.control.security_group_id} if kubernetes else {},
        key=durable.key.arn if durable.key else None,
        opts=opts,
    )


def behind(kubernetes: Kubernetes | None, chat: ChatMachines | None) -> Mapping[str, Behind]:
    """What the doors of infra/doors.py lead to, by the words they use for it."""
    found: dict[str, Behind] = {}
    if kubernetes:
        found["cluster"] = Behind(
            security_group_id=kubernetes.control.security_group_id, scaling_groups=kubernetes.nodes.steady
        )
    if chat:
        found["chat-machines"] = Behind(
            security_group_id=chat.security_group_id, scaling_groups=chat.scaling_groups
        )
    return found


def sleepers(kubernetes: Kubernetes | None, chat: ChatMachines | None) -> list[Sleeper]:
    """Every pool, with the sizes it was made with."""
    pools = (
        {pool.name: (pool, kubernetes.nodes.scaling_groups[pool.name]) for pool in kubernetes.nodes.pools}
        if kubernetes
        else {}
    )
    found = [
        Sleeper(name=name, scaling_group=group, least=pool.least, wanted=pool.wanted, most=pool.most)
        for name, (pool, group) in pools.items()
    ]
    if chat:
        sizes = chat.pool
        found += [
            Sleeper(name=name, scaling_group=group, least=sizes.least, wanted=sizes.wanted, most=sizes.most)
            for name, group in chat.scaling_groups.items()
        ]
    return found


def with_cards(kubernetes: Kubernetes | None, chat: ChatMachines | None) -> dict[str, pulumi.Output[str]]:
    """The scaling groups whose machines cost the most, by the pool's name."""
    return {
        **(kubernetes.nodes.with_cards if kubernetes else {}),
        **(chat.scaling_groups if chat else {}),
    }
