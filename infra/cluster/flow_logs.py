"""Flow logs: who spoke with whom in the network, accepted and refused, in CloudWatch for as long as the stack says."""

import json
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, ec2, iam

from infra.stack import Stack


def flow_logs(name: str, stack: Stack, net: ec2.Vpc, *, opts: pulumi.ResourceOptions) -> ec2.FlowLog:
    """Declare log group, role and flow log. Rented: they tell of a network that is gone after a pause."""
    title = f"{stack.prefix}-flow-logs"
    group = cloudwatch.LogGroup(
        title, retention_in_days=stack.flow_log_days, tags=stack.tags.rented(), opts=opts
    )
    role = iam.Role(title, assume_role_policy=json.dumps(FLOW_LOG_TRUST), tags=stack.tags.rented(), opts=opts)
    allowed = iam.RolePolicy(
        f"{name}-flow-logs",
        role=role.name,
        policy=pulumi.Output.json_dumps(
            {"Version": "2012-10-17", "Statement": [group.arn.apply(write_flow_logs)]}
        ),
        opts=opts,
    )
    return ec2.FlowLog(
        name,
        vpc_id=net.id,
        traffic_type="ALL",
        log_destination_type="cloud-watch-logs",
        log_destination=group.arn,
        iam_role_arn=role.arn,
        tags=stack.tags.rented(title),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[allowed])),
    )


def write_flow_logs(group: str) -> dict[str, Any]:
    """No CreateLogGroup: lines that are still under way when the group goes would bring it back, without an end to its days."""
    return {
        "Sid": "WriteFlowLogs",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        "Resource": [group, f"{group}:*"],
    }


FLOW_LOG_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
