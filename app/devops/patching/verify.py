"""The questions that every patch is put to before anybody sees it."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from app.devops.checking.cloudformation.template import check_template
from app.devops.checking.compose import check_compose
from app.devops.checking.findings import CheckResult, Report, TooManyFindings
from app.devops.checking.github.workflow import check_workflow
from app.devops.checking.gitlab.pipeline import check_pipeline
from app.devops.checking.kubernetes.availability import RULES as AVAILABILITY
from app.devops.checking.kubernetes.manifest import check_manifest
from app.devops.checking.nodes import Stream, read
from app.devops.checking.policy import check_policy
from app.devops.patching.shapes import Check, FileKind
from app.devops.patching.surgery import Edit, patched

_RULES = {
    "github": check_workflow,
    "gitlab": check_pipeline,
    "kubernetes": check_manifest,
    "compose": check_compose,
    "cloudformation": check_template,
}


def verify_diff(old: str, new: str, diff: str, edits: list[Edit], kind: FileKind) -> tuple[Check, ...]:
    """Parsed, applied, held against the schema and the rules, within its bounds, without new rights for all."""
    before, after = read(old), read(new)
    if after.problem is not None:
        return (Check("parses", False, after.problem.message),)
    return (
        Check("parses", True, f"{len(after.documents)} document(s)"),
        Check("applies", patched(old, diff) == new, "the diff on the given text gives the checked text"),
        *_no_worse(before, after, kind),
        _within(before, after, edits),
        _narrow(old, new),
    )


def verify_snippet(text: str, language: str, kind: FileKind | None) -> tuple[Check, ...]:
    """A snippet is parsed and, where it is a policy, held against what a policy may hold."""
    data: Any = None
    try:
        if language == "json":
            data = json.loads(text)
        else:
            stream = read(text)
            if stream.problem is not None:
                return (Check("parses", False, stream.problem.message),)
            data = [document.plain() for document in stream.documents]
    except ValueError as error:
        return (Check("parses", False, str(error)),)
    checks = [Check("parses", True, language)]
    if kind == "iam":
        faults = check_policy(data)
        checks.append(
            Check("schema", not faults, "; ".join(faults) or "a policy of named actions on named resources")
        )
    elif kind == "kubernetes":
        result = judged(read(text), kind)
        errors = [finding.message for finding in result.findings if finding.severity == "error"]
        checks.append(
            Check("schema", not errors, "; ".join(errors[:3]) or "the fields of the Kubernetes API")
        )
    checks.append(_narrow("", text))
    return tuple(checks)


def judged(stream: Stream, kind: FileKind) -> CheckResult:
    report = Report()
    rules = _RULES.get(kind)
    if rules is not None:
        with suppress(TooManyFindings):
            rules(stream, report)
    return report.result()


def _no_worse(before: Stream, after: Stream, kind: FileKind) -> Iterator[Check]:
    """What was wrong before is no fault of the patch; what is wrong only now is.

    Advice on replicas and the like is left out: a field that is read again after a patch is judged anew.
    """
    old = judged(before, kind) if before.problem is None else CheckResult(False, ())
    new = judged(after, kind)
    for name, severity in (("schema", "error"), ("lint", "warning")):
        counted = Counter(
            (finding.rule, finding.message)
            for finding in new.findings
            if finding.severity == severity and finding.rule not in AVAILABILITY
        )
        counted -= Counter((finding.rule, finding.message) for finding in old.findings)
        fresh = [message for _, message in counted]
        yield Check(name, not fresh, "; ".join(fresh[:3]) or f"no new {severity} by the rules for {kind}")


def _within(before: Stream, after: Stream, edits: list[Edit]) -> Check:
    paths = {edit.path for edit in edits}
    old = [document.plain() for document in before.documents]
    new = [document.plain() for document in after.documents]
    outside = [path for path in _changed(old, new, ()) if not any(_below(path, allowed) for allowed in paths)]
    named = ", ".join(".".join(path) for path in sorted(paths))
    return Check(
        "scope",
        not outside and old != new,
        f"changes {named} only" if not outside else f"changes {outside[0]} too",
    )


def _below(path: tuple[str, ...], allowed: tuple[str, ...]) -> bool:
    return len(path) >= len(allowed) and all(b in ("*", a) for a, b in zip(path, allowed, strict=False))


def _changed(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The paths at which two trees differ; an item added to a list leaves the others what they were."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            if key not in old or key not in new:
                yield (*path, str(key))
            else:
                yield from _changed(old[key], new[key], (*path, str(key)))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _changed_items(old, new, path)
    elif old != new or type(old) is not type(new):
        yield path


def _changed_items(old: list[Any], new: list[Any], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if len(old) == len(new):
        for position, (a, b) in enumerate(zip(old, new, strict=True)):
            yield from _changed(a, b, (*path, str(position)))
        return
    kept = 0
    for item in new:
        if kept < len(old) and item == old[kept]:
            kept += 1
    yield path if len(new) > len(old) and kept == len(old) else (*path, "*")


def _narrow(old: str, new: str) -> Check:
    """No right for everything that was not there before."""
    wide = (
        "write-all",
        "cluster-admin",
        '"Action": "*"',
        '"Resource": "*"',
        "privileged: true",
        'Action: "*"',
        "Action: '*'",
        'Resource: "*"',
        "Resource: '*'",
        "verbs: ['*']",
        'verbs: ["*"]',
    )
    grown = [word for word in wide if new.count(word) > old.count(word)]
    return Check(
        "least-privilege", not grown, f"adds {grown[0]}" if grown else "adds no right for everything"
    )
