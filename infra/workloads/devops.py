"""The DevOps assistant: takes logs and webhooks, fetches logs from the platforms it has tokens for."""

import pulumi

from infra.adopt import Found
from infra.cluster.room import Cluster
from infra.durable.room import Durable
from infra.stack import Stack
from infra.workloads.namespaces import DEVOPS, Namespaces
from infra.workloads.service import AppService
from infra.workloads.web_app import web_app


def devops(
    stack: Stack,
    found: Found,
    durable: Durable,
    cluster: Cluster,
    spaces: Namespaces,
    *,
    opts: pulumi.ResourceOptions,
) -> AppService | None:
    return web_app(DEVOPS, stack, found, durable, cluster, spaces, opts=opts)
