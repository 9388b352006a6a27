"""Tools and their versions: outdated actions, missing setups, versions that YAML reads as numbers."""

import re
from collections.abc import Callable

from app.devops.checking.github.actions import KNOWN, use
from app.devops.checking.nodes import Node
from app.devops.patching.surgery import Edit, insert_item, put, scalar
from app.devops.patching.target import Path, Target

_SETUPS: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("node|npm|npx|yarn|pnpm", "actions/setup-node", {"node-version": 22}),
    ("python|python3|pip|pip3|pytest", "actions/setup-python", {"python-version": "3.13"}),
    ("go", "actions/setup-go", {"go-version": "stable"}),
    ("java|javac|mvn|gradle", "actions/setup-java", {"distribution": "temurin", "java-version": 21}),
    ("dotnet", "actions/setup-dotnet", {"dotnet-version": "9.0.x"}),
)


def action_versions(target: Target) -> list[Edit]:
    """Move outdated actions to the current major version: those that the log names, and all only where it names none."""
    named = {name.lower() for name in re.findall(r"[\w.-]+(?:/[\w.-]+)+", target.field("action"))}
    edits: list[Edit] = []
    for path, _, position, step in target.steps():
        node = step.get("uses")
        used = use(node.value) if node is not None else None
        known = KNOWN.get(used.name.lower()) if used is not None else None
        if node is None or used is None or known is None or used.major is None or not known.current:
            continue
        if used.major < known.current and (used.name.lower() in named if named else used.outdated):
            edits.append(scalar(node, f"{used.name}@v{known.current}", (*path, str(position), "uses")))
    return edits


def setup(target: Target) -> list[Edit]:
    """Install the tool that was not found, before the first step that calls it."""
    tool = target.field("tool", "command", "program", "name")
    for words, action, inputs in _SETUPS:
        if re.fullmatch(words, tool) and not any(True for _ in target.using(action)):
            known = KNOWN[action]
            for path, steps, position, _ in target.running(rf"(?m)(?:^|[;&|]\s*)\s*(?:sudo )?(?:{words})\b"):
                data = {"uses": f"{action}@v{known.current}", "with": inputs}
                return [insert_item(target.text, steps, position, data, path)]
    return []


def _version(action: str, key: str, default: str) -> Callable[[Target], list[Edit]]:
    def template(target: Target) -> list[Edit]:
        """The version that was asked for, at the setup step and in the row of the matrix that feeds it."""
        found = re.search(r"\d+(?:\.\d+)?", target.field("required", "version", "wanted"))
        version: object = found[0] if found else default
        version = int(str(version)) if str(version).isdigit() else version
        edits = []
        for path, _, position, step in target.using(action):
            node = step.get("with", key)
            if node is None or "${{" not in node.value:
                edits += _with_one(target, path, position, step, key, version)
        return edits

    return template


def _with_one(target: Target, path: Path, position: int, step: Node, key: str, value: object) -> list[Edit]:
    inside = (*path, str(position))
    given = step.get("with")
    if given is None or not given.pairs:
        return [put(target.text, step, "with", {key: value}, inside, after="uses")]
    return [put(target.text, given, key, value, (*inside, "with"))] if given.text(key) != str(value) else []


def quoted_versions(target: Target) -> list[Edit]:
    """Versions such as 3.10 that YAML reads as the number 3.1: put them in quotes."""
    edits = []
    for path, job in target.jobs():
        for key, row in job.mapped("strategy", "matrix"):
            edits += [
                Edit(item.start, item.end, f"'{item.value}'", (*path, "strategy", "matrix", key.value))
                for item in row.items
                if item.tag == "float" and item.kind == "scalar"
            ]
        for position, step in enumerate(job.listed("steps")):
            for key, value in step.mapped("with"):
                if key.value.endswith("-version") and value.tag == "float":
                    edits.append(
                        Edit(
                            value.start,
                            value.end,
                            f"'{value.value}'",
                            (*path, "steps", str(position), "with", key.value),
                        )
                    )
    return edits


node_version = _version("actions/setup-node", "node-version", "22")
python_version = _version("actions/setup-python", "python-version", "3.13")
java_version = _version("actions/setup-java", "java-version", "21")
go_version = _version("actions/setup-go", "go-version", "stable")
