"""Decides as IAM does whether statements allow a call: a deny wins, an allow is needed, every condition must hold."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

Statement = Mapping[str, Any]


def allowed(
    statements: Iterable[Statement], action: str, resource: str, context: Mapping[str, str] | None = None
) -> bool:
    """`context`: condition key -> value of the call. A key that it lacks fails every condition but Null and the negated ones."""
    fitting = [one for one in statements if _fits(one, action, resource, context or {})]
    return any(one["Effect"] == "Allow" for one in fitting) and not any(
        one["Effect"] == "Deny" for one in fitting
    )


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _fits(statement: Statement, action: str, resource: str, context: Mapping[str, str]) -> bool:
    return (
        action in as_list(statement["Action"])
        and any(fnmatchcase(resource, pattern) for pattern in as_list(statement.get("Resource", [])))
        and all(
            _holds(operator, key, as_list(wanted), context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _holds(operator: str, key: str, wanted: list[str], context: Mapping[str, str]) -> bool:
    given = context.get(key)
    if operator == "Null":
        return (given is None) == (wanted == ["true"])
    if operator == "ArnNotEquals":
        return given not in wanted
    if operator in ("StringEquals", "ArnEquals", "Bool", "ForAnyValue:StringEquals"):
        return given in wanted
    raise AssertionError(f"{operator} is not known here")
