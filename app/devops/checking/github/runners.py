"""Where a job runs: labels that exist, that fit together, and the system behind them."""

from collections.abc import Iterator

from app.devops.checking.github.kinds import Kind
from app.devops.checking.github.sections import Reader
from app.devops.checking.github.vocabulary import RETIRED_RUNNERS, RUNNERS, SELF_HOSTED
from app.devops.checking.nodes import Node

_KNOWN = frozenset().union(*RUNNERS.values()) | SELF_HOSTED
Pairs = dict[str, tuple[Node, Node]]


def check_runner(node: Node, reader: Reader, job: Pairs) -> None:
    """`runs-on:`: a label, a list of labels, a group, or an expression that gives one of them."""
    inside = reader.at("runs-on")
    if node.kind == "map":
        pairs = inside.mapping(node, "runs-on:", keys=frozenset(("group", "labels")))
        if "group" in pairs:
            inside.text(pairs["group"][1], "group:")
        if "labels" in pairs:
            _labels(pairs["labels"][1], "labels:", inside, job, hosted="group" not in pairs)
        return
    _labels(node, "runs-on:", inside, job, hosted=True)


def _labels(node: Node, what: str, reader: Reader, job: Pairs, *, hosted: bool) -> None:
    if node.kind == "scalar":
        kind = reader.whole(node)
        if kind is not None:
            _dynamic(kind, node, what, reader)
            labels = list(_matrix_labels(node, job))
            _check(labels, reader, hosted=hosted, alternatives=True)
            return
        items = [node]
    else:
        items = reader.sequence(node, what)
    labels = []
    for item in items:
        if item.kind != "scalar":
            reader.report.error(item.line, "structure", "a label is a text")
            continue
        if reader.whole(item) is not None:
            labels += _matrix_labels(item, job)
        else:
            reader.text(item, "a label")
            labels.append(item)
    own = {id(item) for item in items}
    varying = [label for label in labels if id(label) not in own]
    _check(labels, reader, hosted=hosted, alternatives=False)
    _conflicts([label for label in labels if id(label) in own], varying, reader)


def _dynamic(kind: Kind, node: Node, what: str, reader: Reader) -> None:
    if kind.name not in ("any", "string", "array"):
        reader.report.error(
            node.line, "expression", f"{what} needs an expression that gives a text or a list, not {kind}"
        )


def _matrix_labels(node: Node, job: Pairs) -> Iterator[Node]:
    """The values that `${{ matrix.name }}` takes, as far as the matrix writes them out."""
    name = node.value.removeprefix("${{").removesuffix("}}").strip()
    if not name.startswith("matrix.") or "strategy" not in job:
        return
    matrix = job["strategy"][1].get("matrix")
    if matrix is None:
        return
    path = name.split(".")[1:]
    values = [
        *matrix.listed(path[0]),
        *(v for entry in matrix.listed("include") if (v := entry.get(path[0])) is not None),
    ]
    for value in values:
        found = value.get(*path[1:])
        if found is not None and found.kind == "list":
            yield from found.items
        elif found is not None and found.is_text:
            yield found


def _check(labels: list[Node], reader: Reader, *, hosted: bool, alternatives: bool) -> None:
    names = {label.value.lower() for label in labels}
    own = not alternatives and "self-hosted" in names
    for label in labels:
        name = label.value.lower()
        if "${{" in name or name in _KNOWN or label.kind != "scalar" or not name:
            continue
        if name in RETIRED_RUNNERS:
            message = f"GitHub retired the runner {label.value!r}; {RETIRED_RUNNERS[name]!r} replaces it"
            reader.report.error(label.line, "runner", message)
        elif hosted and not own:
            reader.report.error(
                label.line,
                "runner",
                f"GitHub has no runner {label.value!r}; one of your own says self-hosted too",
            )


def _conflicts(fixed: list[Node], varying: list[Node], reader: Reader) -> None:
    """Labels are all wanted at once; values of a matrix take turns, so each is held against the fixed ones only."""
    first: tuple[str, Node] | None = None
    for label in fixed:
        system = _system(label)
        if system and first is None:
            first = (system, label)
        elif system and first is not None and first[0] != system:
            _conflict(label, first[1], reader)
    for label in varying:
        if first is not None and _system(label) not in ("", first[0]):
            _conflict(label, first[1], reader)


def _conflict(label: Node, first: Node, reader: Reader) -> None:
    message = f"no runner is {first.value!r} and {label.value!r} at once; use a matrix to run on each"
    reader.report.error(label.line, "runner", message)


def _system(label: Node) -> str:
    return next((system for system, names in RUNNERS.items() if label.value.lower() in names), "")


def platform_of(node: Node | None) -> str:
    """linux, macos or windows, where all labels are written out; empty where that is open."""
    if node is None:
        return ""
    items = node.items if node.kind == "list" else node.listed("labels") if node.kind == "map" else [node]
    return next((system for item in items if (system := _system(item))), "")
