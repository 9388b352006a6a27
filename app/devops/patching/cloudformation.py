"""The least statement, in a template: into a policy of the role that was refused, or a new policy of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.devops.checking.cloudformation.access import statements
from app.devops.checking.cloudformation.functions import call_of, references
from app.devops.checking.nodes import Node
from app.devops.patching import iam
from app.devops.patching.surgery import Edit, Function, insert_item, put
from app.devops.patching.target import Path, Target

_SEPARATE = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy")
_POLICY_NAME = "least-access"
# In an ARN -> the kind of resource, and the property with its name.
_HOLDERS = {
    "assumed-role": ("AWS::IAM::Role", "RoleName"),
    "role": ("AWS::IAM::Role", "RoleName"),
    "user": ("AWS::IAM::User", "UserName"),
}
_ARN = re.compile(r"arn:[\w-]+:s3:::(?P<bucket>[^/]+)(?P<rest>/.*)?")


def grant(target: Target) -> list[Edit]:
    """Nothing where the log does not say what was refused, the template has no such role, or the role may do it already."""
    document = iam.statement(target.log, target.fields)
    resources = target.root.get("Resources")
    # In a template that is JSON an edit in YAML's own words would not be JSON any more.
    if document is None or resources is None or target.root.flow:
        return []
    found = _holder(target, resources)
    if found is None:
        return []
    name, role = found
    wanted = [_in_words_of(resources, made) for made in _listed(document["Statement"])]
    places = list(_places(resources, name, role))
    wanted = [made for made in wanted if not any(_has(place, made) for _, place in places)]
    if not wanted:
        return []
    for path, place in places:
        held = place.get("Statement")
        if held is not None and held.kind == "list" and held.items and call_of(held) is None:
            taken = {statement.text("Sid") for statement in held.items}
            path = (*path, "Statement")
            return [
                insert_item(target.text, held, len(held.items), _named(made, taken), path) for made in wanted
            ]
    return _new_policy(target, name, role, wanted)


def _holder(target: Target, resources: Node) -> tuple[str, Node] | None:
    """The role or user, or the serverless function with a role of its own, by the name in the log.

    Where that does not tell, the only one that may have this name; None rather than a wrong one.
    """
    arn = iam.principal(target.log, target.fields)
    form, _, rest = arn.rpartition(":")[2].partition("/")
    kind, property_ = _HOLDERS.get(form, _HOLDERS["role"])
    refused = rest.partition("/")[0] if form == "assumed-role" else rest.rpartition("/")[2]
    holders = {
        key.value: node
        for key, node in resources.pairs
        if node.text("Type") == kind or (kind == "AWS::IAM::Role" and _has_own_role(node))
    }
    possible = {
        key: node for key, node in holders.items() if _may_be(node.get("Properties", property_), refused)
    }
    named = [
        key for key, node in possible.items() if refused and node.text("Properties", property_) == refused
    ]
    # Without a name of its own it is called stack-LogicalId-RANDOM; people name theirs after it too.
    alike = [key for key in possible if refused and _plain(key) in _plain(refused)]
    for found in (named, alike, list(possible)):
        if len(found) == 1:
            return found[0], possible[found[0]]
    return None


def _has_own_role(node: Node) -> bool:
    return node.text("Type") == "AWS::Serverless::Function" and node.get("Properties", "Role") is None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _may_be(name: Node | None, refused: str) -> bool:
    """Whether a resource with this name, or a name that is made later, may be the one that is called so."""
    if name is None or not refused or name.kind != "scalar" or (name.function and name.function != "Sub"):
        return True
    parts = re.split(r"\$\{[^}]*\}", name.value) if name.function else [name.value]
    return bool(re.fullmatch(".+".join(map(re.escape, parts)), refused))


def _places(resources: Node, name: str, role: Node) -> Iterator[tuple[Path, Node]]:
    """The role's policy documents: its own first, then those that name it."""
    for position, policy in enumerate(role.listed("Properties", "Policies")):
        base = ("Resources", name, "Properties", "Policies", str(position))
        document = policy.get("PolicyDocument")
        if document is not None:
            yield (*base, "PolicyDocument"), document
        elif policy.kind == "map" and policy.get("Statement") is not None:
            yield base, policy
    for key, node in resources.pairs:
        document = node.get("Properties", "PolicyDocument")
        if node.text("Type") in _SEPARATE and document is not None and _is_of(node, name, role):
            yield ("Resources", key.value, "Properties", "PolicyDocument"), document


def _is_of(policy: Node, name: str, role: Node) -> bool:
    owners = [
        *policy.listed("Properties", "Roles"),
        *policy.listed("Properties", "Users"),
        policy.get("Properties", "RoleName"),
    ]
    own = role.text("Properties", "RoleName") or role.text("Properties", "UserName")
    for owner in owners:
        call = call_of(owner) if owner is not None else None
        if call is not None and any(named.name == name for named in references(call)):
            return True
        if owner is not None and call is None and own and owner.value == own:
            return True
    return False


def _in_words_of(resources: Node, made: Mapping[str, Any]) -> dict[str, Any]:
    """The statement with a bucket that stands in the template called by its resource."""
    return {**made, "Resource": [_resource(resources, arn) for arn in made["Resource"]]}


def _resource(resources: Node, arn: str) -> str:
    match = _ARN.fullmatch(arn)
    if match is None:
        return arn
    for key, node in resources.pairs:
        if node.text("Type") == "AWS::S3::Bucket" and _is_bucket(key.value, node, match["bucket"]):
            rest = match["rest"]
            return (
                Function("Sub", f"${{{key.value}.Arn}}{rest}")
                if rest
                else Function("GetAtt", f"{key.value}.Arn")
            )
    return arn


def _is_bucket(logical: str, node: Node, bucket: str) -> bool:
    name = node.get("Properties", "BucketName")
    if name is None:
        return logical.lower() in bucket.split("-")[1:]  # stack-logicalid-random
    if name.function == "Sub":
        # A name that is nothing but variables may become any.
        return any(re.split(r"\$\{[^}]*\}", name.value)) and _may_be(name, bucket)
    return name.value == bucket and not name.function


def _has(document: Node, made: Mapping[str, Any]) -> bool:
    """Whether a statement there allows the same on the same already."""
    for statement in statements(document):
        if statement.kind != "map" or statement.text("Effect") != "Allow":
            continue
        actions, places = _texts(statement.get("Action")), _texts(statement.get("Resource"))
        if set(made["Action"]) <= actions and {str(place) for place in made["Resource"]} <= places:
            return True
    return False


def _texts(node: Node | None) -> set[str]:
    if node is None:
        return set()
    found = node.items if node.kind == "list" and not node.function else [node]
    return {item.value for item in found if item.kind == "scalar"}


def _named(made: Mapping[str, Any], taken: set[str]) -> dict[str, Any]:
    """Sids of a document are unique."""
    sid, number = str(made["Sid"]), 2
    while sid in taken:
        sid, number = f"{made['Sid']}{number}", number + 1
    taken.add(sid)
    return {**made, "Sid": sid}


def _new_policy(target: Target, name: str, role: Node, wanted: Sequence[Mapping[str, Any]]) -> list[Edit]:
    document = {"Version": "2012-10-17", "Statement": [dict(made) for made in wanted]}
    policy: dict[str, Any] = {"PolicyName": _POLICY_NAME, "PolicyDocument": document}
    if role.text("Type") == "AWS::Serverless::Function":
        policy = document
    properties, path = role.get("Properties"), ("Resources", name, "Properties")
    if properties is None or properties.kind != "map":
        return []
    policies = properties.get("Policies")
    if policies is None:
        return [put(target.text, properties, "Policies", [policy], path)]
    if policies.kind != "list" or call_of(policies) is not None:
        return []
    return [insert_item(target.text, policies, len(policies.items), policy, (*path, "Policies"))]


def _listed(statements: object) -> list[Mapping[str, Any]]:
    return [made for made in statements if isinstance(made, Mapping)] if isinstance(statements, list) else []
