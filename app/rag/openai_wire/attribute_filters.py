"""OpenAI's filters over the attributes of files: comparisons, and and/or of them."""

from collections.abc import Callable, Mapping
from typing import Any

from app.kernel.errors import BadInput
from app.kernel.filters import Condition, Filter

Test = Callable[[Mapping[str, Any]], bool]

_COMPARISONS = ("eq", "ne", "gt", "gte", "lt", "lte", "in", "nin")
_DEEPEST = 8
_MOST_VALUES = 1_000


def parse_attribute_filter(raw: Mapping[str, Any] | None, *, depth: int = 0) -> Test:
    """A test of one file's attributes. Raises BadInput that names what is wrong."""
    if raw is None:
        return lambda _: True
    kind = raw.get("type")
    if kind in ("and", "or"):
        return _compound(raw, kind, depth)
    if kind not in _COMPARISONS:
        raise _bad(f"type {str(kind)[:40]!r} is none of {', '.join(_COMPARISONS)}, and, or")
    return _comparison(raw, kind)


def _compound(raw: Mapping[str, Any], kind: str, depth: int) -> Test:
    parts = raw.get("filters")
    if not isinstance(parts, list) or not parts or not all(isinstance(part, Mapping) for part in parts):
        raise _bad(f"{kind!r} takes a list of filters under `filters`")
    if depth >= _DEEPEST or len(parts) > _MOST_VALUES:
        raise _bad(
            f"it is nested deeper than {_DEEPEST} levels, or one level has over {_MOST_VALUES:,} parts"
        )
    tests = [parse_attribute_filter(part, depth=depth + 1) for part in parts]
    every = all if kind == "and" else any
    return lambda attributes: every(test(attributes) for test in tests)


def _comparison(raw: Mapping[str, Any], kind: str) -> Test:
    key, value = raw.get("key"), raw.get("value")
    if not isinstance(key, str):
        raise _bad(f"{kind!r} takes the name of an attribute under `key`")
    values = tuple(value) if isinstance(value, list) else (value,)
    if isinstance(value, list) != (kind in ("in", "nin")) or len(values) > _MOST_VALUES:
        raise _bad(
            f"{kind!r} on {key[:64]!r} takes {'a list of values' if kind in ('in', 'nin') else 'one value'}"
        )
    if not all(isinstance(one, (str, int, float)) for one in values):
        raise _bad(f"{kind!r} on {key[:64]!r} compares with text, numbers, true and false only")
    condition = Filter((Condition(key, "in" if kind == "nin" else kind, values),))
    if kind == "nin":
        return lambda attributes: not condition.matches(attributes)
    return condition.matches


def _bad(what: str) -> BadInput:
    return BadInput(f"The filter cannot be used: {what}.", code="invalid_value", field="filters")
