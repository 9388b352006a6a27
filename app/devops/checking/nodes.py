"""YAML as a tree of nodes that remember their place; hostile input is refused before it costs anything.

A parser's own loader would lose what the rules need: duplicate keys, lines, quoting, anchors. So the events of
the parser are composed here, with limits on text, depth and what aliases expand to.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from app.kernel.errors import LimitExceeded

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 64
# A manifest of a megabyte has some 60,000 values. An honest file with anchors expands to a few times its nodes; a bomb
# of nine levels expands to a billion.
MAX_EXPANDED_NODES = 150_000

Kind = Literal["scalar", "map", "list"]

# libyaml reads ten times faster; it comes with every wheel of PyYAML.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_INTEGER = re.compile(r"[-+]?(?:[0-9][0-9_]*|0o[0-7]+|0x[0-9a-fA-F]+)")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_EXPLICIT = re.compile(r"(?:tag:yaml\.org,2002:|!)(\w+)")


@dataclass(eq=False, slots=True)
class Node:
    """A scalar, a map or a list; lines and columns are 1-based, `start` and `end` are offsets into the text.

    `tag` is str, int, float, bool or null for scalars by the YAML 1.2 core schema, so that `on` is a word.
    `function` is a tag of the file's own, such as Ref for `!Ref`.
    `aliased` tells a node that was reached by an alias that leads back to itself.
    """

    kind: Kind
    line: int
    column: int
    start: int
    end: int
    end_line: int
    tag: str = "str"
    value: str = ""
    style: str = ""
    items: list["Node"] = field(default_factory=list)
    pairs: list[tuple["Node", "Node"]] = field(default_factory=list)
    anchor: str = ""
    flow: bool = False
    function: str = ""
    recursive: bool = False
    expanded: int = 1

    def get(self, *path: str | int) -> "Node | None":
        """The node at a path of keys and positions; None where the path ends."""
        node: Node | None = self
        for step in path:
            if node is None:
                return None
            if isinstance(step, int):
                node = (
                    node.items[step]
                    if node.kind == "list" and -len(node.items) <= step < len(node.items)
                    else None
                )
            else:
                node = next((value for key, value in node.pairs if key.value == step), None)
        return node

    def key(self, name: str) -> "Node | None":
        """The key itself, for its line."""
        return next((key for key, _ in self.pairs if key.value == name), None)

    def text(self, *path: str | int) -> str:
        """The scalar at the path as it reads; empty where there is none or it is null."""
        node = self.get(*path)
        return node.value if node is not None and node.kind == "scalar" and node.tag != "null" else ""

    def listed(self, *path: str | int) -> list["Node"]:
        node = self.get(*path)
        return node.items if node is not None else []

    def mapped(self, *path: str | int) -> list[tuple["Node", "Node"]]:
        node = self.get(*path)
        return node.pairs if node is not None else []

    @property
    def empty(self) -> bool:
        return self.kind == "scalar" and self.tag == "null"

    @property
    def is_text(self) -> bool:
        return self.kind == "scalar" and self.tag != "null"

    def plain(self) -> Any:
        """The node as Python data; a key given twice keeps its last value."""
        if self.kind == "list":
            return [item.plain() for item in self.items]
        if self.kind == "map":
            return {
                key.plain() if key.kind == "scalar" else str(key.line): value.plain()
                for key, value in self.pairs
            }
        return _scalar(self)

    def walk(self) -> Iterator["Node"]:
        yield self
        for item in self.items:
            yield from item.walk()
        for key, value in self.pairs:
            yield key
            yield from value.walk()


@dataclass(frozen=True)
class Problem:
    """Why a text is no YAML, or one that is refused."""

    line: int
    message: str


@dataclass
class Stream:
    """The documents of a text, with what only the composer sees."""

    text: str
    documents: list[Node] = field(default_factory=list)
    problem: Problem | None = None
    unused_anchors: list[tuple[int, str]] = field(default_factory=list)
    recursive_aliases: list[tuple[int, str]] = field(default_factory=list)


def read(text: str) -> Stream:
    """The documents of a YAML text; a syntax error ends the stream and is told in `problem`.

    Raises: LimitExceeded for a text over a million characters, before it is read.
    """
    if len(text) > MAX_CHARACTERS:
        detail = f"The YAML has {len(text):,} characters; at most {MAX_CHARACTERS:,} are checked. Send the part in question."
        raise LimitExceeded(detail, field="yaml")
    stream = Stream(text)
    try:
        _Composer(stream).compose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        stream.problem = Problem(mark.line + 1 if mark else 1, error.problem or "the text is no YAML")
    except yaml.YAMLError as error:
        stream.problem = Problem(1, str(error).splitlines()[0])
    except _Refused as refused:
        stream.problem = Problem(refused.line, refused.reason)
    return stream


class _Refused(Exception):
    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


class _Composer:
    """From events to nodes; an alias shares the node of its anchor."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._events: Iterator[Any] = iter(yaml.parse(stream.text, Loader=_LOADER))
        self._anchors: dict[str, Node] = {}
        self._open: set[str] = set()
        self._used: set[int] = set()
        self._declared: list[Node] = []
        self._made = 0

    def compose(self) -> None:
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._anchors, self._open, self._declared = {}, set(), []
                root = self._node(next(self._events), 0)
                self._stream.documents.append(root)
                self._stream.unused_anchors += [
                    (node.line, node.anchor) for node in self._declared if id(node) not in self._used
                ]

    def _node(self, event: Any, depth: int) -> Node:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if depth > MAX_DEPTH:
            raise _Refused(line, f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, line)
        self._made += 1
        if self._made > MAX_EXPANDED_NODES:
            raise _Refused(line, f"more than {MAX_EXPANDED_NODES:,} values")
        node = Node(
            "scalar", line, column, event.start_mark.index, event.end_mark.index, event.end_mark.line + 1,
            anchor=event.anchor or "",
        )  # fmt: skip
        node.function = _function(event.tag)
        if node.anchor:
            self._declared.append(node)
            self._anchors[node.anchor] = node
            self._open.add(node.anchor)
        if isinstance(event, yaml.ScalarEvent):
            node.value, node.style = event.value, event.style or ""
            node.tag = _tag(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            node.kind, node.tag, node.flow = "list", "seq", bool(event.flow_style)
            self._sequence(node, depth)
        else:
            node.kind, node.tag, node.flow = "map", "map", bool(event.flow_style)
            self._mapping(node, depth)
        self._open.discard(node.anchor)
        if node.expanded > MAX_EXPANDED_NODES:
            raise _Refused(line, f"anchors and aliases expand to more than {MAX_EXPANDED_NODES:,} values")
        return node

    def _alias(self, event: Any, line: int) -> Node:
        name = event.anchor
        if name not in self._anchors:
            raise _Refused(line, f"the alias {name!r} names no anchor before it")
        target = self._anchors[name]
        self._used.add(id(target))
        if name in self._open:
            self._stream.recursive_aliases.append((line, name))
            start, end = event.start_mark.index, event.end_mark.index
            return Node("scalar", line, event.start_mark.column + 1, start, end, line, "null", recursive=True)
        return target

    def _sequence(self, node: Node, depth: int) -> None:
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                _close(node, event)
                return
            item = self._node(event, depth + 1)
            node.expanded += item.expanded
            node.items.append(item)

    def _mapping(self, node: Node, depth: int) -> None:
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                _close(node, event)
                return
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            node.expanded += key.expanded + value.expanded
            node.pairs.append((key, value))


def _close(node: Node, event: Any) -> None:
    node.end, node.end_line = event.end_mark.index, event.end_mark.line + 1


def _function(tag: str | None) -> str:
    return tag[1:] if tag and tag[0] == "!" else ""


def _tag(event: Any) -> str:
    if event.tag and event.tag != "!":
        explicit = _EXPLICIT.fullmatch(event.tag)
        return explicit[1] if explicit else "str"
    if event.style or event.tag == "!":
        return "str"
    value = event.value
    if value in ("", "~", "null", "Null", "NULL"):
        return "null"
    if value in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return "bool"
    if _INTEGER.fullmatch(value):
        return "int"
    return "float" if _FLOAT.fullmatch(value) else "str"


def _scalar(node: Node) -> Any:
    if node.tag == "null":
        return None
    if node.tag == "bool":
        return node.value.lower() == "true"
    try:
        if node.tag == "int":
            digits = node.value.replace("_", "")
            return int(digits, 0) if digits.lstrip("+-")[:2].lower() in ("0o", "0x") else int(digits)
        if node.tag == "float":
            return float(node.value.replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return node.value
    return node.value
