"""What IAM refuses about roles that jobs of a platform take, and about what limits other roles."""

import json
from typing import Any

from .cloud import Refused
from .wire import has_unknowns

Objects = dict[str, dict[str, Any]]

ROLE, POLICY = "aws:iam/role:Role", "aws:iam/policy:Policy"
# By what their ARN begins with, behind the account: kept in moto, which knows whether they are there.
KEPT = ("user/", "policy/", "oidc-provider/")
# Issuers that many customers share: a trust in one must say whose jobs are meant.
# Source: IAM User Guide, "Identity-provider controls for shared OIDC providers".
SHARED = ("gitlab.com", "token.actions.githubusercontent.com")


def objections(token: str, inputs: dict[str, Any]) -> list[tuple[str, str]]:
    """(property, reason) for a trust that would let in the jobs of everybody."""
    trust = inputs.get("assumeRolePolicy")
    if token != ROLE or not isinstance(trust, str) or has_unknowns(trust):
        return []
    try:
        statements = json.loads(trust).get("Statement", [])
    except json.JSONDecodeError:
        return []  # said elsewhere
    return [
        ("assumeRolePolicy", f"MalformedPolicyDocument: a trust in {host} without a condition on {host}:sub")
        for statement in statements
        for host in SHARED
        if _trusts(statement, host) and not _says_whose(statement, host)
    ]


def _trusts(statement: dict[str, Any], host: str) -> bool:
    principal = statement.get("Principal")
    federated = principal.get("Federated", "") if isinstance(principal, dict) else ""
    return isinstance(federated, str) and federated.endswith(f":oidc-provider/{host}")


def _says_whose(statement: dict[str, Any], host: str) -> bool:
    wanted = [values.get(f"{host}:sub") for values in statement.get("Condition", {}).values()]
    return any(value and value != "*" for value in wanted)


def refuse_deletion(id: str, objects: Objects) -> None:
    """Raises: Refused for a policy that is the boundary of a role that is still there."""
    for name, item in objects.items():
        if item["inputs"].get("permissionsBoundary") == id:
            raise Refused(f"DeleteConflict: Cannot delete a policy attached to entities ({name!r}).")
