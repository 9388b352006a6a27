"""The workloads room: what runs in the cluster, each thing in a file of its own."""

import pulumi

from infra.adopt import Found
from infra.cluster.room import Cluster
from infra.durable.room import Durable
from infra.stack import Stack
from infra.workloads.airflow import airflow
from infra.workloads.autoscaler import Autoscaler
from infra.workloads.chat import language_model
from infra.workloads.coldmail import coldmail
from infra.workloads.console import console
from infra.workloads.device_plugin import DevicePlugin
from infra.workloads.devops import devops
from infra.workloads.log_shipper import log_shipper
from infra.workloads.machine_metrics import machine_metrics
from infra.workloads.mlflow import mlflow
from infra.workloads.monitoring import Monitoring
from infra.workloads.namespaces import COLDMAIL, DEVOPS, Namespaces, spaces
from infra.workloads.open_webui import open_webui
from infra.workloads.postgres_choice import database
from infra.workloads.rag import rag
from infra.workloads.rendering import rendering


class Workloads:
    """Namespaces first, then everything in them."""

    def __init__(
        self,
        stack: Stack,
        found: Found,
        durable: Durable,
        cluster: Cluster,
        *,
        opts: pulumi.ResourceOptions,
    ) -> None:
        self.spaces = Namespaces("namespaces", stack, cluster, wanted=spaces(stack), opts=opts)
        if stack.autoscaler:
            Autoscaler(stack, cluster, self.spaces, opts=opts)
        if stack.gpu != "none":
            DevicePlugin(stack, cluster, self.spaces, opts=opts)
        if stack.ship_logs:
            log_shipper(stack, durable, cluster, self.spaces, opts=opts)
        if stack.machine_metrics:
            machine_metrics(stack, cluster, self.spaces, opts=opts)
        if stack.monitoring == "cluster":
            Monitoring(stack, found, durable, cluster, self.spaces, opts=opts)
        self.database = database(stack, found, durable, cluster, self.spaces, opts=opts)
        self.airflow = airflow(stack, found, durable, cluster, self.spaces, self.database, opts=opts)
        self.mlflow = mlflow(stack, found, durable, cluster, self.spaces, self.database, opts=opts)
        language_model(stack, found, durable, cluster, self.spaces, opts=opts)
        self.rag = rag(stack, found, durable, cluster, self.spaces, opts=opts)
        self.rendering = rendering(stack, found, cluster, self.spaces, opts=opts)
        self.coldmail = coldmail(stack, found, durable, cluster, self.spaces, self.rendering, opts=opts)
        self.devops = devops(stack, found, durable, cluster, self.spaces, opts=opts)
        self.open_webui = open_webui(
            stack, found, durable, cluster, self.spaces, self.rag, self.database, opts=opts
        )
        beside = {COLDMAIL: self.coldmail, DEVOPS: self.devops}
        self.console = console(
            stack, found, durable, cluster, self.spaces, self.rag, beside=beside, opts=opts
        )
