"""What jobs of a pipeline refer to: stages, templates, other jobs, in an order that can be kept.

What an include brings is not fetched. So with an include, a name that is not here may be there, and is left alone.
"""

import difflib
from dataclasses import dataclass

from app.devops.checking.circles import circles
from app.devops.checking.findings import Report
from app.devops.checking.gitlab.maps import check_keys, items_of, names_of
from app.devops.checking.gitlab.vocabulary import NEEDS_KEYS
from app.devops.checking.nodes import Node


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
            parents = names_of(job.get("extends"))
            if not parents:
                return "test"
            job = self.jobs.get(parents[-1].value)
        return None


def check_stage(job: Node, pipeline: Pipeline, report: Report) -> None:
    stage = job.get("stage")
    if stage is None:
        return
    if stage.kind != "scalar":
        report.error(stage.line, "structure", "stage: is a name")
    elif pipeline.whole and stage.value not in pipeline.stages and "$" not in stage.value:
        known = ", ".join(pipeline.stages[1:-1])
        report.error(stage.line, "stage", f"there is no stage {stage.value!r}; there are {known}")


def check_extends(name: str, job: Node, pipeline: Pipeline, report: Report) -> None:
    node = job.get("extends")
    for item in items_of(node):
        if not item.is_text:
            report.error(item.line, "structure", "extends: is a name or a list of names")
        elif item.value == name:
            report.error(item.line, "reference", f"{name!r} extends itself")
        elif pipeline.whole and item.value not in pipeline.jobs:
            near = difflib.get_close_matches(item.value, pipeline.jobs, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            report.error(item.line, "reference", f"{name!r} extends {item.value!r}, which is not there{hint}")


def check_needs(name: str, job: Node, pipeline: Pipeline, report: Report) -> None:
    for part in ("needs", "dependencies"):
        node = job.get(part)
        if node is not None and node.is_text:
            report.error(node.line, "structure", f"{part}: is a list of jobs")
        for item in node.items if node is not None else ():
            target = item.get("job") if item.kind == "map" else item
            if item.kind == "map":
                check_keys(item, NEEDS_KEYS, f"{part}:", report)
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


def check_circles(pipeline: Pipeline, root: Node, report: Report) -> None:
    edges = {
        name: [
            target.value
            for item in items_of(job.get("needs"))
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
