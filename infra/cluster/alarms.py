"""Alarms on what AWS measures by itself, and on what the machines' agent sends where it runs; all go to the topic of alerts.

What the month costs is not here: the budget tells the same topic itself. Nothing is watched that nobody emits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_aws import cloudwatch

from infra.cluster.chat_machines import boot
from infra.cluster.chat_machines.pool import NAME as CHAT_MACHINES
from infra.cluster.chat_machines.pool import namespace as chat_namespace
from infra.cluster.entrance import Entrance
from infra.cluster.job_queue import Queue
from infra.stack import Stack

MINUTE_S = 60
FIVE_MINUTES_S = 300
# Under these names the machines' agent sends what AWS cannot see from outside: infra/workloads/machine_metrics.py.
DISK, CARD = "disk_used_percent", "nvidia_smi_utilization_gpu"
STACK_DIMENSION = "Stack"


def machine_namespace(stack: Stack) -> str:
    """A namespace of the stack's own, which its agent's role is bound to."""
    return f"{stack.prefix}/machines"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One series: where it is and how its values of one period become one."""

    namespace: str
    name: str
    dimensions: dict[str, pulumi.Input[str]] = field(default_factory=dict)
    stat: str = "Sum"
    period_s: int = FIVE_MINUTES_S


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """When somebody should look. With an `expression` the metrics are its m0, m1 ... in their order."""

    name: str
    says: str
    metrics: Sequence[Metric]
    above: float | None = None
    below: float | None = None
    expression: str | None = None
    periods: int = 3
    of: int = 3


def balancer_metric(entrance: Entrance, name: str, *, app: str | None = None, **more: Any) -> Metric:
    dimensions: dict[str, pulumi.Input[str]] = {"LoadBalancer": entrance.balancer.arn_suffix}
    if app is not None:
        dimensions["TargetGroup"] = entrance.targets[app].arn_suffix
    return Metric(namespace="AWS/ApplicationELB", name=name, dimensions=dimensions, **more)


def queue_metric(name: pulumi.Input[str], metric: str) -> Metric:
    return Metric(namespace="AWS/SQS", name=metric, dimensions={"QueueName": name}, stat="Maximum")


def machine_metric(stack: Stack, name: str) -> Metric:
    dimensions: dict[str, pulumi.Input[str]] = {STACK_DIMENSION: stack.prefix}
    return Metric(namespace=machine_namespace(stack), name=name, dimensions=dimensions, stat="Maximum")


def chat_metric(stack: Stack, name: str, *, stat: str) -> Metric:
    """Of all chat machines together: each sends under the name of their group."""
    dimensions: dict[str, pulumi.Input[str]] = {boot.DIMENSION: f"{stack.prefix}-{CHAT_MACHINES}"}
    return Metric(namespace=chat_namespace(stack), name=name, dimensions=dimensions, stat=stat)


def chats(entrance: Entrance) -> bool:
    """Whether there are chat machines: they are left out while the account lacks what they wait for."""
    return any(door.behind == "chat-machines" for door in entrance.doors)


def alarms(stack: Stack, entrance: Entrance, queue: Queue | None) -> list[Alarm]:
    """Those that this stack's parts can raise."""
    found = [*_of_answers(entrance), *_of_targets(entrance)]
    if queue is not None:
        found += _of_the_queue(queue)
    if stack.machine_metrics:
        found += _of_machines(stack)
    if chats(entrance):
        found += _of_chat_machines(stack)
    return found


def _of_answers(entrance: Entrance) -> list[Alarm]:
    return [
        Alarm(
            name="errors",
            says="More than one answer in twenty failed for a quarter of an hour.",
            metrics=[
                balancer_metric(entrance, "RequestCount"),
                balancer_metric(entrance, "HTTPCode_Target_5XX_Count"),
                balancer_metric(entrance, "HTTPCode_ELB_5XX_Count"),
            ],
            # In a quiet five minutes one failure of two would be a half: below twenty requests nobody is woken.
            expression="IF(FILL(m0, 0) < 20, 0, 100 * (FILL(m1, 0) + FILL(m2, 0)) / m0)",
            above=5,
        ),
        Alarm(
            name="slow",
            says="One answer in twenty took more than ten seconds to begin, for a quarter of an hour.",
            metrics=[balancer_metric(entrance, "TargetResponseTime", stat="p95")],
            above=10,
        ),
    ]


def _of_targets(entrance: Entrance) -> list[Alarm]:
    return [
        Alarm(
            name=f"unhealthy-{door.app}",
            says=f"A machine has not answered for {door.app} for ten minutes: what should answer is not there, or does not live.",
            metrics=[
                balancer_metric(
                    entrance, "UnHealthyHostCount", app=door.app, stat="Maximum", period_s=MINUTE_S
                )
            ],
            above=0,
            periods=10,
            of=10,
        )
        for door in entrance.doors
    ]


def _of_the_queue(queue: Queue) -> list[Alarm]:
    return [
        Alarm(
            name="queue-age",
            says="A document has waited a quarter of an hour to be read in: no worker takes it, or too few.",
            metrics=[queue_metric(queue.name, "ApproximateAgeOfOldestMessage")],
            above=900,
            periods=2,
            of=2,
        ),
        Alarm(
            name="dead-letters",
            says="A job was given up after all its tries and lies in the dead-letter queue.",
            metrics=[queue_metric(queue.dead_name, "ApproximateNumberOfMessagesVisible")],
            above=0,
            periods=1,
            of=1,
        ),
    ]


def _of_machines(stack: Stack) -> list[Alarm]:
    found = [
        Alarm(
            name="disk",
            says="The disk of a machine is more than 85 % full. At 90 the kubelet begins to throw pods out.",
            metrics=[machine_metric(stack, DISK)],
            above=85,
        )
    ]
    if stack.gpu != "none":
        found.append(
            Alarm(
                name="gpu-idle",
                says="Cards run and none of them has worked for an hour: dollars an hour for nothing.",
                metrics=[machine_metric(stack, CARD)],
                below=1,
                periods=12,
                of=12,
            )
        )
    return found


def _of_chat_machines(stack: Stack) -> list[Alarm]:
    return [
        Alarm(
            name="chat-disk",
            says="The disk of a chat machine is more than 85 % full. When it is, neither a model nor an image finds room.",
            metrics=[chat_metric(stack, boot.DISK, stat="Maximum")],
            above=85,
        ),
        Alarm(
            name="chat-card-busy",
            says="The cards of the chat machines have hardly rested for half an hour: people wait for their answers.",
            metrics=[chat_metric(stack, boot.CARD, stat="Average")],
            above=90,
            periods=6,
            of=6,
        ),
        Alarm(
            name="chat-card-memory",
            says="A card of the chat machines has less than 512 MiB free: the next model is computed without it, and slowly.",
            metrics=[chat_metric(stack, boot.CARD_FREE, stat="Minimum")],
            below=512,
        ),
    ]


class Alarms(pulumi.ComponentResource):
    """The alarms of the list. Their names are fixed: what a killed run left is taken over, not doubled."""

    def __init__(
        self,
        name: str,
        stack: Stack,
        entrance: Entrance,
        queue: Queue | None,
        *,
        topic: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:cluster:Alarms", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.listed = alarms(stack, entrance, queue)
        for alarm in self.listed:
            cloudwatch.MetricAlarm(
                alarm.name,
                name=f"{stack.prefix}-{alarm.name}",
                alarm_description=alarm.says,
                **judged(alarm),
                # Off at night and while nobody asks there is nothing to measure, and nothing wrong.
                treat_missing_data="notBreaching",
                alarm_actions=[topic],
                ok_actions=[topic],
                tags=stack.tags.rented(),
                opts=child,
            )
        self.register_outputs({})


def judged(alarm: Alarm) -> dict[str, Any]:
    """The threshold and what is held against it, in the provider's words."""
    over = alarm.above is not None
    common = {
        "comparison_operator": "GreaterThanThreshold" if over else "LessThanThreshold",
        "threshold": alarm.above if over else alarm.below,
        "evaluation_periods": alarm.of,
        "datapoints_to_alarm": alarm.periods,
    }
    if alarm.expression is None:
        (metric,) = alarm.metrics
        stat = {"extended_statistic" if metric.stat.startswith("p") else "statistic": metric.stat}
        return common | _series(metric) | stat
    asked = [
        {
            "id": f"m{number}",
            "metric": {**_series(metric), "stat": metric.stat},
            "return_data": False,
        }
        for number, metric in enumerate(alarm.metrics)
    ]
    told = {"id": "told", "expression": alarm.expression, "label": alarm.name, "return_data": True}
    return common | {"metric_queries": [*asked, told]}


def _series(metric: Metric) -> dict[str, Any]:
    return {
        "namespace": metric.namespace,
        "metric_name": metric.name,
        "dimensions": metric.dimensions,
        "period": metric.period_s,
    }
