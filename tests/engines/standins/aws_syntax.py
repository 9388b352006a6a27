"""What AWS refuses without looking at anything else: names, tags and documents that it does not accept. Known at preview."""

import json
import re
from typing import Any

from . import aws_entrance, aws_identities, aws_rds, aws_scaling, aws_watch, aws_workflows
from .wire import UNKNOWN, has_unknowns

_NAMES = {
    ("aws:iam/role:Role", "name"): r"[\w+=,.@-]{1,64}",
    ("aws:iam/policy:Policy", "name"): r"[\w+=,.@-]{1,128}",
    ("aws:iam/instanceProfile:InstanceProfile", "name"): r"[\w+=,.@-]{1,128}",
    ("aws:eks/cluster:Cluster", "name"): r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}",
    ("aws:eks/nodeGroup:NodeGroup", "nodeGroupName"): r"[0-9A-Za-z][A-Za-z0-9_-]{0,62}",
    (
        "aws:lb/loadBalancer:LoadBalancer",
        "name",
    ): r"(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?",
    ("aws:lb/targetGroup:TargetGroup", "name"): r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?",
    ("aws:s3/bucket:Bucket", "bucket"): r"(?!xn--)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    ("aws:dynamodb/table:Table", "name"): r"[A-Za-z0-9_.-]{3,255}",
    (
        "aws:ecr/repository:Repository",
        "name",
    ): r"(?=.{2,256}$)[a-z0-9]+(?:[._-][a-z0-9]+)*(?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)*",
    ("aws:secretsmanager/secret:Secret", "name"): r"[A-Za-z0-9/_+=.@-]{1,512}",
    ("aws:budgets/budget:Budget", "name"): r"[^:\\]{1,100}",
    ("aws:ec2/securityGroup:SecurityGroup", "name"): r"(?!sg-)[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]{1,255}",
    ("aws:ec2/securityGroup:SecurityGroup", "description"): r"[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]{1,255}",
    ("aws:cloudwatch/logGroup:LogGroup", "name"): r"[A-Za-z0-9_/.#-]{1,512}",
}
_DOCUMENTS = ("policy", "assumeRolePolicy", "inlinePolicy")


def objections(token: str, inputs: dict[str, Any]) -> list[tuple[str, str]]:
    """(property, reason) for everything that AWS would refuse without looking at anything else."""
    found = aws_entrance.objections(token, inputs) + aws_watch.objections(token, inputs)
    found += aws_workflows.objections(token, inputs)
    found += aws_rds.objections(token, inputs)
    found += aws_scaling.objections(token, inputs)
    found += aws_identities.objections(token, inputs)
    for (of, name), pattern in _NAMES.items():
        value = inputs.get(name)
        if (
            of == token
            and isinstance(value, str)
            and UNKNOWN not in value
            and not re.fullmatch(pattern, value)
        ):
            found.append((name, f"{value!r} does not match {pattern}"))
    for key, value in tags_of(inputs).items():
        found += _tag_objections(key, value)
    if len(inputs.get("tags") or {}) > 50:
        found.append(("tags", f"{len(inputs['tags'])} tags, at most 50 are allowed"))
    for name in _DOCUMENTS:
        if (
            isinstance(inputs.get(name), str)
            and token.startswith(("aws:iam/", "aws:s3/bucketPolicy"))
            and not has_unknowns(inputs[name])
        ):
            found += [
                (name, reason)
                for reason in _document_objections(inputs[name], trust=name == "assumeRolePolicy")
            ]
    return found


def tags_of(inputs: dict[str, Any]) -> dict[str, Any]:
    """Scaling groups have a list of pairs, everything else names with values."""
    tags = inputs.get("tags") or {}
    return {tag["key"]: tag["value"] for tag in tags} if isinstance(tags, list) else tags


def _tag_objections(key: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, str) and UNKNOWN in value:
        return []
    allowed = r"[\w\s.:/=+@-]*"
    found = []
    if key.lower().startswith("aws:") or not 1 <= len(key) <= 128 or not re.fullmatch(allowed, key):
        found.append((f"tags.{key}", f"{key!r} is not a tag key that AWS accepts"))
    if not isinstance(value, str) or len(value) > 256 or not re.fullmatch(allowed, value):
        found.append((f"tags.{key}", f"{value!r} is not a tag value that AWS accepts"))
    return found


def _document_objections(text: str, *, trust: bool) -> list[str]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        return [f"MalformedPolicyDocument: not JSON: {error}"]
    if document.get("Version") != "2012-10-17":
        return [f"MalformedPolicyDocument: Version is {document.get('Version')!r}"]
    statements = document.get("Statement", [])
    found = [] if statements else ["MalformedPolicyDocument: no Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        unknown = statement.keys() - {
            *(
                "Sid",
                "Effect",
                "Action",
                "NotAction",
                "Resource",
                "NotResource",
                "Principal",
                "NotPrincipal",
                "Condition",
            )
        }
        if unknown:
            found.append(f"MalformedPolicyDocument: unknown elements {sorted(unknown)}")
        if statement.get("Effect") not in ("Allow", "Deny"):
            found.append(f"MalformedPolicyDocument: Effect is {statement.get('Effect')!r}")
        if not ("Action" in statement or "NotAction" in statement):
            found.append("MalformedPolicyDocument: a statement without Action")
        if trust and "Resource" in statement:
            found.append("MalformedPolicyDocument: a trust policy has no Resource")
        if trust and "Principal" not in statement:
            found.append("MalformedPolicyDocument: a trust policy without Principal")
    return found
