"""A whole GitLab pipeline: its settings, its stages, and each of its jobs."""

from app.devops.checking.findings import Report
from app.devops.checking.gitlab.environments import check_environment
from app.devops.checking.gitlab.maps import check_duplicates, check_keys, items_of
from app.devops.checking.gitlab.references import (
    Pipeline,
    check_circles,
    check_extends,
    check_needs,
    check_stage,
)
from app.devops.checking.gitlab.rules import check_rules
from app.devops.checking.gitlab.settings import check_settings
from app.devops.checking.gitlab.taken import check_taken
from app.devops.checking.gitlab.vocabulary import (
    DEFAULT_KEYS,
    GLOBAL_KEYS,
    INCLUDE_KEYS,
    INCLUDE_SOURCES,
    JOB_KEYS,
    STAGES,
)
from app.devops.checking.nodes import Node, Stream


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
    check_duplicates(root, "the pipeline", report)
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
    check_circles(pipeline, root, report)
    if pipeline.whole:
        check_taken(root, report)


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
        check_keys(default, DEFAULT_KEYS, "default:", report)
        check_settings(default, report)
    elif default is not None:
        report.error(default.line, "structure", "default: is a map")
    for item in items_of(root.get("include")):
        if item.kind == "map":
            check_keys(item, INCLUDE_KEYS, "include:", report)
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
        check_keys(workflow, frozenset(("name", "rules", "auto_cancel")), "workflow:", report)
        check_rules(workflow.get("rules"), report)


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
        check_keys(job, JOB_KEYS, f"the job {name!r}", report)
    if not template:
        _runs(key, job, pipeline, report)
    check_settings(job, report)
    check_stage(job, pipeline, report)
    check_extends(name, job, pipeline, report)
    check_needs(name, job, pipeline, report)
    check_rules(job.get("rules"), report)
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
