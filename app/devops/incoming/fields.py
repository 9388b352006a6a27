"""Reads what a delivery holds without trusting that it is there, or of the type it should be."""

from collections.abc import Mapping
from typing import Any

_LONGEST = 1_000


def inner(value: object, *path: str) -> Mapping[str, Any]:
    """The object at this path; an empty one where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def text(value: object, *path: str) -> str:
    """The text or number at this path, on one line and bounded; "" for anything else."""
    found = inner(value, *path[:-1]).get(path[-1])
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return " ".join(str(found).split())[:_LONGEST]


def number(value: object, *path: str) -> int:
    """The whole number at this path; 0 for anything else."""
    found = inner(value, *path[:-1]).get(path[-1])
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 2**53 else 0


def items(value: object, *path: str) -> list[Mapping[str, Any]]:
    """The objects in the list at this path."""
    found = inner(value, *path[:-1]).get(path[-1])
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def first_line(value: object, *path: str) -> str:
    """The first line of the text at this path; "" for anything else."""
    found = inner(value, *path[:-1]).get(path[-1])
    lines = found.splitlines() if isinstance(found, str) else []
    return lines[0].strip()[:_LONGEST] if lines else ""
