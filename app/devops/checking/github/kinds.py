"""The types of values in expressions, as far as a file tells them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Name = Literal["any", "string", "number", "bool", "null", "object", "array"]


@dataclass(frozen=True)
class Kind:
    """A type. An object knows its properties and what any other property is: `rest` None means there is no other.

    `filtered` marks the result of `.*`, whose properties are taken from every element.
    """

    name: Name
    properties: Mapping[str, Kind] | None = None
    rest: Kind | None = None
    element: Kind | None = None
    filtered: bool = False

    @property
    def loose(self) -> bool:
        return self.name == "any"

    @property
    def structured(self) -> bool:
        return self.name in ("object", "array", "null")

    def property(self, name: str) -> Kind | None:
        """The type of a property, None where a closed object lacks it."""
        found = (self.properties or {}).get(name.lower())
        return found if found is not None else self.rest

    def __str__(self) -> str:
        if self.name == "array":
            return f"array of {self.element or ANY}"
        return self.name


ANY = Kind("any")
STRING = Kind("string")
NUMBER = Kind("number")
BOOL = Kind("bool")
NULL = Kind("null")


def closed(properties: Mapping[str, Kind]) -> Kind:
    """An object that has these properties and no other; names are not case-sensitive."""
    return Kind("object", {name.lower(): kind for name, kind in properties.items()})


def opened(properties: Mapping[str, Kind], rest: Kind = ANY) -> Kind:
    return Kind("object", {name.lower(): kind for name, kind in properties.items()}, rest)


def table(value: Kind) -> Kind:
    """An object with any property of one type, such as `env`."""
    return Kind("object", {}, value)


def array(element: Kind, *, filtered: bool = False) -> Kind:
    return Kind("array", element=element, filtered=filtered)


def merged(kinds: Iterable[Kind]) -> Kind:
    """The narrowest type that holds all of them."""
    result: Kind | None = None
    for kind in kinds:
        result = kind if result is None else _merge(result, kind)
    return result if result is not None else ANY


def _merge(left: Kind, right: Kind) -> Kind:
    if left == right:
        return left
    if left.name == right.name == "object":
        names = {**(left.properties or {}), **(right.properties or {})}
        both = {
            name: merged(k for k in (left.property(name), right.property(name)) if k is not None)
            for name in names
        }
        rest = (
            left.rest
            if right.rest is None
            else right.rest
            if left.rest is None
            else _merge(left.rest, right.rest)
        )
        return Kind("object", both, rest)
    if left.name == right.name == "array":
        return array(_merge(left.element or ANY, right.element or ANY))
    if {left.name, right.name} <= {"string", "number", "bool"}:
        return STRING
    return ANY


def of_data(value: object) -> Kind:
    """The type of parsed JSON."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int | float):
        return NUMBER
    if isinstance(value, list):
        return array(merged(of_data(item) for item in value)) if value else array(ANY)
    if isinstance(value, dict):
        return closed({str(key): of_data(item) for key, item in value.items()})
    return STRING
