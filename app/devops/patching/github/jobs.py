"""Jobs as a whole: runners, time, order, room on the disk, and keys that are misspelt."""

import difflib
import re

from app.devops.checking.github.actions import use
from app.devops.checking.github.vocabulary import JOB_KEYS, RETIRED_RUNNERS, WORKFLOW_KEYS
from app.devops.checking.nodes import Node
from app.devops.patching.surgery import Edit, insert_item, last, put, scalar
from app.devops.patching.target import Path, Target

_LONGEST_MINUTES = 360


def runner_labels(target: Target) -> list[Edit]:
    """Replace retired runners, in runs-on and in the matrix."""
    edits = []
    for path, job in target.jobs():
        places = [((*path, "runs-on"), job.get("runs-on"))]
        for key, row in job.mapped("strategy", "matrix"):
            places.append(((*path, "strategy", "matrix", key.value), row))
        for where, node in places:
            for leaf in node.walk() if node is not None else ():
                if leaf.kind == "scalar" and leaf.value.lower() in RETIRED_RUNNERS:
                    edits.append(scalar(leaf, RETIRED_RUNNERS[leaf.value.lower()], where))
    return edits


def timeout(target: Target) -> list[Edit]:
    """Twice the minutes that were not enough, at the job, or at the step that has a limit of its own."""
    limit = re.search(r"\d+", target.field("limit", "minutes"))
    for path, _, position, step in target.steps():
        own = step.get("timeout-minutes")
        if own is not None and own.tag == "int" and limit is not None and own.value == limit[0]:
            return [put(target.text, step, "timeout-minutes", _doubled(own.value), (*path, str(position)))]
    for path, job in target.jobs():
        current = job.text("timeout-minutes")
        if (current or not limit or len(list(target.jobs())) == 1) and job.get("steps") is not None:
            minutes = _doubled(current or (limit[0] if limit else "60"))
            if str(minutes) != current:
                return [put(target.text, job, "timeout-minutes", minutes, path, before="steps")]
    return []


def _doubled(minutes: str) -> int:
    return min(_LONGEST_MINUTES, 2 * int(minutes)) if minutes.isdigit() else 60


def needs(target: Target) -> list[Edit]:
    """Name every job whose outputs are read in needs:."""
    edits = []
    known = {key.value for key, _ in target.root.mapped("jobs")}
    for path, job in target.jobs():
        given = job.get("needs")
        have = (
            [item.value for item in given.items]
            if given is not None and given.kind == "list"
            else [given.value]
            if given
            else []
        )
        start, end = job.start, last(job, target.text)
        read = list(dict.fromkeys(re.findall(r"needs\.([\w-]+)\.", target.text[start:end])))
        missing = [name for name in read if name in known and name not in have and name != path[1]]
        if missing:
            data: object = [*have, *missing] if len(have) + len(missing) > 1 else missing[0]
            edits.append(put(target.text, job, "needs", data, path, before="runs-on"))
    return edits


def misspelt_keys(target: Target) -> list[Edit]:
    """Keys that differ from a known one by a letter or by case."""
    edits = _misspelt(target.root, WORKFLOW_KEYS, ())
    for path, job in target.jobs():
        edits += _misspelt(job, JOB_KEYS, path)
    steps = frozenset(
        [
            "id",
            "if",
            "name",
            "run",
            "uses",
            "with",
            "env",
            "shell",
            "working-directory",
            "continue-on-error",
            "timeout-minutes",
        ]
    )
    for path, _, position, step in target.steps():
        edits += _misspelt(step, steps, (*path, str(position)))
        used = use(step.text("uses"))
        known = used.action if used is not None else None
        given = step.get("with")
        if known is not None and known.inputs and given is not None:
            edits += _misspelt(given, known.inputs, (*path, str(position), "with"))
    return edits


def _misspelt(node: Node, known: frozenset[str], path: Path) -> list[Edit]:
    edits = []
    have = {key.value for key, _ in node.pairs}
    for key, _ in node.pairs:
        if key.value not in known and key.kind == "scalar":
            near = difflib.get_close_matches(
                key.value.lower().replace("_", "-"), known - have, n=1, cutoff=0.75
            )
            if near:
                # The old name goes and the new one comes: both are places that may change.
                edits.append(Edit(key.start, key.end, near[0], (*path, key.value)))
                edits.append(Edit(key.end, key.end, "", (*path, near[0])))
    return edits


def concurrency(target: Target) -> list[Edit]:
    """One run of a kind at a time, so that two do not deploy or lock the same state at once."""
    if target.root.get("concurrency") is not None:
        return []
    data = {"group": "${{ github.workflow }}-${{ github.ref }}", "cancel-in-progress": False}
    return [put(target.text, target.root, "concurrency", data, (), before="jobs")]


def disk_space(target: Target) -> list[Edit]:
    """Room on the runner: remove what the image carries and the job does not use."""
    data = {
        "name": "Free disk space",
        "run": "sudo rm -rf /usr/share/dotnet /usr/local/lib/android /opt/ghc\ndf -h /\n",
    }
    for path, job in target.jobs():
        steps = job.get("steps")
        if steps is not None and steps.kind == "list" and steps.items and "ubuntu" in job.text("runs-on"):
            return [insert_item(target.text, steps, 0, data, (*path, "steps"))]
    return []
