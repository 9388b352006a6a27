"""What an IAM policy, or one statement of it, may hold: named actions on named resources."""

import re
from typing import Any

_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z]+")
# Resources that AWS offers no narrower form for, by action. Source: the service authorization reference.
UNSCOPED = frozenset(
    (
        "ecr:GetAuthorizationToken", "s3:ListAllMyBuckets", "sts:GetCallerIdentity", "ec2:DescribeInstances",
        "ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:DescribeImages",
        "ec2:DescribeAvailabilityZones", "ec2:DescribeRegions", "logs:DescribeLogGroups", "sns:ListTopics",
        "cloudwatch:PutMetricData", "ec2:DescribeNetworkInterfaces", "ec2:DescribeVolumes",
    )
)  # fmt: skip
_KEYS = frozenset(("Sid", "Effect", "Principal", "Action", "Resource", "Condition"))


def check_policy(data: Any) -> list[str]:
    """Faults of a policy document or a statement; empty when it is sound."""
    statements = data.get("Statement", [data]) if isinstance(data, dict) else []
    statements = statements if isinstance(statements, list) else [statements]
    if not statements:
        return ["there is no statement"]
    return [fault for statement in statements for fault in _statement(statement)]


def _statement(statement: Any) -> list[str]:
    if not isinstance(statement, dict):
        return ["a statement is a map"]
    faults = [f"a statement has no {key!r}" for key in statement if key not in _KEYS]
    if statement.get("Effect") not in ("Allow", "Deny"):
        faults.append("Effect is Allow or Deny")
    actions, resources = _listed(statement.get("Action")), _listed(statement.get("Resource"))
    if not actions:
        faults.append("there is no Action")
    faults += [f"{action!r} is no single action" for action in actions if not _ACTION.fullmatch(action)]
    if not resources:
        faults.append("there is no Resource")
    for resource in resources:
        if resource == "*" and not set(actions) <= UNSCOPED:
            faults.append("the resource is everything")
        elif resource != "*" and (
            not resource.startswith("arn:") or resource.count(":") < 5 or resource.endswith(":::*")
        ):
            faults.append(f"{resource!r} is no ARN of something in particular")
    return faults


def _listed(value: Any) -> list[str]:
    return (
        [value]
        if isinstance(value, str)
        else [item for item in value if isinstance(item, str)]
        if isinstance(value, list)
        else []
    )
