"""Policy documents inside a template: their form, and rights for everything."""

import re
from collections.abc import Iterator

from app.devops.checking.cloudformation.functions import call_of
from app.devops.checking.findings import Report
from app.devops.checking.nodes import Node
from app.devops.checking.policy import UNSCOPED

_STATEMENT_KEYS = frozenset(
    (
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    )
)
_VERSIONS = ("2012-10-17", "2008-10-17")
# What an action looks like; `*` and `?` may stand in its second part.
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_READS = re.compile(r"[a-z0-9-]+:(?:Describe|List)\w*\*?")
# In these the owner itself is meant by `*`. Source: each service's page on resource policies.
_OWN_RESOURCE = (
    "AWS::KMS::",
    "AWS::SecretsManager::",
    "AWS::ECR::",
    "AWS::EC2::VPCEndpoint",
    "AWS::Backup::",
    "AWS::Logs::",
)


def check_access(name: str, resource: Node, report: Report) -> None:
    """The policy documents of one resource. IAM's say what their owner may do, all others who may come."""
    kind = resource.text("Type")
    properties = resource.get("Properties")
    if properties is None:
        return
    for key, document in documents(properties):
        trust = key == "AssumeRolePolicyDocument"
        identity = kind.startswith(("AWS::IAM::", "AWS::Serverless::")) and not trust
        version = document.get("Version")
        if version is not None and version.is_text and version.value not in _VERSIONS:
            report.error(
                version.line, "policy", f"a policy's Version is {_VERSIONS[0]!r}, the date of its language"
            )
        for statement in statements(document):
            if call_of(statement) is not None:
                continue
            if statement.kind != "map":
                report.error(statement.line, "policy", f"a statement of {name!r} is a map")
                continue
            _form(statement, report, trust=trust, identity=identity)
            if statement.text("Effect") == "Allow":
                _width(statement, report, scoped=not trust and not kind.startswith(_OWN_RESOURCE))
                if not identity:
                    _strangers(statement, report)


def documents(node: Node) -> Iterator[tuple[str, Node]]:
    """Every policy document below, with the key that it stands under."""
    waiting = [("", node)]
    seen: set[int] = set()
    while waiting:
        key, found = waiting.pop(0)
        if id(found) in seen:
            continue
        seen.add(id(found))
        if found.kind == "map" and found.get("Statement") is not None:
            yield key, found
            continue
        waiting += [(key, item) for item in found.items]
        waiting += [(name.value, value) for name, value in found.pairs]


def statements(document: Node) -> list[Node]:
    found = document.get("Statement")
    if found is None:
        return []
    return found.items if found.kind == "list" else [found]


def words_of(statement: Node, key: str) -> list[Node]:
    """The texts under a key that takes one or a list."""
    found = statement.get(key)
    if found is None or found.kind == "map" or (found.kind == "list" and found.function):
        return []
    return [item for item in found.items if item.kind == "scalar"] if found.kind == "list" else [found]


def _form(statement: Node, report: Report, *, trust: bool, identity: bool) -> None:
    line = statement.line
    for key, _ in statement.pairs:
        if key.value not in _STATEMENT_KEYS and not key.value.startswith("Fn::"):
            report.error(key.line, "policy", f"a statement has no {key.value!r}")
    effect = statement.get("Effect")
    if effect is None or (call_of(effect) is None and effect.value not in ("Allow", "Deny")):
        report.error(effect.line if effect else line, "policy", "Effect is Allow or Deny")
    if statement.get("Action") is None and statement.get("NotAction") is None:
        report.error(line, "policy", "a statement needs Action: or NotAction:")
    for action in (*words_of(statement, "Action"), *words_of(statement, "NotAction")):
        literal = action.kind == "scalar" and not action.function
        if literal and action.value != "*" and not _ACTION.fullmatch(action.value):
            report.error(action.line, "policy", f"{action.value!r} is no action; one reads like s3:GetObject")
    resource = statement.get("Resource") or statement.get("NotResource")
    if identity and resource is None:
        report.error(line, "policy", "a statement needs Resource: or NotResource:")
    if trust and resource is not None:
        report.error(resource.line, "policy", "who may assume a role is no matter of a Resource:")
    if identity and statement.get("Principal") is not None:
        report.error(line, "policy", "a policy of a role or user names no Principal:; it is who holds it")
    for place in words_of(statement, "Resource"):
        literal = place.kind == "scalar" and not place.function
        if literal and "*" not in place.value[:1] and not place.value.startswith(("arn:", "${")):
            report.error(place.line, "policy", f"{place.value!r} is no ARN")


def _width(statement: Node, report: Report, *, scoped: bool) -> None:
    actions = [item for item in words_of(statement, "Action") if not item.function]
    everything = [item for item in words_of(statement, "Resource") if item.value == "*"] if scoped else []
    for action in actions:
        if action.value in ("*", "*:*"):
            report.error(
                action.line,
                "wide-action",
                "allows every action of every service; name the ones that are needed",
            )
        elif scoped and action.value.endswith(":*"):
            report.warning(
                action.line, "wide-action", f"{action.value!r} allows all of a service; name the actions"
            )
    if statement.get("NotAction") is not None:
        report.warning(
            statement.line,
            "wide-action",
            "Allow with NotAction allows all but what is named; name the actions",
        )
    narrow = [item for item in actions if item.value not in UNSCOPED and not _READS.fullmatch(item.value)]
    if everything and narrow and statement.get("Condition") is None:
        report.error(
            everything[0].line,
            "wide-resource",
            f"{narrow[0].value!r} on every resource; name the ones that are meant",
        )


def _strangers(statement: Node, report: Report) -> None:
    principal = statement.get("Principal")
    if principal is None or statement.get("Condition") is not None:
        return
    found = [principal, *words_of(principal, "AWS")]
    if any(item.kind == "scalar" and item.value == "*" and not item.function for item in found):
        report.warning(principal.line, "open-to-all", "lets anybody in; name who, or add a Condition")
