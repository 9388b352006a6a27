"""What an expression yields and what is wrong in it, given the contexts that may be read where it stands."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from app.devops.checking.github.expressions import (
    Binary,
    Call,
    Filter,
    Index,
    Literal,
    Not,
    Property,
    Tree,
    Variable,
)
from app.devops.checking.github.kinds import ANY, BOOL, STRING, Kind, array, merged, of_data
from app.devops.checking.github.vocabulary import (
    CONTEXTS,
    FUNCTIONS,
    HASH_PLACES,
    STATUS_FUNCTIONS,
    STATUS_PLACES,
    UNTRUSTED,
    VARIABLES,
)

_HOLE = re.compile(r"\{\{|\}\}|\{(\d+)\}")


@dataclass(frozen=True)
class Scope:
    """Where an expression stands: the place decides which contexts and functions it may use."""

    place: str
    variables: Mapping[str, Kind]


def infer(tree: Tree, scope: Scope, complain: Callable[[str], None]) -> Kind:
    """The type of the tree; everything wrong on the way is told to `complain`, once per fault."""
    return _Inference(scope, complain).kind(tree)


class _Inference:
    def __init__(self, scope: Scope, complain: Callable[[str], None]) -> None:
        self._scope = scope
        self._complain = complain

    def kind(self, tree: Tree) -> Kind:
        if isinstance(tree, Literal):
            return of_data(tree.value)
        if isinstance(tree, Variable):
            return self._variable(tree.name)
        if isinstance(tree, Property):
            return self._property(self.kind(tree.of), tree.name)
        if isinstance(tree, Index):
            return self._index(self.kind(tree.of), tree.at)
        if isinstance(tree, Filter):
            return self._filter(self.kind(tree.of))
        if isinstance(tree, Not):
            self.kind(tree.of)
            return BOOL
        if isinstance(tree, Binary):
            return self._binary(tree)
        return self._call(tree)

    def _variable(self, name: str) -> Kind:
        lowered = name.lower()
        if lowered not in VARIABLES:
            self._complain(f"there is no context {name!r}; known are {', '.join(sorted(VARIABLES))}")
            return ANY
        allowed = CONTEXTS[self._scope.place]
        if lowered not in allowed:
            instead = (
                f"readable here: {', '.join(sorted(allowed))}" if allowed else "no context is readable here"
            )
            self._complain(f"the context {name!r} has no value at this place; {instead}")
            return ANY
        return self._scope.variables.get(lowered, ANY)

    def _property(self, of: Kind, name: str) -> Kind:
        if of.loose:
            return ANY
        if of.name == "array" and of.filtered:
            return array(self._property(of.element or ANY, name), filtered=True)
        if of.name != "object":
            self._complain(f"{name!r} cannot be read from a value of type {of}; only objects have properties")
            return ANY
        found = of.property(name)
        if found is None:
            known = ", ".join(sorted(of.properties or {})[:20])
            self._complain(
                f"there is no {name!r} here; " + (f"known: {known}" if known else "nothing is defined")
            )
            return ANY
        return found

    def _index(self, of: Kind, at: Tree) -> Kind:
        index = self.kind(at)
        if of.loose:
            return ANY
        if of.name == "array":
            if index.name not in ("number", "any"):
                self._complain(f"an array is indexed by number, not by {index}")
            return of.element or ANY
        if of.name == "object":
            if index.name not in ("string", "any"):
                self._complain(f"a property is named by a text, not by {index}")
                return ANY
            if isinstance(at, Literal) and isinstance(at.value, str):
                return self._property(of, at.value)
            return (
                merged([*(of.properties or {}).values(), of.rest])
                if of.rest is not None and of.properties
                else of.rest or ANY
            )
        self._complain(f"a value of type {of} cannot be indexed")
        return ANY

    def _filter(self, of: Kind) -> Kind:
        if of.loose:
            return array(ANY, filtered=True)
        if of.name == "array":
            element = of.element or ANY
            return array(
                element.element or ANY if of.filtered and element.name == "array" else element, filtered=True
            )
        if of.name == "object":
            values = [*(of.properties or {}).values(), *([of.rest] if of.rest is not None else [])]
            return array(
                merged(value for value in values if value.name in ("object", "any")) if values else ANY,
                filtered=True,
            )
        self._complain(f"'.*' needs an object or an array, not {of}")
        return ANY

    def _binary(self, tree: Binary) -> Kind:
        left, right = self.kind(tree.left), self.kind(tree.right)
        if tree.sign == "&&":
            # `a && b` gives b, or a where a is falsy; both matter for what `|| c` then makes of it.
            return right if left.name in ("bool", "any") and right.name != "any" else merged((left, right))
        if tree.sign == "||":
            return merged((left, right))
        if tree.sign in ("==", "!="):
            if not _comparable(left, right):
                self._complain(f"a value of type {left} is never equal to one of type {right}")
        else:
            for side in (left, right):
                if side.name in ("bool", "null", "object", "array"):
                    self._complain(f"{tree.sign!r} orders numbers and texts, not {side}")
                    break
        return BOOL

    def _call(self, tree: Call) -> Kind:
        name = tree.name.lower()
        given = [self.kind(argument) for argument in tree.arguments]
        if name not in FUNCTIONS:
            self._complain(f"there is no function {tree.name!r}; known are {', '.join(sorted(FUNCTIONS))}")
            return ANY
        if name in STATUS_FUNCTIONS and self._scope.place not in STATUS_PLACES:
            self._complain(f"{tree.name}() tells something in the if: of a job or step only")
        if name == "hashfiles" and self._scope.place not in HASH_PLACES:
            self._complain(f"{tree.name}() needs a workspace, so it works in steps only")
        signatures, result, repeats = FUNCTIONS[name]
        if name in STATUS_FUNCTIONS and given and name in ("success", "failure"):
            return result
        wrong = [_mismatch(given, signature, repeats=repeats) for signature in signatures]
        if all(wrong):
            self._complain(f"{tree.name}(): {wrong[0]}")
            return result
        return self._special(name, tree, given, result)

    def _special(self, name: str, tree: Call, given: list[Kind], result: Kind) -> Kind:
        first = tree.arguments[0] if tree.arguments else None
        text = first.value if isinstance(first, Literal) and isinstance(first.value, str) else None
        if name == "format" and text is not None:
            self._holes(text, len(given) - 1)
        if name == "fromjson" and text is not None:
            try:
                return of_data(json.loads(text))
            except ValueError as error:
                self._complain(f"fromJSON() is given broken JSON: {error}")
        if name == "case":
            return merged([*given[1::2], *(given[-1:] if len(given) % 2 else [])])
        return result

    def _holes(self, text: str, arguments: int) -> None:
        holes = {int(match[1]) for match in _HOLE.finditer(text) if match[1]}
        for hole in sorted(hole for hole in holes if hole >= arguments):
            self._complain(f"format() has a place {{{hole}}} but no argument for it")
        for unused in sorted(set(range(arguments)) - holes):
            self._complain(f"format() never uses its argument {unused} (no place {{{unused}}})")


def _comparable(left: Kind, right: Kind) -> bool:
    if left.loose or right.loose or "null" in (left.name, right.name):
        return True
    if left.name == right.name == "array":
        return _comparable(left.element or ANY, right.element or ANY)
    return (left.name == right.name) or not ({left.name, right.name} & {"object", "array"})


def _assignable(given: Kind, wanted: Kind) -> bool:
    if given.loose or wanted.loose:
        return True
    if wanted.name == "array":
        return given.name == "array" and _assignable(given.element or ANY, wanted.element or ANY)
    if wanted.name == "string":
        return given.name in ("string", "number", "bool")
    return given.name == wanted.name


def _mismatch(given: list[Kind], signature: tuple[Kind, ...], *, repeats: bool) -> str:
    least = len(signature)
    if len(given) < least or (len(given) > least and not repeats):
        return f"takes {least}{' or more' if repeats else ''} arguments, not {len(given)}"
    for position, kind in enumerate(given):
        wanted = signature[min(position, least - 1)]
        if not repeats and not _assignable(kind, wanted):
            return f"argument {position + 1} is of type {kind}, {wanted} is expected"
    return ""


def constant(tree: Tree) -> bool:
    """Whether the tree reads no context and asks for no state, so that it is the same in every run."""
    if isinstance(tree, Literal):
        return True
    if isinstance(tree, Variable):
        return False
    if isinstance(tree, Call):
        pure = tree.name.lower() in (
            "contains",
            "startswith",
            "endswith",
            "format",
            "join",
            "tojson",
            "fromjson",
            "case",
        )
        return pure and all(constant(argument) for argument in tree.arguments)
    if isinstance(tree, Binary):
        return constant(tree.left) and constant(tree.right)
    if isinstance(tree, Index):
        return constant(tree.of) and constant(tree.at)
    return constant(tree.of)


def untrusted(tree: Tree) -> Iterator[str]:
    """The readable paths of values that a stranger writes and that reach the result as text."""
    path = _path(tree)
    if path:
        for known in UNTRUSTED:
            if _covers(path, known):
                yield ".".join(known)
        return
    if isinstance(tree, Call):
        if FUNCTIONS.get(tree.name.lower(), ((), STRING, False))[1] != BOOL and tree.name.lower() not in (
            "hashfiles",
        ):
            for argument in tree.arguments:
                yield from untrusted(argument)
    elif isinstance(tree, Binary):
        if tree.sign in ("&&", "||"):
            yield from untrusted(tree.left) if tree.sign == "||" else ()
            yield from untrusted(tree.right)
    elif isinstance(tree, Index | Property | Filter):
        yield from untrusted(tree.of)


def _path(tree: Tree) -> tuple[str, ...]:
    if isinstance(tree, Variable):
        return (tree.name.lower(),)
    if isinstance(tree, Property):
        head = _path(tree.of)
        return (*head, tree.name.lower()) if head else ()
    if isinstance(tree, Filter):
        head = _path(tree.of)
        return (*head, "*") if head else ()
    if isinstance(tree, Index):
        head = _path(tree.of)
        step = tree.at.value if isinstance(tree.at, Literal) else "*"
        return (*head, step.lower() if isinstance(step, str) else "*") if head else ()
    return ()


def _covers(path: tuple[str, ...], known: tuple[str, ...]) -> bool:
    return len(path) == len(known) and all(a == b or "*" in (a, b) for a, b in zip(path, known, strict=True))
