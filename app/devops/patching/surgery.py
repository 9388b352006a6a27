"""Edits of a YAML text by position, so that comments, order and style stay as they are."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import yaml

from app.devops.checking.nodes import Node

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@")


@dataclass(frozen=True)
class Edit:
    """The characters from `start` to `end` become `text`; `path` is what the edit may change and nothing else."""

    start: int
    end: int
    text: str
    path: tuple[str, ...]


class Function(str):
    """A text with a tag of the file's own: Function("Sub", "${A.Arn}/*") is shown as `!Sub ${A.Arn}/*`."""

    name: str

    def __new__(cls, name: str, text: str) -> "Function":
        made = super().__new__(cls, text)
        made.name = name
        return made


class _Dumper(yaml.SafeDumper):
    """Indents the items of a list below its key, as workflows are written."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002
        del indentless
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


def _function(dumper: yaml.SafeDumper, value: Function) -> yaml.ScalarNode:
    return dumper.represent_scalar(f"!{value.name}", value)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Function, _function)


def block(data: Any) -> str:
    """The data as block YAML, one line ending at its end."""
    return str(yaml.dump(data, Dumper=_Dumper, sort_keys=False, width=1_000, allow_unicode=True))


def flow(data: Any) -> str:
    shown = yaml.dump(
        data, Dumper=_Dumper, default_flow_style=True, sort_keys=False, width=10_000, allow_unicode=True
    )
    return str(shown).removesuffix("\n...\n").strip()


def last(node: Node, text: str) -> int:
    """The offset behind the last character that belongs to the node; a parser counts what follows a block to it."""
    if node.kind != "scalar" and not node.flow:
        children = [*node.items, *(value for _, value in node.pairs)]
        if children:
            return max(last(child, text) for child in children)
    return node.start + len(text[node.start : node.end].rstrip())


def line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end


def line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def indented(shown: str, column: int) -> str:
    return "".join(
        f"{' ' * column}{line}\n" if line.strip() else "\n" for line in shown.rstrip("\n").split("\n")
    )


def put(
    text: str, node: Node, key: str, data: Any, path: tuple[str, ...], *, before: str = "", after: str = ""
) -> Edit:
    """Add a key to a map, before or after one that it has, else at its end; replace the value it has."""
    path = (*path, key)
    old = node.get(key)
    if old is not None:
        return replace(text, node, key, data, path)
    if node.flow:
        end = node.end - 1
        inner = text[node.start + 1 : end].rstrip()
        start = node.start + 1 + len(inner)
        added = f"{flow(key)}: {flow(data)}"
        return Edit(start, end, f", {added}" if inner.strip() else added, path)
    column = node.pairs[0][0].column - 1
    shown = indented(block({key: data}), column)
    anchor = node.key(before) if before else None
    if anchor is not None and not text[line_start(text, anchor.start) : anchor.start].strip():
        position = line_start(text, anchor.start)
        return Edit(position, position, shown, path)
    behind = node.get(after) if after else None
    owner = node.key(after) if behind is not None else None
    offset = (
        max(last(behind, text), owner.end) if behind is not None and owner is not None else last(node, text)
    )
    position = line_end(text, offset)
    return _after_line(text, position, shown, path)


def replace(text: str, node: Node, key: str, data: Any, path: tuple[str, ...]) -> Edit:
    """Another value for a key that is there."""
    old, name = node.get(key), node.key(key)
    assert old is not None and name is not None  # noqa: S101 - the caller has looked
    colon = text.index(":", name.end) + 1
    stop = max(last(old, text), colon)
    if node.flow or not isinstance(data, dict | list):
        if old.kind == "scalar" and not old.empty:
            return Edit(old.start, stop, flow(data), path)
        return Edit(colon, stop, f" {flow(data)}", path)
    return Edit(colon, stop, "\n" + indented(block(data), name.column + 1).rstrip("\n"), path)


def insert_item(text: str, node: Node, position: int, data: Any, path: tuple[str, ...]) -> Edit:
    """Add an item to a list, so that it stands at `position` afterwards."""
    if node.flow:
        if position < len(node.items):
            return Edit(node.items[position].start, node.items[position].start, f"{flow(data)}, ", path)
        end = node.end - 1
        inner = text[node.start + 1 : end].rstrip()
        return Edit(
            node.start + 1 + len(inner), end, f", {flow(data)}" if inner.strip() else flow(data), path
        )
    column = node.column - 1
    shown = (
        indented(block([data]).removeprefix("  "), column)
        if not isinstance(data, str)
        else f"{' ' * column}- {flow(data)}\n"
    )
    if position < len(node.items):
        start = line_start(text, node.items[position].start)
        start = _above_comments(text, start)
        return Edit(start, start, shown, path)
    return _after_line(text, line_end(text, last(node, text)), shown, path)


def _above_comments(text: str, start: int) -> int:
    """A comment above an item belongs to it."""
    while start > 0:
        above = line_start(text, start - 1)
        if not text[above : start - 1].lstrip().startswith("#"):
            break
        start = above
    return start


def _after_line(text: str, position: int, shown: str, path: tuple[str, ...]) -> Edit:
    if position >= len(text):
        lead = "" if text.endswith("\n") else "\n"
        return Edit(len(text), len(text), lead + shown, path)
    return Edit(position + 1, position + 1, shown, path)


def scalar(node: Node, value: str | int, path: tuple[str, ...]) -> Edit:
    """Another value for a scalar, in the quotes that it has."""
    quote = node.style if node.style in ("'", '"') else ""
    return Edit(node.start, node.end, f"{quote}{value}{quote}", path)


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text after all edits; they must not overlap. Two at the same place keep their order."""
    ordered = sorted(enumerate(edits), key=lambda pair: (pair[1].start, pair[1].end, pair[0]), reverse=True)
    for _, edit in ordered:
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def unified(old: str, new: str, name: str) -> str:
    """The difference as `git apply` takes it."""
    lines: list[str] = []
    pairs = difflib.unified_diff(_lines(old), _lines(new), f"a/{name}", f"b/{name}")
    for line in pairs:
        lines.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(lines)


def _lines(text: str) -> list[str]:
    return [line + "\n" for line in text.split("\n")[:-1]] + (
        [text.split("\n")[-1]] if not text.endswith("\n") and text else []
    )


def patched(old: str, diff: str) -> str | None:
    """The text after a unified diff; None when a line that it expects is not there."""
    source, result, position = _lines(old), [], 0
    for raw in _diff_lines(diff):
        if match := _HUNK.match(raw):
            start = int(match[1]) - (0 if match[2] == "0" else 1)
            result += source[position:start]
            position = start
        elif raw.startswith(("--- ", "+++ ")) and not result and position == 0:
            continue
        elif raw.startswith("+"):
            result.append(raw[1:])
        elif raw.startswith((" ", "-")):
            if position >= len(source) or source[position] != raw[1:]:
                return None
            if raw[0] == " ":
                result.append(raw[1:])
            position += 1
    return "".join(result + source[position:])


def _diff_lines(diff: str) -> list[str]:
    joined: list[str] = []
    for line in diff.split("\n")[:-1]:
        if line.startswith("\\ "):
            joined[-1] = joined[-1].removesuffix("\n")
        else:
            joined.append(line + "\n")
    return joined
