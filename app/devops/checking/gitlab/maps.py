"""Maps and lists of a pipeline: keys that are known and stand once, one item or several."""

import difflib

from app.devops.checking.findings import Report
from app.devops.checking.nodes import Node


def check_duplicates(node: Node, what: str, report: Report) -> None:
    seen: dict[str, int] = {}
    for key, _ in node.pairs:
        if key.value in seen and key.value != "<<":
            report.error(
                key.line,
                "duplicate-key",
                f"{key.value!r} stands in {what} already, in line {seen[key.value]}",
            )
        seen[key.value] = key.line


def check_keys(node: Node, known: frozenset[str], what: str, report: Report) -> None:
    check_duplicates(node, what, report)
    for key, _ in node.pairs:
        if key.value not in known and key.value != "<<":
            near = difflib.get_close_matches(key.value, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            report.error(key.line, "unknown-key", f"{what} has no {key.value!r}{hint}")


def items_of(node: Node | None) -> list[Node]:
    return [] if node is None else node.items if node.kind == "list" else [node]


def names_of(node: Node | None) -> list[Node]:
    return [item for item in items_of(node) if item.is_text]
