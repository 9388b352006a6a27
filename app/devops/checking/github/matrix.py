"""The strategy of a job: rows, include and exclude, and the type that `matrix` has in the job's expressions."""

from app.devops.checking.github.kinds import ANY, NUMBER, STRING, Kind, array, closed, merged, opened
from app.devops.checking.github.sections import Reader
from app.devops.checking.nodes import Node

# GitHub makes no more of one matrix.
MOST_JOBS = 256


def read_strategy(node: Node, reader: Reader) -> Kind:
    """Check the section; the type of `matrix` comes back, closed where every row is written out."""
    inside = reader.at("strategy")
    if inside.structure(node, "strategy:", wanted="object"):
        return ANY
    pairs = inside.mapping(node, "strategy:", keys=frozenset(("matrix", "fail-fast", "max-parallel")))
    if "fail-fast" in pairs:
        inside.boolean(pairs["fail-fast"][1], "fail-fast:")
    if "max-parallel" in pairs:
        inside.number(pairs["max-parallel"][1], "max-parallel:", integer=True)
    return _matrix(pairs["matrix"][1], inside) if "matrix" in pairs else closed({})


def _matrix(node: Node, reader: Reader) -> Kind:
    if reader.structure(node, "matrix:", wanted="object"):
        return ANY
    rows = reader.mapping(node, "matrix:", free=True)
    kinds: dict[str, Kind] = {}
    for name, (_, row) in rows.items():
        if name not in ("include", "exclude"):
            kinds[name] = _row(name, row, reader)
    known = True
    if "include" in rows:
        known = _include(rows["include"][1], kinds, reader)
    if "exclude" in rows:
        _exclude(rows, reader)
    return closed(kinds) if known else opened(kinds)


def _row(name: str, row: Node, reader: Reader) -> Kind:
    whole = reader.whole(row)
    if whole is not None:
        if not whole.loose and whole.name != "array":
            reader.report.error(
                row.line, "expression", f"the row {name!r} needs an expression of type array, not {whole}"
            )
        return whole.element or ANY
    items = reader.sequence(row, f"the row {name!r}")
    if len(items) > MOST_JOBS:
        reader.report.error(
            row.line,
            "matrix",
            f"a matrix makes at most {MOST_JOBS} jobs, and {name!r} has {len(items)} values",
        )
        return ANY
    seen: dict[str, int] = {}
    for item in items:
        if item.recursive:
            continue
        value = _shown(item)
        if value in seen and "${{" not in value:
            message = f"the row {name!r} holds {value} twice, first in line {seen[value]}"
            reader.report.error(item.line, "matrix", message)
        seen.setdefault(value, item.line)
    return merged(_kind(item, reader) for item in items)


def _include(node: Node, kinds: dict[str, Kind], reader: Reader) -> bool:
    if reader.structure(node, "include:", wanted="array"):
        return False
    known = True
    for item in reader.sequence(node, "include:"):
        if reader.structure(item, "an entry of include:", wanted="object"):
            known = False
            continue
        for name, (_, value) in reader.mapping(item, "an entry of include:", free=True).items():
            kind = _kind(value, reader)
            kinds[name] = merged((kinds[name], kind)) if name in kinds else kind
    return known


def _exclude(rows: dict[str, tuple[Node, Node]], reader: Reader) -> None:
    node = rows["exclude"][1]
    if reader.structure(node, "exclude:", wanted="array"):
        return
    values = {name: row.items for name, (_, row) in rows.items() if name not in ("include", "exclude")}
    dynamic = {name for name, (_, row) in rows.items() if row.kind != "list" or len(row.items) > MOST_JOBS}
    for item in reader.sequence(node, "exclude:"):
        if reader.structure(item, "an entry of exclude:", wanted="object"):
            continue
        for name, (key, value) in reader.mapping(item, "an entry of exclude:", free=True).items():
            _kind(value, reader)
            if name not in values:
                if not values:
                    continue
                message = (
                    f"exclude: names {name!r}, which is no row of the matrix ({', '.join(sorted(values))})"
                )
                reader.report.error(key.line, "matrix", message)
            elif name not in dynamic and not any(_matches(value, row) for row in values[name]):
                shown = ", ".join(_shown(row) for row in values[name])
                reader.report.error(
                    value.line, "matrix", f"exclude: {_shown(value)} is no {name!r} of the matrix ({shown})"
                )


def _matches(wanted: Node, row: Node) -> bool:
    """Whether an excluded value fits a row's: a map fits where all it names fits."""
    if "${{" in wanted.value or "${{" in row.value or wanted.recursive or row.recursive:
        return True
    if wanted.kind != row.kind:
        return False
    if wanted.kind == "map":
        return all(
            (found := row.get(key.value)) is not None and _matches(value, found)
            for key, value in wanted.pairs
        )
    if wanted.kind == "list":
        same = len(wanted.items) == len(row.items)
        return same and all(_matches(a, b) for a, b in zip(wanted.items, row.items, strict=True))
    return wanted.value == row.value


def _kind(node: Node, reader: Reader) -> Kind:
    """The type of a value in the matrix; its expressions are checked on the way."""
    if node.recursive:
        return ANY
    if node.kind == "list":
        return array(merged(_kind(item, reader) for item in node.items))
    if node.kind == "map":
        return closed({key.value: _kind(value, reader) for key, value in node.pairs})
    whole = reader.whole(node)
    if whole is not None:
        return whole
    reader.template(node)
    if node.tag in ("int", "float"):
        return NUMBER
    return {"bool": Kind("bool"), "null": Kind("null")}.get(node.tag, STRING)


def _shown(node: Node) -> str:
    if node.kind == "list":
        return "[" + ", ".join(_shown(item) for item in node.items) + "]"
    if node.kind == "map":
        return "{" + ", ".join(sorted(f"{key.value}: {_shown(value)}" for key, value in node.pairs)) + "}"
    return repr(node.value)
