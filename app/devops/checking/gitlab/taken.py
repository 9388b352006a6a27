"""What `!reference [.job, keyword]` takes from another place of the file: it has to be there."""

from collections.abc import Iterator

from app.devops.checking.findings import Report
from app.devops.checking.nodes import Node

_REFERENCE = "reference"


def check_taken(root: Node, report: Report) -> None:
    """Adds every reference to a key that the file does not have. Call it only where no include may bring more."""
    for node in _references(root):
        path = [item.value for item in node.items if item.is_text]
        if len(path) != len(node.items) or not path or any("$" in step for step in path):
            continue
        found: Node | None = root
        for step in path:
            # What a merge key, extends: or another reference brings is not followed.
            if found is None or found.function == _REFERENCE or found.key("<<") or found.key("extends"):
                break
            found = found.get(step)
        if found is None:
            report.error(
                node.line, "reference", f"!reference [{', '.join(path)}] leads nowhere: no such key is here"
            )


def _references(root: Node) -> Iterator[Node]:
    """Each once, though aliases lead to a node many times."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.function == _REFERENCE:
            yield node
            continue
        waiting += [*node.items, *(value for _, value in node.pairs)]
