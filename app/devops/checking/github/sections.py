"""Reading the parts of a workflow: each reader says what kind of value it wants and reports what it gets instead."""

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from app.devops.checking.findings import Report
from app.devops.checking.github.expressions import Embedded, Malformed, Tree, embedded, parse
from app.devops.checking.github.inference import Scope, infer, untrusted
from app.devops.checking.github.kinds import ANY, Kind
from app.devops.checking.nodes import Node

NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class Reader:
    """Findings go to `report`; `scope` is where the reader stands and what may be read there."""

    report: Report
    scope: Scope

    def at(self, place: str) -> "Reader":
        return replace(self, scope=replace(self.scope, place=place))

    def knowing(self, **kinds: Kind) -> "Reader":
        return replace(self, scope=replace(self.scope, variables={**self.scope.variables, **kinds}))

    def mapping(
        self,
        node: Node,
        what: str,
        *,
        keys: frozenset[str] | None = None,
        empty: bool = False,
        free: bool = False,
    ) -> dict[str, tuple[Node, Node]]:
        """The pairs of a map by key. `keys` are the allowed ones; `free` says keys are names, which ignore case."""
        if node.kind != "map":
            if not (node.empty and empty):
                was = "empty" if node.empty else "a list" if node.kind == "list" else "a single value"
                self.report.error(
                    node.line, "structure", f"{what} is a map of keys and values, and this is {was}"
                )
            return {}
        if not node.pairs and not empty:
            self.report.error(node.line, "structure", f"{what} is empty; fill it or leave it out")
        found: dict[str, tuple[Node, Node]] = {}
        for key, value in node.pairs:
            if key.kind != "scalar":
                self.report.error(key.line, "structure", f"a key of {what} is a text")
                continue
            name = key.value.lower() if free else key.value
            if key.value == "<<" and not key.style:
                self.report.error(
                    key.line, "structure", "GitHub reads no merge keys ('<<'); repeat the values or alias all"
                )
            elif name in found:
                first = found[name][0].line
                self.report.error(
                    key.line, "duplicate-key", f"{key.value!r} stands in {what} already, in line {first}"
                )
            elif keys is not None and name not in keys:
                self.report.error(key.line, "unknown-key", _unknown(key.value, what, keys))
            else:
                if not key.value:
                    self.report.error(key.line, "structure", f"a key of {what} is empty")
                found[name] = (key, value)
        return found

    def sequence(self, node: Node, what: str, *, single: bool = False, empty: bool = False) -> list[Node]:
        """The items of a list; with `single` one text stands for a list of one."""
        if node.kind == "list":
            if not node.items and not empty:
                self.report.error(node.line, "structure", f"{what} is an empty list; fill it or leave it out")
            return node.items
        if single and node.is_text:
            return [node]
        self.report.error(node.line, "structure", f"{what} is a list" + (" or a text" if single else ""))
        return []

    def text(self, node: Node, what: str, *, empty: bool = False) -> str:
        """A scalar as text, its expressions checked; empty where there is none."""
        if node.kind != "scalar":
            self.report.error(node.line, "structure", f"{what} is a text, and this is a {node.kind}")
            return ""
        if not node.value and not empty:
            self.report.error(node.line, "structure", f"{what} is empty")
        self.template(node)
        return node.value

    def template(self, node: Node, *, script: bool = False) -> None:
        """Check every expression inside a text; in a script, what strangers write may not be pasted."""
        for expression, line in self._expressions(node):
            kind, tree = self._evaluate(expression.text, line)
            if kind.structured:
                hint = "toJSON() makes a text of it" if kind.name != "null" else "it is always empty"
                self.report.error(line, "expression", f"a value of type {kind} is pasted into a text; {hint}")
            if script and tree is not None:
                for path in dict.fromkeys(untrusted(tree)):
                    self.report.error(
                        line,
                        "script-injection",
                        f"{path} is written by strangers and becomes code here; pass it through env: and quote the variable",
                    )

    def whole(self, node: Node) -> Kind | None:
        """The type of a scalar that is one expression and nothing else; None when it is not."""
        if node.kind != "scalar" or not node.value.startswith("${{"):
            return None
        try:
            parts = list(embedded(node.value))
        except Malformed:
            self.template(node)
            return ANY
        if len(parts) == 1 and parts[0].start == 0 and parts[0].end == len(node.value.rstrip()):
            return self._evaluate(parts[0].text, node.line)[0]
        return None

    def structure(self, node: Node, what: str, *, wanted: str) -> bool:
        """Whether an expression stands for a whole section; its type is checked to be the wanted one."""
        kind = self.whole(node)
        if kind is None:
            return False
        if not kind.loose and kind.name != wanted:
            self.report.error(
                node.line, "expression", f"{what} needs an expression of type {wanted}, not {kind}"
            )
        return True

    def boolean(self, node: Node, what: str) -> None:
        self._typed(node, what, tags=("bool",), kinds=("bool",), wanted="true, false")

    def number(self, node: Node, what: str, *, integer: bool = False, positive: bool = True) -> None:
        tags = ("int",) if integer else ("int", "float")
        self._typed(
            node, what, tags=tags, kinds=("number",), wanted="a whole number" if integer else "a number"
        )
        if node.tag in tags and positive and float(node.plain()) <= 0:
            self.report.error(node.line, "value", f"{what} is greater than zero")

    def _typed(
        self, node: Node, what: str, *, tags: tuple[str, ...], kinds: tuple[str, ...], wanted: str
    ) -> None:
        if node.kind == "scalar" and node.tag in tags:
            return
        kind = self.whole(node)
        if kind is None:
            self.report.error(node.line, "value", f"{what} is {wanted} or one expression")
        elif not kind.loose and kind.name not in kinds:
            self.report.error(
                node.line, "expression", f"{what} needs an expression that gives {kinds[0]}, not {kind}"
            )

    def expression(self, text: str, line: int) -> tuple[Kind, Tree | None]:
        """A bare expression, as an `if:` holds it."""
        return self._evaluate(text, line)

    def _expressions(self, node: Node) -> Iterator[tuple[Embedded, int]]:
        if "${{" not in node.value:
            return
        parts: list[Embedded] = []
        try:
            parts.extend(embedded(node.value))
        except Malformed as fault:
            self.report.error(_line(node, 0), "expression", str(fault))
        line, reached = _line(node, 0), 0
        for part in parts:
            # Counted onwards from the last one: a text may hold a hundred thousand.
            line, reached = line + node.value.count("\n", reached, part.start), part.start
            yield part, line if node.style in ("|", ">") else min(line, node.end_line)

    def _evaluate(self, text: str, line: int) -> tuple[Kind, Tree | None]:
        try:
            tree = parse(text)
        except Malformed as fault:
            self.report.error(line, "expression", str(fault))
            return ANY, None
        complain: Callable[[str], None] = lambda message: self.report.error(line, "expression", message)  # noqa: E731
        return infer(tree, self.scope, complain), tree


def _line(node: Node, offset: int) -> int:
    """The line of a place in a scalar; block scalars start below their sign, folded ones are counted as they are."""
    if node.style in ("|", ">"):
        return node.line + 1 + node.value.count("\n", 0, offset)
    return min(node.line + node.value.count("\n", 0, offset), node.end_line)


def _unknown(key: str, what: str, keys: frozenset[str]) -> str:
    near = difflib.get_close_matches(key.lower(), sorted(keys), n=1)
    return f"{what} has no {key!r}; " + (
        f"did you mean {near[0]!r}?" if near else f"it has {', '.join(sorted(keys))}"
    )
