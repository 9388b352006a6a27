"""The dashboard: what the alarms watch, seen over time, in one page of CloudWatch. As code, so that each stack has the same."""

from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi_aws import cloudwatch

from infra.cluster.alarms import (
    CARD,
    DISK,
    Metric,
    balancer_metric,
    chat_metric,
    chats,
    machine_metric,
    queue_metric,
)
from infra.cluster.chat_machines import boot
from infra.cluster.entrance import Entrance
from infra.cluster.job_queue import Queue
from infra.stack import Stack

# CloudWatch's page is 24 columns wide.
COLUMNS, WIDTH, HEIGHT = 24, 8, 6

Widget = tuple[str, Sequence[tuple[str, Metric]]]


class Dashboard(pulumi.ComponentResource):
    """One page named after the stack."""

    def __init__(
        self,
        name: str,
        stack: Stack,
        entrance: Entrance,
        queue: Queue | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:cluster:Dashboard", name, None, opts)
        page = widgets(stack, entrance, queue)
        cloudwatch.Dashboard(
            stack.prefix,
            dashboard_name=stack.prefix,
            dashboard_body=pulumi.Output.json_dumps(body(page, region=stack.region)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def widgets(stack: Stack, entrance: Entrance, queue: Queue | None) -> list[Widget]:
    """Title and series of each graph; only of what this stack's parts emit."""

    def balancer(name: str, **more: Any) -> Metric:
        return balancer_metric(entrance, name, **more)

    apps = [door.app for door in entrance.doors]
    found: list[Widget] = [
        ("Requests", [("requests", balancer("RequestCount"))]),
        (
            "Failed answers",
            [
                ("by the apps", balancer("HTTPCode_Target_5XX_Count")),
                ("by the load balancer", balancer("HTTPCode_ELB_5XX_Count")),
                ("refused as wrong", balancer("HTTPCode_Target_4XX_Count")),
            ],
        ),
        (
            "Seconds until an answer begins",
            [(stat, balancer("TargetResponseTime", stat=stat)) for stat in ("p50", "p95", "p99")],
        ),
        (
            "Machines that answer",
            [(app, balancer("HealthyHostCount", app=app, stat="Minimum")) for app in apps],
        ),
        (
            "Machines that do not",
            [(app, balancer("UnHealthyHostCount", app=app, stat="Maximum")) for app in apps],
        ),
    ]
    if queue is not None:
        waiting, dead = "ApproximateNumberOfMessagesVisible", queue.dead_name
        found += [
            (
                "Seconds the oldest job waits",
                [("oldest", queue_metric(queue.name, "ApproximateAgeOfOldestMessage"))],
            ),
            ("Jobs", [("waiting", queue_metric(queue.name, waiting)), ("dead", queue_metric(dead, waiting))]),
        ]
    if stack.machine_metrics:
        found.append(("Fullest disk, %", [("disk", machine_metric(stack, DISK))]))
    if stack.machine_metrics and stack.gpu != "none":
        found.append(("Busiest card, %", [("card", machine_metric(stack, CARD))]))
    if chats(entrance):
        found += [
            ("Fullest disk of a chat machine, %", [("disk", chat_metric(stack, boot.DISK, stat="Maximum"))]),
            ("Cards of the chat machines, %", [("busy", chat_metric(stack, boot.CARD, stat="Average"))]),
            (
                "Least free memory of such a card, MiB",
                [("free", chat_metric(stack, boot.CARD_FREE, stat="Minimum"))],
            ),
        ]
    # Where no door is open yet there are graphs without a series, which CloudWatch refuses.
    return [(title, series) for title, series in found if series]


def body(page: Sequence[Widget], *, region: str) -> dict[str, Any]:
    """CloudWatch's own structure: docs "Dashboard body structure and syntax"."""
    return {
        "widgets": [
            {
                "type": "metric",
                "x": number * WIDTH % COLUMNS,
                "y": number * WIDTH // COLUMNS * HEIGHT,
                "width": WIDTH,
                "height": HEIGHT,
                "properties": {
                    "title": title,
                    "region": region,
                    "view": "timeSeries",
                    "stacked": False,
                    "yAxis": {"left": {"min": 0}},
                    "metrics": [_line(label, metric) for label, metric in series],
                },
            }
            for number, (title, series) in enumerate(page)
        ]
    }


def _line(label: str, metric: Metric) -> list[Any]:
    dimensions = [part for pair in metric.dimensions.items() for part in pair]
    shown = {"label": label, "stat": metric.stat, "period": metric.period_s}
    return [metric.namespace, metric.name, *dimensions, shown]
