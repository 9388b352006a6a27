"""The cost guard: when the budget is used up, the pools with graphics cards may have no machine any more.

In the rented room: without pools there is nothing to stop, and its rights name scaling groups of this run. The topic stays.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, iam, lambda_, sns

from infra.stack import Stack

SOURCE = Path(__file__).resolve().parent.parent / "functions" / "stop_gpu.py"
# Set 2026-11-27. The newest that Lambda has boto3 for and that this project is tested with.
RUNTIME = "python3.13"
TIMEOUT_S, MEMORY_MB, LOG_DAYS = 60, 128, 30


class CostGuard(pulumi.ComponentResource):
    """Topic -> function -> scaling groups, by the pool's name; with a log and, when it fails, an alarm to the other topic."""

    def __init__(
        self,
        name: str,
        stack: Stack,
        groups: Mapping[str, pulumi.Output[str]],
        *,
        topic: pulumi.Output[str],
        alerts: pulumi.Output[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:cluster:CostGuard", name, None, opts)
        self.stack, self.child = stack, pulumi.ResourceOptions(parent=self)
        title = f"{stack.prefix}-stop-gpu"
        # Named like the function: Lambda would make it itself, without an end to its days and unknown to any state.
        log = cloudwatch.LogGroup(
            title,
            name=f"/aws/lambda/{title}",
            retention_in_days=LOG_DAYS,
            tags=stack.tags.rented(),
            opts=self.child,
        )
        role, allowed = self._role(title, log, groups)
        function = lambda_.Function(
            title,
            name=title,
            description=f"Stops the pools with cards of {stack.tags.owner} when its budget is used up",
            code=pulumi.AssetArchive({"stop_gpu.py": pulumi.StringAsset(SOURCE.read_text(encoding="utf-8"))}),
            handler="stop_gpu.stop",
            runtime=RUNTIME,
            role=role.arn,
            timeout=TIMEOUT_S,
            memory_size=MEMORY_MB,
            environment={
                "variables": {
                    "POOLS": pulumi.Output.json_dumps(
                        [{"group": pool, "scaling_group": group} for pool, group in sorted(groups.items())]
                    )
                }
            },
            tags=stack.tags.rented(),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed, log]),
        )
        self._hears(name, function, topic)
        self._alarm(title, function, alerts)
        self.register_outputs({"function": function.name})

    def _role(
        self, title: str, log: cloudwatch.LogGroup, groups: Mapping[str, pulumi.Output[str]]
    ) -> tuple[iam.Role, iam.RolePolicy]:
        role = iam.Role(
            title, assume_role_policy=json.dumps(LAMBDA_TRUST), tags=self.stack.tags.rented(), opts=self.child
        )
        statements = pulumi.Output.all(log.arn, *groups.values()).apply(
            lambda found: [write_log(found[0]), empty_pools(found[1:], region=self.stack.region)]
        )
        allowed = iam.RolePolicy(
            "stop-gpu",
            role=role.name,
            policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": statements}),
            opts=self.child,
        )
        return role, allowed

    def _hears(self, name: str, function: lambda_.Function, topic: pulumi.Output[str]) -> None:
        may = lambda_.Permission(
            name,
            action="lambda:InvokeFunction",
            function=function.name,
            principal="sns.amazonaws.com",
            source_arn=topic,
            opts=self.child,
        )
        sns.TopicSubscription(
            name,
            topic=topic,
            protocol="lambda",
            endpoint=function.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[may]),
        )

    def _alarm(self, title: str, function: lambda_.Function, alerts: pulumi.Output[str]) -> None:
        cloudwatch.MetricAlarm(
            "guard-failed",
            # Fixed, as the names of the other alarms are: what a killed run left is taken over, not doubled.
            name=f"{title}-failed",
            alarm_description="The cost guard failed: the pools with cards may go on costing. Stop them by hand.",
            namespace="AWS/Lambda",
            metric_name="Errors",
            dimensions={"FunctionName": function.name},
            statistic="Sum",
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=1,
            period=300,
            evaluation_periods=1,
            # No call is no failure.
            treat_missing_data="notBreaching",
            alarm_actions=[alerts],
            ok_actions=[alerts],
            tags=self.stack.tags.rented(),
            opts=self.child,
        )


def write_log(group: str) -> dict[str, Any]:
    """No CreateLogGroup: lines still under way at a pause would bring it back, without an end to its days."""
    return {
        "Sid": "WriteLog",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"{group}:*",
    }


def empty_pools(groups: Sequence[str], *, region: str) -> dict[str, Any]:
    """The scaling groups of the pools with cards, each by its name, and none besides. The part between is an id AWS makes up."""
    return {
        "Sid": "EmptyPoolsWithCards",
        "Effect": "Allow",
        "Action": ["autoscaling:SuspendProcesses", "autoscaling:UpdateAutoScalingGroup"],
        "Resource": [
            f"arn:aws:autoscaling:{region}:*:autoScalingGroup:*:autoScalingGroupName/{group}"
            for group in groups
        ],
    }


LAMBDA_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
