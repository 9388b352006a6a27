"""Looking things up in what the program declares, and what each of them waits for and outlives."""

from infra.rehearsal import Declared

from ..program import declared


def every(kind: str, *changes: tuple[str, str]) -> list[Declared]:
    return [thing for thing in declared("dev", *changes) if thing.kind.split(":")[-1] == kind]


def one(kind: str, *changes: tuple[str, str]) -> Declared:
    (thing,) = every(kind, *changes)
    return thing


def named(kind: str, name: str, *changes: tuple[str, str]) -> Declared:
    (thing,) = (thing for thing in every(kind, *changes) if thing.name == name)
    return thing


def after(thing: Declared, *changes: tuple[str, str]) -> set[str]:
    """Everything that exists before the thing does and goes after it went, by type and name."""
    by_urn = {other.urn: other for other in declared("dev", *changes)}
    seen: set[str] = set()
    todo = list(thing.dependencies)
    while todo:
        urn = todo.pop()
        if urn not in seen and urn in by_urn:
            seen.add(urn)
            todo += by_urn[urn].dependencies
    return {f"{by_urn[urn].kind.split(':')[-1]} {by_urn[urn].name}" for urn in seen}
