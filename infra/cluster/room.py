"""The cluster room: what is rented by the hour and gone on pause."""

import pulumi

from infra.adopt import Found
from infra.cluster.address import Address
from infra.cluster.alarms import Alarms
from infra.cluster.control_plane import ControlPlane
from infra.cluster.cost_guard import CostGuard
from infra.cluster.dashboard import Dashboard
from infra.cluster.entrance import Entrance
from infra.cluster.job_queue import Queue
from infra.cluster.managed_airflow import ManagedAirflow
from infra.cluster.network import Network
from infra.cluster.nodes import Nodes
from infra.cluster.off_hours import OffHours
from infra.cluster.rds import Rds
from infra.cluster.shield import Shield
from infra.durable.room import Durable
from infra.stack import Stack


class Cluster:
    """Network, control plane, nodes and load balancer, in the order they need each other."""

    def __init__(
        self,
        stack: Stack,
        found: Found,
        durable: Durable,
        *,
        aws: pulumi.ProviderResource,
        opts: pulumi.ResourceOptions,
    ) -> None:
        self.network = Network("network", stack, opts=opts)
        self.control = ControlPlane(
            "control-plane",
            stack,
            self.network,
            aws=aws,
            log_group=durable.messages.control_plane.name,
            key=durable.key.arn if durable.key else None,
            opts=opts,
        )
        self.nodes = Nodes("nodes", stack, self.network, self.control, opts=opts)
        self.database = (
            Rds(
                "database",
                stack,
                self.network,
                stack.names(found.account),
                found.database,
                callers={"nodes": self.control.security_group_id},
                key=durable.key.arn if durable.key else None,
                opts=opts,
            )
            if stack.database == "rds"
            else None
        )
        if stack.work_hours:
            OffHours("off-hours", stack, self.nodes, opts=opts)
        if durable.stop is not None:
            CostGuard(
                "cost-guard", stack, self.nodes, topic=durable.stop.arn, alerts=durable.alerts.arn, opts=opts
            )
        self.entrance = Entrance(
            "entrance",
            stack,
            self.network,
            self.control,
            self.nodes,
            certificate=durable.certificate.arn,
            logs=durable.logs.written,
            opts=opts,
        )
        if stack.domain and stack.hosted_zone:
            Address("address", stack, self.entrance, opts=opts)
        if stack.waf:
            Shield("shield", stack, balancer=self.entrance.balancer.arn, opts=opts)
        # One pod with a queue inside needs none of AWS.
        self.queue = Queue("work", stack, opts=opts) if stack.search == "opensearch" else None
        if stack.airflow == "mwaa":
            ManagedAirflow("airflow", stack, self.network, bucket=durable.models, opts=opts)
        if stack.alarms:
            Alarms("alarms", stack, self.entrance, self.queue, topic=durable.alerts.arn, opts=opts)
            Dashboard("dashboard", stack, self.entrance, self.queue, opts=opts)
