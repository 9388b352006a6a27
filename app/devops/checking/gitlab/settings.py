"""What a job and default: may set alike: scripts, times, repetitions, artifacts, caches, services."""

import re

from app.devops.checking.findings import Report
from app.devops.checking.gitlab.maps import check_keys, items_of, names_of
from app.devops.checking.gitlab.vocabulary import (
    ARTIFACT_KEYS,
    CACHE_KEYS,
    MAX_RETRY,
    RETRY_KEYS,
    RETRY_WHEN,
    WHEN,
)
from app.devops.checking.nodes import Node

_DURATION = re.compile(
    r"(?i)never|\d+|(?:\d+(?:\.\d+)?\s*(?:y(?:ea)?rs?|mo(?:nths?)?|w(?:ee)?ks?|d(?:ays?)?|h(?:(?:ou)?rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?|w|y)(?:\s*(?:,|and)?\s*))+"
)

_LONGEST_DURATION = 60


def check_settings(node: Node, report: Report) -> None:
    for name in ("script", "before_script", "after_script"):
        _script(node.get(name), name, report)
    when = node.get("when")
    if when is not None and when.value not in WHEN:
        report.error(when.line, "value", f"when: is one of {', '.join(sorted(WHEN))}, not {when.value!r}")
    timeout = node.get("timeout")
    if timeout is not None and not _is_duration(timeout) and "$" not in timeout.value:
        report.error(timeout.line, "value", f"timeout: is a time such as 1h 30m, not {timeout.value!r}")
    _retry(node.get("retry"), report)
    for name, keys in (("artifacts", ARTIFACT_KEYS),):
        found = node.get(name)
        if found is not None and found.kind == "map":
            check_keys(found, keys, f"{name}:", report)
    for cache in items_of(node.get("cache")):
        if cache.kind == "map":
            check_keys(cache, CACHE_KEYS, "cache:", report)
    services = node.get("services")
    if services is not None and services.kind != "list":
        report.error(services.line, "structure", "services: is a list")
    for service in services.items if services is not None else ():
        if service.kind == "map" and service.get("name") is None:
            report.error(service.line, "missing-key", "a service has a name:, its image")
    parallel = node.get("parallel")
    if (
        parallel is not None
        and parallel.is_text
        and (parallel.tag != "int" or not 1 <= parallel.plain() <= 200)
    ):
        report.error(parallel.line, "value", "parallel: is a number from 1 to 200, or a matrix:")


def _is_duration(node: Node) -> bool:
    text = node.value.strip()
    return node.kind == "scalar" and len(text) <= _LONGEST_DURATION and _DURATION.fullmatch(text) is not None


def _script(node: Node | None, name: str, report: Report) -> None:
    if node is None:
        return
    if node.kind == "map":
        report.error(node.line, "structure", f"{name}: is a text or a list of texts")
    if node.kind == "scalar" and node.empty and name == "script":
        report.error(node.line, "structure", "script: is empty")
    for item in node.items:
        if item.kind == "map":
            report.error(
                item.line, "structure", f"a line of {name}: became a map by its ': '; put it in quotes"
            )
        elif item.kind == "scalar" and item.tag == "bool":
            report.error(
                item.line, "structure", f"a line of {name}: is {item.value} and no text; put it in quotes"
            )


def _retry(node: Node | None, report: Report) -> None:
    if node is None:
        return
    number = node.get("max") if node.kind == "map" else node
    if node.kind == "map":
        check_keys(node, RETRY_KEYS, "retry:", report)
        for item in names_of(node.get("when")):
            if item.value not in RETRY_WHEN:
                report.error(item.line, "value", f"retry: knows no reason {item.value!r}")
    if number is not None and number.value not in [str(n) for n in range(MAX_RETRY + 1)]:
        report.error(number.line, "value", f"retry: is 0 to {MAX_RETRY}")
