"""Templates for GitLab pipelines."""

import difflib
import re
from collections.abc import Callable

from app.devops.checking.gitlab.vocabulary import GLOBAL_KEYS, JOB_KEYS, STAGES
from app.devops.checking.nodes import Node
from app.devops.patching.surgery import Edit, insert_item, put, scalar
from app.devops.patching.target import Path, Target

_DIND = "docker:dind"


def _jobs(target: Target) -> list[tuple[Path, Node]]:
    """The jobs; the named one alone, when one is named and there."""
    wanted = target.field("job")
    found: list[tuple[Path, Node]] = [
        ((key.value,), job)
        for key, job in target.root.pairs
        if key.value not in GLOBAL_KEYS and job.kind == "map" and not key.value.startswith(".")
    ]
    return [(path, job) for path, job in found if path[0] == wanted] or found


def timeout(target: Target) -> list[Edit]:
    """Twice the time of the job that ran out of it; two hours where none was set."""
    for path, job in _jobs(target):
        old = job.text("timeout")
        if old or len(_jobs(target)) == 1:
            return [put(target.text, job, "timeout", _doubled(old), path, before="script")]
    return []


def _doubled(old: str) -> str:
    hours = re.search(r"(\d+)\s*h", old)
    minutes = re.search(r"(\d+)\s*m", old)
    total = 2 * ((int(hours[1]) * 60 if hours else 0) + (int(minutes[1]) if minutes else 0)) or 120
    return (
        f"{total // 60}h"
        if total % 60 == 0
        else f"{total // 60}h {total % 60}m"
        if total > 60
        else f"{total}m"
    )


def retry(target: Target) -> list[Edit]:
    """Again when the runner or the system failed, never when the script did: the job that is known, else all of them."""
    data = {"max": 2, "when": ["runner_system_failure", "stuck_or_timeout_failure", "api_failure"]}
    jobs = _jobs(target)
    known = len(jobs) == 1 or any(path[0] == target.field("job") for path, _ in jobs)
    if not known and target.root.get("default") is None:
        return (
            [put(target.text, target.root, "default", {"retry": data}, (), before=jobs[0][0][0])]
            if jobs
            else []
        )
    return [put(target.text, job, "retry", data, path) for path, job in jobs if job.get("retry") is None][:1]


def dind(target: Target) -> list[Edit]:
    """Docker in Docker beside the jobs that call docker, over TLS."""
    edits = []
    for path, job in _jobs(target):
        script = " ".join(item.value for item in job.listed("script")) + job.text("script")
        if not re.search(r"\bdocker\b", script):
            continue
        services = job.get("services")
        if services is None:
            edits.append(put(target.text, job, "services", [_DIND], path, before="script"))
        elif not any("dind" in leaf.value for leaf in services.walk()):
            edits.append(insert_item(target.text, services, len(services.items), _DIND, (*path, "services")))
        given = job.get("variables")
        if target.root.get("variables", "DOCKER_TLS_CERTDIR") is None and (
            given is None or given.get("DOCKER_TLS_CERTDIR") is None
        ):
            if given is not None and given.pairs:
                edits.append(put(target.text, given, "DOCKER_TLS_CERTDIR", "/certs", (*path, "variables")))
            else:
                edits.append(
                    put(
                        target.text, job, "variables", {"DOCKER_TLS_CERTDIR": "/certs"}, path, before="script"
                    )
                )
    return edits


def stage(target: Target) -> list[Edit]:
    """Add the stages that jobs name and the list lacks, in the order in which they come."""
    stages = target.root.get("stages")
    known = [item.value for item in stages.items] if stages is not None else list(STAGES)
    named = [job.text("stage") for _, job in _jobs(target)]
    missing = [
        name
        for name in dict.fromkeys(named)
        if name and name not in (*known, ".pre", ".post") and "$" not in name
    ]
    if not missing:
        return []
    if stages is None:
        return [
            put(
                target.text,
                target.root,
                "stages",
                [*STAGES[1:-1], *missing],
                (),
                before=target.root.pairs[0][0].value,
            )
        ]
    # A misspelt stage is mended where it is written.
    edits: list[Edit] = []
    for name in missing:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
        users = [
            (path, node)
            for path, job in _jobs(target)
            if (node := job.get("stage")) is not None and node.value == name
        ]
        if near:
            edits += [scalar(node, near[0], (*path, "stage")) for path, node in users]
        else:
            edits.append(insert_item(target.text, stages, len(stages.items), name, ("stages",)))
    return edits


def needs(target: Target) -> list[Edit]:
    """A needed job that is not there: its right name when one is near, else it becomes optional."""
    names = [key.value for key, _ in target.root.pairs if key.value not in GLOBAL_KEYS]
    edits = []
    for path, job in _jobs(target):
        for part in ("needs", "dependencies"):
            for item in job.listed(part):
                node = item.get("job") if item.kind == "map" else item
                if node is None or not node.is_text or node.value in names or "$" in node.value:
                    continue
                near = difflib.get_close_matches(
                    node.value, [name for name in names if name != path[0]], n=1, cutoff=0.6
                )
                if near:
                    edits.append(scalar(node, near[0], (*path, part)))
                elif part == "needs":
                    edits.append(_optional(target, item, node, (*path, part)))
    return edits


def _optional(target: Target, item: Node, job: Node, path: Path) -> Edit:
    if item.kind == "map":
        return put(target.text, item, "optional", True, (*path, "*"))
    return Edit(item.start, item.end, f"{{job: {job.value}, optional: true}}", path)


def keywords(target: Target) -> list[Edit]:
    """Keywords of jobs that differ from a known one by a letter."""
    edits = []
    for path, job in _jobs(target):
        have = {key.value for key, _ in job.pairs}
        for key, _ in job.pairs:
            if key.value in JOB_KEYS or key.value == "<<":
                continue
            near = difflib.get_close_matches(key.value.lower(), JOB_KEYS - have, n=1, cutoff=0.75)
            if near:
                edits.append(Edit(key.start, key.end, near[0], (*path, key.value)))
                edits.append(Edit(key.end, key.end, "", (*path, near[0])))
    return edits


def extends(target: Target) -> list[Edit]:
    """The template that was meant, where an extended one is not there."""
    names = [key.value for key, _ in target.root.pairs if key.value not in GLOBAL_KEYS]
    edits = []
    for path, job in _jobs(target):
        node = job.get("extends")
        for item in node.items or [node] if node is not None else ():
            if item.is_text and item.value not in names:
                near = difflib.get_close_matches(item.value, names, n=1, cutoff=0.6)
                edits += [scalar(item, name, (*path, "extends")) for name in near]
    return edits


def _variable(name: str, value: str) -> Callable[[Target], list[Edit]]:
    def template(target: Target) -> list[Edit]:
        variables = target.root.get("variables")
        if variables is not None and variables.pairs:
            return (
                [put(target.text, variables, name, value, ("variables",))]
                if variables.text(name) != value
                else []
            )
        first = target.root.pairs[0][0].value if target.root.pairs else ""
        return [put(target.text, target.root, "variables", {name: value}, (), before=first)]

    return template


fetch_depth = _variable("GIT_DEPTH", "0")
submodules = _variable("GIT_SUBMODULE_STRATEGY", "recursive")
