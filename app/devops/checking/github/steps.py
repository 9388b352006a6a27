"""Steps: a script or an action, never both; names, shells, and what earlier steps left to read."""

import re
from collections.abc import Iterator

from app.devops.checking.github.actions import check_uses, outputs_of
from app.devops.checking.github.clauses import check_condition, check_env, check_shell
from app.devops.checking.github.kinds import STRING, Kind, closed
from app.devops.checking.github.sections import Reader
from app.devops.checking.github.vocabulary import COMMANDS, GROUP_STEPS, RUN_STEP_KEYS, USES_STEP_KEYS
from app.devops.checking.nodes import Node

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_COMMAND = re.compile(r"::(set-output|save-state|set-env|add-path)(?:\s+name=[^:]*)?::")
Pairs = dict[str, tuple[Node, Node]]


def read_steps(node: Node, reader: Reader, platform: str) -> dict[str, Kind]:
    """Check the steps in order; the types of `steps` by name come back."""
    known: dict[str, Kind] = {}
    lines: dict[str, int] = {}
    for step in _each(node, reader):
        inside = reader.at("step").knowing(steps=closed(known))
        pairs = _step(step, inside, platform)
        if "id" not in pairs:
            continue
        at = pairs["id"][1]
        name = inside.text(at, "id:").lower()
        if name in lines:
            reader.report.error(
                at.line,
                "id",
                f"the step name {at.value!r} is taken, in line {lines[name]}; case is ignored",
            )
        elif name and "${{" not in name and not _IDENTIFIER.fullmatch(name):
            reader.report.error(
                at.line,
                "id",
                f"{at.value!r}: a step name is a letter or _, then letters, digits, - and _",
            )
        if name:
            lines.setdefault(name, at.line)
            known[name] = closed({"outputs": outputs_of(step), "conclusion": STRING, "outcome": STRING})
    return known


def _each(node: Node, reader: Reader) -> Iterator[Node]:
    """Every step, and behind a group those that it runs at the same time."""
    for step in reader.sequence(node, "steps:"):
        yield step
        together = step.get("parallel") if step.kind == "map" else None
        if together is not None:
            yield from reader.sequence(together, "parallel:")


def _group(step: Node, what: str, reader: Reader) -> Pairs:
    pairs = reader.mapping(step, f"a step with {what}:", keys=frozenset(("id", "name", "if", what)))
    if "if" in pairs:
        check_condition(pairs["if"][1], reader.at("step-if"))
    if what == "wait" and what in pairs:
        for name in reader.sequence(pairs[what][1], "wait:", single=True):
            reader.text(name, "wait:")
    if what == "cancel" and what in pairs:
        reader.text(pairs[what][1], "cancel:")
    return pairs


def _step(step: Node, reader: Reader, platform: str) -> Pairs:
    if step.kind != "map" or not step.pairs:
        reader.report.error(step.line, "structure", "a step is a map with run: or uses:")
        return {}
    names = {key.value for key, _ in step.pairs}
    group = next((key.value for key, _ in step.pairs if key.value in GROUP_STEPS), "")
    if group and not names & {"run", "uses"}:
        return _group(step, group, reader)
    first = next((key.value for key, _ in step.pairs if key.value in ("run", "uses")), "")
    if not first:
        first = "run" if names & {"shell", "working-directory"} else "uses" if "with" in names else ""
        reader.report.error(step.line, "missing-key", "a step has run: for a script, or uses: for an action")
    keys = (
        RUN_STEP_KEYS
        if first == "run"
        else USES_STEP_KEYS
        if first == "uses"
        else RUN_STEP_KEYS | USES_STEP_KEYS
    )
    what = {"run": "a step with run:", "uses": "a step with uses:"}.get(first, "a step")
    pairs = reader.mapping(step, what, keys=keys | {first} if first else keys)
    if "if" in pairs:
        check_condition(pairs["if"][1], reader.at("step-if"))
    if "name" in pairs:
        reader.text(pairs["name"][1], "name:", empty=True)
    if "env" in pairs:
        check_env(pairs["env"][1], reader)
    if "continue-on-error" in pairs:
        reader.boolean(pairs["continue-on-error"][1], "continue-on-error:")
    if "timeout-minutes" in pairs:
        reader.number(pairs["timeout-minutes"][1], "timeout-minutes:")
    if "background" in pairs:
        reader.boolean(pairs["background"][1], "background:")
    if "run" in pairs:
        _run(pairs, reader, platform)
    if "uses" in pairs:
        _uses(pairs, reader)
    return pairs


def _run(pairs: Pairs, reader: Reader, platform: str) -> None:
    node = pairs["run"][1]
    if node.kind != "scalar":
        reader.report.error(node.line, "structure", "run: is a script")
        return
    if not node.value.strip():
        reader.report.error(node.line, "structure", "run: is empty")
    reader.template(node, script=True)
    first = node.line + (1 if node.style in ("|", ">") else 0)
    for number, text in enumerate(node.value.split("\n")):
        for match in _COMMAND.finditer(text):
            name = match[1]
            message = f"the command ::{name}:: was switched off; write {COMMANDS[name]}"
            reader.report.error(first + number, "deprecated-command", message)
    if "shell" in pairs:
        check_shell(pairs["shell"][1], reader, platform)
    if "working-directory" in pairs:
        reader.text(pairs["working-directory"][1], "working-directory:")


def _uses(pairs: Pairs, reader: Reader) -> None:
    node = pairs["uses"][1]
    reader.at("none").text(node, "uses:")
    inputs: Pairs = {}
    if "with" in pairs:
        inputs = reader.mapping(pairs["with"][1], "with:", free=True)
        script = node.value.startswith("actions/github-script@")
        for name, (_, value) in inputs.items():
            if value.kind != "scalar":
                reader.report.error(value.line, "structure", f"the input {name!r} is a text")
            else:
                reader.template(value, script=script and name == "script")
    check_uses(node, inputs, reader)
