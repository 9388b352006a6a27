"""The cold e-mail writer: reads career pages from the public web and nothing from inside."""

import pulumi

from infra.adopt import Found
from infra.cluster.room import Cluster
from infra.durable.room import Durable
from infra.stack import Stack
from infra.workloads.namespaces import COLDMAIL, Namespaces
from infra.workloads.rendering import Rendering
from infra.workloads.service import AppService
from infra.workloads.web_app import web_app


def coldmail(
    stack: Stack,
    found: Found,
    durable: Durable,
    cluster: Cluster,
    spaces: Namespaces,
    rendering: Rendering | None,
    *,
    opts: pulumi.ResourceOptions,
) -> AppService | None:
    """rendering: the browser for pages that scripts draw; without it such a page gives advice instead of jobs."""
    return web_app(
        COLDMAIL,
        stack,
        found,
        durable,
        cluster,
        spaces,
        environment={"GENAI_RENDER_URL": rendering.server.url} if rendering else {},
        reaches=(rendering.server,) if rendering else (),
        opts=opts,
    )
