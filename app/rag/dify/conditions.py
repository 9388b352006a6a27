"""Dify's metadata conditions as our filters; what they cannot say is refused, never ignored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.kernel.errors import BadInput
from app.kernel.filters import Condition, Filter, parse_filter

_MOST_CONDITIONS = 64
_OPERATORS = {"is": "eq", "=": "eq", "is not": "ne", "≠": "ne", ">": "gt", "<": "lt", "≥": "gte", "≤": "lte",
              "before": "lt", "after": "gt"}  # fmt: skip
_NUMERIC = frozenset(["=", "≠", ">", "<", "≥", "≤"])
_UNKNOWN_TO_US = ("contains", "not contains", "start with", "end with")
_KNOWN = (*_OPERATORS, "in", "not in", "empty", "not empty")


@dataclass(frozen=True, slots=True)
class Asked:
    """One condition as Dify sends it."""

    name: str
    operator: str
    value: Any


def filter_of(conditions: Sequence[Asked], *, joined_by: str) -> Filter:
    """Dify's conditions as ours. Raises BadInput for what our filters do not know, with what to use instead."""
    if joined_by == "or" and len(conditions) > 1:
        return _any_of(conditions)
    parts = tuple(part for asked in conditions for part in _conditions(asked))
    if len(parts) > _MOST_CONDITIONS:
        raise _unsupported(
            f"at most {_MOST_CONDITIONS} conditions are taken, each value of 'not in' being one."
        )
    return Filter(parts)


def _any_of(conditions: Sequence[Asked]) -> Filter:
    """Values of one field are one condition; anything else has no filter that says it."""
    same_field = len({asked.name for asked in conditions}) == 1
    if not same_field or any(asked.operator not in ("is", "=", "in") for asked in conditions):
        raise _unsupported(
            "logical_operator 'or' is taken for 'is', '=' and 'in' on one field only; send one request for each condition."
        )
    listed = [value for asked in conditions for part in _conditions(asked) for value in part.values]
    return parse_filter({conditions[0].name: listed})


def _conditions(asked: Asked) -> tuple[Condition, ...]:
    if asked.operator in ("empty", "not empty"):
        return parse_filter({asked.name: {"exists": asked.operator == "not empty"}}).conditions
    if asked.operator in ("in", "not in"):
        return _listed(asked)
    if asked.operator not in _OPERATORS:
        known = "cannot be searched by" if asked.operator in _UNKNOWN_TO_US else "is unknown"
        raise _unsupported(
            f"comparison_operator {asked.operator[:40]!r} on {asked.name[:100]!r} {known}; use one of {', '.join(_KNOWN)}."
        )
    value = _number(asked.value) if asked.operator in _NUMERIC else asked.value
    return _parsed(asked, {_OPERATORS[asked.operator]: value})


def _listed(asked: Asked) -> tuple[Condition, ...]:
    """One of several values, as a list or, as Dify writes them too, as text with commas."""
    values = asked.value
    if isinstance(values, str):
        values = [part.strip() for part in values.split(",") if part.strip()]
    if not isinstance(values, list):
        values = [values]
    if asked.operator == "in":
        return _parsed(asked, {"in": values})
    return tuple(part for value in values for part in _parsed(asked, {"ne": value}))


def _parsed(asked: Asked, wanted: Mapping[str, Any]) -> tuple[Condition, ...]:
    try:
        return parse_filter({asked.name: wanted}).conditions
    except BadInput as error:
        raise _unsupported(error.detail) from None


def _number(value: Any) -> Any:
    """Numbers come as text from Dify's forms; what is no number stays as it is."""
    if not isinstance(value, str):
        return value
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return value


def _unsupported(detail: str) -> BadInput:
    return BadInput(f"metadata_condition: {detail}", code="condition_unsupported")
