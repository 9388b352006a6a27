"""A whole GitLab pipeline: keywords, stages, and every reference from one job to another.

What an include brings is not fetched. So with an include, a name that is not here may be there, and is left alone.
"""

import difflib
import re
from dataclasses import dataclass

from app.devops.checking.circles import circles
from app.devops.checking.findings import Report
from app.devops.checking.gitlab.environments import check_environment
from app.devops.checking.gitlab.taken import check_taken
from app.devops.checking.gitlab.vocabulary import (
    ARTIFACT_KEYS,
    CACHE_KEYS,
    DEFAULT_KEYS,
    GLOBAL_KEYS,
    INCLUDE_KEYS,
    INCLUDE_SOURCES,
    JOB_KEYS,
    MAX_RETRY,
    NEEDS_KEYS,
    RETRY_KEYS,
    RETRY_WHEN,
    RULE_KEYS,
    STAGES,
    WHEN,
)
from app.devops.checking.nodes import Node, Stream

_DURATION = re.compile(
    r"(?i)never|\d+|(?:\d+(?:\.\d+)?\s*(?:y(?:ea)?rs?|mo(?:nths?)?|w(?:ee)?ks?|d(?:ays?)?|h(?:(?:ou)?rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?|w|y)(?:\s*(?:,|and)?\s*))+"
)

_LONGEST_DURATION = 60


@dataclass(frozen=True)
class Pipeline:
    """What jobs may refer to; `whole` is false where an include may bring more."""

    jobs: dict[str, Node]
    stages: list[str]
    whole: bool

    def stage_of(self, name: str) -> str | None:
        """The stage of a job, through what it extends; None where that is not to be told."""
        job: Node | None = self.jobs.get(name)
        for _ in range(12):
            if job is None:
                return None
            if stage := job.text("stage"):
                return stage
            parents = _names(job.get("extends"))
            if not parents:
                return "test"
            job = self.jobs.get(parents[-1].value)
        return None


def check_pipeline(stream: Stream, report: Report) -> None:
    documents = [document for document in stream.documents if not document.empty]
    if not documents:
        report.error(1, "structure", "the pipeline is empty")
        return
    # A document before the last is the header of a component, with spec:.
    root = documents[-1]
    if root.kind != "map":
        report.error(root.line, "structure", "a pipeline is a map of jobs and settings")
        return
    _duplicates(root, "the pipeline", report)
    jobs = {
        key.value: value for key, value in root.pairs if key.value not in GLOBAL_KEYS or key.value == "pages"
    }
    stages = _stages(root, report)
    pipeline = Pipeline(jobs, stages, root.get("include") is None)
    _globals(root, report)
    for key, job in root.pairs:
        if key.value in jobs:
            _job(key, job, pipeline, report)
    if pipeline.whole and not any(not name.startswith(".") for name in jobs):
        report.error(
            root.line, "structure", "there is no job that would run: names with a dot in front are templates"
        )
    _cycles(pipeline, root, report)
    if pipeline.whole:
        check_taken(root, report)


def _duplicates(node: Node, what: str, report: Report) -> None:
    seen: dict[str, int] = {}
    for key, _ in node.pairs:
        if key.value in seen and key.value != "<<":
            report.error(
                key.line,
                "duplicate-key",
                f"{key.value!r} stands in {what} already, in line {seen[key.value]}",
            )
        seen[key.value] = key.line


def _keys(node: Node, known: frozenset[str], what: str, report: Report) -> None:
    _duplicates(node, what, report)
    for key, _ in node.pairs:
        if key.value not in known and key.value != "<<":
            near = difflib.get_close_matches(key.value, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            report.error(key.line, "unknown-key", f"{what} has no {key.value!r}{hint}")


def _stages(root: Node, report: Report) -> list[str]:
    node = root.get("stages")
    if node is None:
        return list(STAGES)
    if node.kind != "list" or not node.items:
        report.error(node.line, "structure", "stages: is a list of names")
        return list(STAGES)
    names = [item.value for item in node.items if item.kind == "scalar"]
    for item in node.items:
        if item.kind != "scalar":
            report.error(item.line, "structure", "a stage is a name")
        elif names.count(item.value) > 1:
            report.error(item.line, "stage", f"the stage {item.value!r} stands there twice")
    return [".pre", *names, ".post"]


def _globals(root: Node, report: Report) -> None:
    default = root.get("default")
    if default is not None and default.kind == "map":
        _keys(default, DEFAULT_KEYS, "default:", report)
        _settings(default, report)
    elif default is not None:
        report.error(default.line, "structure", "default: is a map")
    for item in _items(root.get("include")):
        if item.kind == "map":
            _keys(item, INCLUDE_KEYS, "include:", report)
            sources = {key.value for key, _ in item.pairs} & INCLUDE_SOURCES
            if len(sources) != 1:
                report.error(
                    item.line,
                    "include",
                    f"an include names one source of {', '.join(sorted(INCLUDE_SOURCES))}",
                )
            if "project" in sources and item.get("file") is None:
                report.error(item.line, "include", "an include of a project needs file:")
        elif not item.is_text:
            report.error(item.line, "include", "an include is a path, an address or a map")
    workflow = root.get("workflow")
    if workflow is not None and workflow.kind == "map":
        _keys(workflow, frozenset(("name", "rules", "auto_cancel")), "workflow:", report)
        _rules(workflow.get("rules"), report)


def _items(node: Node | None) -> list[Node]:
    return [] if node is None else node.items if node.kind == "list" else [node]


def _names(node: Node | None) -> list[Node]:
    return [item for item in _items(node) if item.is_text]


def _job(key: Node, job: Node, pipeline: Pipeline, report: Report) -> None:
    name = key.value
    template = name.startswith(".")
    if job.kind != "map":
        # A hidden key may hold anything, for !reference and anchors.
        if not template:
            report.error(
                key.line, "structure", f"the job {name!r} is a map; a setting of that name is not known"
            )
        return
    if not template or job.get("script") is not None:
        _keys(job, JOB_KEYS, f"the job {name!r}", report)
    if not template:
        _runs(key, job, pipeline, report)
    _settings(job, report)
    _stage(job, pipeline, report)
    _extends(name, job, pipeline, report)
    _needs(name, job, pipeline, report)
    _rules(job.get("rules"), report)
    check_environment(job.get("environment"), report)
    for clash in ("only", "except"):
        at = job.key(clash)
        if at is not None and job.get("rules") is not None:
            report.error(at.line, "rules", f"{clash}: and rules: exclude each other in one job")


def _runs(key: Node, job: Node, pipeline: Pipeline, report: Report) -> None:
    names = {name.value for name, _ in job.pairs}
    # What is included may already say how the job of this name runs; here it is only changed.
    if pipeline.whole and not names & {"script", "trigger", "run", "extends", "<<"}:
        report.error(key.line, "missing-key", f"the job {key.value!r} has no script: and no trigger:")
    if {"script", "trigger"} <= names:
        report.error(key.line, "structure", f"the job {key.value!r} has script: and trigger:; it can do one")


def _settings(node: Node, report: Report) -> None:
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
            _keys(found, keys, f"{name}:", report)
    for cache in _items(node.get("cache")):
        if cache.kind == "map":
            _keys(cache, CACHE_KEYS, "cache:", report)
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
        _keys(node, RETRY_KEYS, "retry:", report)
        for item in _names(node.get("when")):
            if item.value not in RETRY_WHEN:
                report.error(item.line, "value", f"retry: knows no reason {item.value!r}")
    if number is not None and number.value not in [str(n) for n in range(MAX_RETRY + 1)]:
        report.error(number.line, "value", f"retry: is 0 to {MAX_RETRY}")


def _stage(job: Node, pipeline: Pipeline, report: Report) -> None:
    stage = job.get("stage")
    if stage is None:
        return
    if stage.kind != "scalar":
        report.error(stage.line, "structure", "stage: is a name")
    elif pipeline.whole and stage.value not in pipeline.stages and "$" not in stage.value:
        known = ", ".join(pipeline.stages[1:-1])
        report.error(stage.line, "stage", f"there is no stage {stage.value!r}; there are {known}")


def _extends(name: str, job: Node, pipeline: Pipeline, report: Report) -> None:
    node = job.get("extends")
    for item in _items(node):
        if not item.is_text:
            report.error(item.line, "structure", "extends: is a name or a list of names")
        elif item.value == name:
            report.error(item.line, "reference", f"{name!r} extends itself")
        elif pipeline.whole and item.value not in pipeline.jobs:
            near = difflib.get_close_matches(item.value, pipeline.jobs, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            report.error(item.line, "reference", f"{name!r} extends {item.value!r}, which is not there{hint}")


def _needs(name: str, job: Node, pipeline: Pipeline, report: Report) -> None:
    for part in ("needs", "dependencies"):
        node = job.get(part)
        if node is not None and node.is_text:
            report.error(node.line, "structure", f"{part}: is a list of jobs")
        for item in node.items if node is not None else ():
            target = item.get("job") if item.kind == "map" else item
            if item.kind == "map":
                _keys(item, NEEDS_KEYS, f"{part}:", report)
                if item.get("pipeline") is not None or item.get("project") is not None:
                    continue
            if target is None or target.kind != "scalar" or "$" in target.value:
                continue
            optional = item.kind == "map" and item.text("optional") == "true"
            _order(name, target, part, pipeline, report, optional=optional)


def _order(name: str, target: Node, part: str, pipeline: Pipeline, report: Report, *, optional: bool) -> None:
    if target.value == name:
        report.error(target.line, "reference", f"{name!r} waits for itself")
    elif target.value not in pipeline.jobs:
        if pipeline.whole and not optional and not _matrix_of(target.value, pipeline):
            near = difflib.get_close_matches(target.value, pipeline.jobs, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            report.error(
                target.line, "reference", f"{name!r} {part} {target.value!r}, and no job is called so{hint}"
            )
    else:
        mine, other = pipeline.stage_of(name), pipeline.stage_of(target.value)
        if mine in pipeline.stages and other in pipeline.stages:
            late = pipeline.stages.index(other) > pipeline.stages.index(mine)
            if late:
                report.error(
                    target.line,
                    "stage",
                    f"{name!r} ({mine}) waits for {target.value!r}, which runs later ({other})",
                )


def _matrix_of(name: str, pipeline: Pipeline) -> bool:
    return name.partition(":")[0].strip() in pipeline.jobs


def _rules(node: Node | None, report: Report) -> None:
    if node is None:
        return
    if node.kind != "list":
        report.error(node.line, "structure", "rules: is a list")
        return
    for item in node.items:
        if item.kind == "list":
            continue
        if item.kind != "map":
            report.error(item.line, "structure", "a rule is a map with if:, changes:, exists: or when:")
            continue
        _keys(item, RULE_KEYS, "a rule", report)
        when = item.get("when")
        if when is not None and when.value not in WHEN:
            report.error(when.line, "value", f"when: is one of {', '.join(sorted(WHEN))}, not {when.value!r}")
        condition = item.get("if")
        if condition is not None and (fault := _condition(condition)):
            report.error(condition.line, "condition", fault)


def _condition(node: Node) -> str:
    text = re.sub(r"\"[^\"]*\"|'[^']*'|/(?:\\.|[^/\n\\])+/i?", '""', node.value)
    if node.kind != "scalar" or not node.value.strip():
        return 'if: is an expression such as $CI_COMMIT_BRANCH == "main"'
    if text.count("(") != text.count(")"):
        return "the brackets of this condition do not match"
    if re.search(r"(?<![=!<>])=(?![=~])", text):
        return "'=' compares nothing; write '=='"
    if re.search(r"\b(?:and|or|not)\b", text):
        return "write && and ||; words are no operators here"
    return ""


def _cycles(pipeline: Pipeline, root: Node, report: Report) -> None:
    edges = {
        name: [
            target.value
            for item in _items(job.get("needs"))
            if (target := item.get("job") if item.kind == "map" else item) is not None
            and target.value in pipeline.jobs
        ]
        for name, job in pipeline.jobs.items()
    }
    for circle in circles(edges):
        # A job that waits for itself is told where it says so.
        if len(circle) > 1:
            key = root.key(circle[0])
            shown = " -> ".join([*circle, circle[0]])
            report.error(key.line if key else root.line, "reference", f"jobs wait for each other: {shown}")
