"""The register of rules: each is a function from an object and its manifest to the places that break it.

Identifiers are the ones under which these checks are widely known, so that ignoring and searching stay possible.
"""

from collections.abc import Callable, Iterator

from app.devops.checking.findings import Report, Severity
from app.devops.checking.kubernetes.objects import Manifest, Thing
from app.devops.checking.nodes import Node

Places = Iterator[tuple[Node | int, str]]
Rule = Callable[[Thing, Manifest], Places]
Rules = dict[str, tuple[Severity, Rule]]


def registry() -> tuple[Rules, Callable[..., Callable[[Rule], Rule]]]:
    """An empty register and the decorator that fills it."""
    rules: Rules = {}

    def rule(name: str, severity: Severity = "warning") -> Callable[[Rule], Rule]:
        def add(function: Rule) -> Rule:
            rules[name] = (severity, function)
            return function

        return add

    return rules, rule


def apply(rules: Rules, thing: Thing, manifest: Manifest, report: Report) -> None:
    for name, (severity, function) in rules.items():
        for place, message in function(thing, manifest):
            line = place if isinstance(place, int) else place.line
            if severity == "error":
                report.error(line, name, message)
            else:
                report.warning(line, name, message)
