"""What a workflow declares under its triggers: inputs of a form and of a call, secrets and outputs of a call."""

import re
from dataclasses import dataclass, field

from app.devops.checking.github.kinds import ANY, BOOL, NUMBER, STRING, Kind
from app.devops.checking.github.sections import Reader
from app.devops.checking.github.vocabulary import CALL_TYPES, DISPATCH_TYPES
from app.devops.checking.nodes import Node

MAX_DISPATCH_INPUTS = 25
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|0x[0-9a-fA-F]+")
_KINDS = {"boolean": BOOL, "number": NUMBER}


@dataclass
class Declared:
    """What the triggers give to expressions: inputs of both kinds, and secrets where a caller passes them."""

    dispatch: dict[str, Kind] | None = None
    call: dict[str, Kind] | None = None
    secrets: set[str] | None = None
    outputs: list[tuple[Node, Node]] = field(default_factory=list)

    def inputs(self) -> dict[str, Kind]:
        dispatch, call = self.dispatch or {}, self.call or {}
        both = {
            name: (kind if dispatch[name] == kind else ANY) for name, kind in call.items() if name in dispatch
        }
        return {**dispatch, **call, **both}


def read_dispatch(value: Node, reader: Reader) -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    if value.empty:
        return found
    pairs = reader.mapping(value, "workflow_dispatch:", keys=frozenset(("inputs",)))
    if "inputs" not in pairs:
        return found
    key, inputs = pairs["inputs"]
    names = reader.mapping(inputs, "inputs:", free=True, empty=True)
    if len(names) > MAX_DISPATCH_INPUTS:
        detail = f"a form has at most {MAX_DISPATCH_INPUTS} inputs, and there are {len(names)}"
        reader.report.error(key.line, "event", detail)
    for name, (at, node) in names.items():
        found[name] = _form_field(name, at, node, reader)
    return found


def _form_field(name: str, key: Node, node: Node, reader: Reader) -> Kind:
    if node.empty:
        return ANY
    keys = frozenset(("description", "required", "default", "type", "options", "deprecationMessage"))
    pairs = reader.mapping(node, f"the input {name!r}", keys=keys)
    kind = reader.text(pairs["type"][1], "type:") if "type" in pairs else ""
    if kind and kind not in DISPATCH_TYPES:
        detail = f"an input is one of {', '.join(sorted(DISPATCH_TYPES))}, not {kind!r}"
        reader.report.error(pairs["type"][1].line, "value", detail)
    if "required" in pairs:
        reader.boolean(pairs["required"][1], "required:")
    options = _options(name, key, pairs, kind, reader)
    if "default" in pairs:
        _default(name, pairs["default"][1], kind, options, reader)
    return _KINDS.get(kind, STRING if kind in DISPATCH_TYPES else ANY)


def _options(
    name: str, key: Node, pairs: dict[str, tuple[Node, Node]], kind: str, reader: Reader
) -> list[str]:
    options: list[str] = []
    if "options" in pairs:
        for item in reader.sequence(pairs["options"][1], "options:"):
            text = reader.text(item, "an option")
            if text and text in options:
                reader.report.error(item.line, "event", f"the option {text!r} of {name!r} stands there twice")
            options.append(text)
        if kind != "choice":
            line = key.line
            reader.report.error(line, "event", f"the input {name!r} has options but is not of type choice")
    if kind == "choice" and not options:
        reader.report.error(key.line, "event", f"the input {name!r} is a choice without options")
    return options


def _default(name: str, node: Node, kind: str, options: list[str], reader: Reader) -> None:
    text = reader.text(node, "default:", empty=True)
    if "${{" in text:
        return
    if kind == "choice" and options and text not in options:
        reader.report.error(node.line, "event", f"the default {text!r} is not among the options of {name!r}")
    if kind == "boolean" and text not in ("true", "false"):
        reader.report.error(
            node.line, "event", f"the default of the boolean {name!r} is true or false, not {text!r}"
        )
    if kind == "number" and not _NUMBER.fullmatch(text):
        reader.report.error(node.line, "event", f"the default of the number {name!r} is no number: {text!r}")


def read_call(value: Node, reader: Reader, declared: Declared) -> None:
    declared.call = {}
    if value.empty:
        return
    pairs = reader.mapping(value, "workflow_call:", keys=frozenset(("inputs", "outputs", "secrets")))
    if "inputs" in pairs:
        known: dict[str, Kind] = {}
        declared.call = known
        for name, (key, node) in reader.mapping(pairs["inputs"][1], "inputs:", free=True, empty=True).items():
            kind = _parameter(name, key, node, reader, known)
            known[name] = kind
    if "secrets" in pairs:
        declared.secrets = set()
        for name, (_, node) in reader.mapping(pairs["secrets"][1], "secrets:", free=True, empty=True).items():
            declared.secrets.add(name)
            if not node.empty:
                secret = reader.mapping(
                    node, f"the secret {name!r}", keys=frozenset(("description", "required"))
                )
                if "description" in secret:
                    reader.text(secret["description"][1], "description:", empty=True)
                if "required" in secret:
                    reader.boolean(secret["required"][1], "required:")
    if "outputs" in pairs:
        _outputs(pairs["outputs"][1], reader, declared)


def _parameter(name: str, key: Node, node: Node, reader: Reader, before: dict[str, Kind]) -> Kind:
    keys = frozenset(("description", "required", "default", "type", "deprecationMessage"))
    pairs = {} if node.empty else reader.mapping(node, f"the input {name!r}", keys=keys)
    kind = reader.text(pairs["type"][1], "type:") if "type" in pairs else ""
    if "type" not in pairs:
        reader.report.error(key.line, "missing-key", f"the input {name!r} of a called workflow needs type:")
    elif kind not in CALL_TYPES:
        reader.report.error(
            pairs["type"][1].line, "value", f"a called workflow's input is {', '.join(sorted(CALL_TYPES))}"
        )
    if "description" in pairs:
        reader.text(pairs["description"][1], "description:", empty=True)
    required = pairs.get("required")
    if required is not None:
        reader.boolean(required[1], "required:")
    if "default" in pairs:
        default = pairs["default"][1]
        _call_default(name, default, kind, reader, before)
        if required is not None and required[1].tag == "bool" and required[1].value == "true":
            reader.report.error(
                default.line, "event", f"the input {name!r} is required, so its default is never used"
            )
    return _KINDS.get(kind, STRING if kind == "string" else ANY)


def _call_default(name: str, node: Node, kind: str, reader: Reader, before: dict[str, Kind]) -> None:
    inside = reader.at("input-default").knowing(inputs=Kind("object", dict(before)))
    given = inside.whole(node)
    if given is not None:
        wanted = _KINDS.get(kind)
        if wanted is not None and not given.loose and given != wanted:
            reader.report.error(
                node.line, "expression", f"the default of {name!r} is {given}, and {kind} is declared"
            )
        return
    text = inside.text(node, "default:", empty=True)
    if "${{" in text:
        if kind in ("boolean", "number"):
            reader.report.error(
                node.line, "expression", f"the default of {name!r} is a text, and {kind} is declared"
            )
        return
    if kind == "number" and not _NUMBER.fullmatch(text):
        reader.report.error(node.line, "event", f"the default of the number {name!r} is no number: {text!r}")
    if kind == "boolean" and text not in ("true", "false"):
        reader.report.error(
            node.line, "event", f"the default of the boolean {name!r} is true or false, not {text!r}"
        )


def _outputs(node: Node, reader: Reader, declared: Declared) -> None:
    for name, (key, output) in reader.mapping(node, "outputs:", free=True).items():
        keys = frozenset(("description", "value"))
        pairs = {} if output.empty else reader.mapping(output, f"the output {name!r}", keys=keys)
        if "description" in pairs:
            reader.text(pairs["description"][1], "description:", empty=True)
        if "value" in pairs:
            declared.outputs.append(pairs["value"])
        else:
            reader.report.error(key.line, "missing-key", f"the output {name!r} needs value:")
