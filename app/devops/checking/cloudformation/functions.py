"""Intrinsic functions in a value: `!Ref`, `Fn::Sub` and the like, each with what it is given and names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.devops.checking.nodes import Node

_NAMED = re.compile(r"\$\{([^!{}][^{}]*)\}")
_LOOP = "Fn::ForEach::"


@dataclass(frozen=True)
class Call:
    """`name` is without `Fn::`; `given` is its argument, `node` where it stands."""

    name: str
    given: Node
    node: Node


@dataclass(frozen=True)
class Reference:
    """A name that has to be declared. `kind`: value (a resource or parameter), attribute (of a resource), condition, mapping."""

    kind: str
    name: str
    line: int


def call_of(node: Node) -> Call | None:
    """The function that this node is, in either form."""
    if node.function:
        return Call(node.function, node, node)
    if node.kind == "map" and len(node.pairs) == 1:
        key, value = node.pairs[0]
        if key.value in ("Ref", "Condition") and value.kind == "scalar":
            return Call(key.value, value, node)
        if key.value.startswith("Fn::") and not key.value.startswith(_LOOP):
            return Call(key.value.removeprefix("Fn::"), value, node)
    return None


def calls(root: Node) -> Iterator[Call]:
    """All of them below, each once, though aliases lead to it twice."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if (call := call_of(node)) is not None:
            yield call
        waiting += node.items
        waiting += [value for _, value in node.pairs]


def made_later(root: Node) -> bool:
    """Whether loops or included texts stand in it: then what is declared is not known before they ran."""
    return any(
        key.value.startswith((_LOOP, "Fn::Transform")) for node in root.walk() for key, _ in node.pairs
    )


def references(call: Call) -> Iterator[Reference]:
    """What the call names itself; what is inside its arguments is a call of its own."""
    given, line = call.given, call.given.line
    match call.name:
        case "Ref" if _is_word(given):
            yield Reference("value", given.value, line)
        case "Condition" if _is_word(given):
            yield Reference("condition", given.value, line)
        case "GetAtt":
            yield from _attribute(given)
        case "Sub":
            yield from _substituted(given)
        case "If" if given.items and _is_word(given.items[0]):
            yield Reference("condition", given.items[0].value, given.items[0].line)
        case "FindInMap" if given.items and _is_word(given.items[0]) and not given.items[0].function:
            yield Reference("mapping", given.items[0].value, given.items[0].line)


def _attribute(given: Node) -> Iterator[Reference]:
    if given.kind == "scalar":
        yield Reference("attribute", given.value.partition(".")[0], given.line)
    elif given.items and _is_word(given.items[0]):
        yield Reference("attribute", given.items[0].value, given.items[0].line)


def _substituted(given: Node) -> Iterator[Reference]:
    text = given.items[0] if given.kind == "list" and given.items else given
    own = {key.value for key, _ in given.items[1].pairs} if len(given.items) > 1 else set()
    # A block of text begins on the line below its mark.
    line, counted = text.line + (text.style in ("|", ">")), 0
    for found in _NAMED.finditer(text.value if text.kind == "scalar" else ""):
        line, counted = line + text.value.count("\n", counted, found.start()), found.start()
        name = found[1].strip()
        if name in own:
            continue
        if "." in name:
            yield Reference("attribute", name.partition(".")[0], line)
        else:
            yield Reference("value", name, line)


def _is_word(node: Node) -> bool:
    return node.kind == "scalar" and bool(node.value)
