"""A template's sections, resources and references, as CloudFormation's own validation has them."""

import difflib
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from app.devops.checking.circles import circles
from app.devops.checking.cloudformation import vocabulary as words
from app.devops.checking.cloudformation.access import check_access
from app.devops.checking.cloudformation.functions import (
    Call,
    Reference,
    call_of,
    calls,
    made_later,
    references,
)
from app.devops.checking.findings import Report
from app.devops.checking.nodes import Node, Stream

_MOST_COMPARED = 60


@dataclass
class _Template:
    """`open`: a macro, a loop or a module may declare what does not stand here."""

    root: Node
    resources: dict[str, Node]
    parameters: frozenset[str]
    conditions: frozenset[str]
    mappings: frozenset[str]
    transforms: frozenset[str]
    open: bool
    needs: dict[str, list[str]] = field(default_factory=dict)


def check_template(stream: Stream, report: Report) -> None:
    root = stream.documents[0] if stream.documents else None
    if root is None or root.kind != "map":
        report.error(1, "structure", "a template is a map with Resources:")
        return
    if len(stream.documents) > 1:
        report.error(stream.documents[1].line, "structure", "a template is one document")
    for line, name in stream.recursive_aliases:
        report.error(line, "structure", f"the alias {name!r} leads back to itself")
    template = _read(root)
    _sections(template, report)
    if len(template.resources) > words.MOST_RESOURCES:
        return
    _resources(template, report)
    _functions(template, report)
    for circle in circles(template.needs):
        line = template.resources[circle[0]].line
        report.error(line, "circle", f"resources wait for each other: {' -> '.join([*circle, circle[0]])}")
    for name, resource in template.resources.items():
        check_access(name, resource, report)


def _read(root: Node) -> _Template:
    transforms = _transforms(root.get("Transform"))
    resources = {
        key.value: value for key, value in root.mapped("Resources") if not key.value.startswith("Fn::")
    }
    return _Template(
        root,
        resources,
        parameters=_names(root, "Parameters"),
        conditions=_names(root, "Conditions"),
        mappings=_names(root, "Mappings"),
        transforms=transforms,
        open=not transforms <= words.KNOWN_TRANSFORMS or made_later(root),
    )


def _names(root: Node, section: str) -> frozenset[str]:
    return frozenset(key.value for key, _ in root.mapped(section))


def _transforms(node: Node | None) -> frozenset[str]:
    if node is None:
        return frozenset()
    found = node.items or [node]
    return frozenset(item.value or item.text("Name") for item in found)


def _sections(template: _Template, report: Report) -> None:
    root = template.root
    known = words.SECTIONS | ({"Globals"} if words.SERVERLESS in template.transforms else set())
    _keys(root, known, "the template", report)
    version = root.get("AWSTemplateFormatVersion")
    if version is not None and version.value != words.VERSION:
        report.error(
            version.line, "version", f"AWSTemplateFormatVersion is {words.VERSION!r}, the only one there is"
        )
    resources = root.get("Resources")
    if resources is None or resources.kind != "map" or not resources.pairs:
        place = root.key("Resources")
        report.error(place.line if place else root.line, "missing-key", "there are no Resources:")
    elif len(resources.pairs) > words.MOST_RESOURCES:
        report.error(resources.line, "limit", f"a template has at most {words.MOST_RESOURCES} resources")
    for section in ("Parameters", "Mappings", "Conditions", "Outputs", "Resources"):
        node = root.get(section)
        if node is not None and node.kind != "map" and not node.empty:
            report.error(node.line, "structure", f"{section}: is a map")
        for key, _ in root.mapped(section):
            if not words.LOGICAL_ID.fullmatch(key.value) and not key.value.startswith("Fn::"):
                report.error(key.line, "name", f"{key.value!r}: names here are letters and digits only")
        if node is not None:
            _twice(node, section, report)
    for key, value in root.mapped("Parameters"):
        _parameter(key, value, report)
    for key, value in root.mapped("Outputs"):
        if not key.value.startswith("Fn::"):
            _output(key, value, report)
    for key, value in root.mapped("Mappings"):
        if value.kind != "map" or any(inner.kind != "map" for _, inner in value.pairs):
            report.error(key.line, "structure", f"the mapping {key.value!r} is a map of maps")


def _parameter(key: Node, parameter: Node, report: Report) -> None:
    if parameter.kind != "map":
        report.error(key.line, "structure", f"the parameter {key.value!r} is a map with Type:")
        return
    _keys(parameter, words.PARAMETER_KEYS, f"the parameter {key.value!r}", report)
    kind = parameter.get("Type")
    if kind is None:
        report.error(key.line, "missing-key", f"the parameter {key.value!r} has no Type:")
    elif not words.PARAMETER_TYPE.fullmatch(kind.value):
        report.error(kind.line, "type", f"{kind.value!r} is no type of parameter, such as String or Number")
    default, allowed = parameter.get("Default"), {item.value for item in parameter.listed("AllowedValues")}
    if (
        default is not None
        and allowed
        and "List" not in parameter.text("Type")
        and default.value not in allowed
    ):
        report.error(default.line, "value", f"the default {default.value!r} is not among AllowedValues")


def _output(key: Node, output: Node, report: Report) -> None:
    if output.kind != "map":
        report.error(key.line, "structure", f"the output {key.value!r} is a map with Value:")
        return
    _keys(output, words.OUTPUT_KEYS, f"the output {key.value!r}", report)
    if output.get("Value") is None:
        report.error(key.line, "missing-key", f"the output {key.value!r} has no Value:")


def _resources(template: _Template, report: Report) -> None:
    for key, resource in template.root.mapped("Resources"):
        if key.value.startswith("Fn::"):
            continue
        if resource.kind != "map":
            report.error(key.line, "structure", f"the resource {key.value!r} is a map with Type:")
            continue
        known = words.RESOURCE_KEYS | ({"Connectors", "IgnoreGlobals"} if template.transforms else set())
        _keys(resource, known, f"the resource {key.value!r}", report)
        _type(key, resource, template, report)
        for name, values in words.POLICIES.items():
            node = resource.get(name)
            if node is not None and call_of(node) is None and node.value not in values:
                report.error(node.line, "value", f"{name} is one of {', '.join(values)}")
        properties = resource.get("Properties")
        if properties is not None and properties.kind != "map" and not properties.empty:
            report.error(properties.line, "structure", f"Properties of {key.value!r} is a map")
        elif properties is not None:
            _twice(properties, f"Properties of {key.value!r}", report)


def _type(key: Node, resource: Node, template: _Template, report: Report) -> None:
    kind = resource.get("Type")
    if kind is None or not kind.is_text:
        report.error(key.line, "missing-key", f"the resource {key.value!r} has no Type:")
        return
    if not words.RESOURCE_TYPE.fullmatch(kind.value):
        report.error(kind.line, "type", f"{kind.value!r} is no type; one reads like AWS::S3::Bucket")
        return
    if kind.value.startswith("AWS::Serverless::") and words.SERVERLESS not in template.transforms:
        report.error(kind.line, "type", f"{kind.value!r} needs Transform: {words.SERVERLESS}")
    if kind.value in words.COMMON_TYPES:
        return
    spelt = next((known for known in words.COMMON_TYPES if known.lower() == kind.value.lower()), "")
    if spelt:
        report.error(kind.line, "type", f"{kind.value!r} is spelt {spelt!r}")
    elif near := difflib.get_close_matches(kind.value, words.COMMON_TYPES, n=1, cutoff=0.96):
        report.warning(kind.line, "type", f"{kind.value!r} is close to {near[0]!r}; is that what is meant?")


def _functions(template: _Template, report: Report) -> None:
    for section in ("Conditions", "Outputs", "Rules"):
        node = template.root.get(section)
        for call in calls(node) if node is not None else ():
            _call(call, template, report, of="")
    for name, resource in template.resources.items():
        template.needs[name] = []
        for part in ("Properties", "Metadata", "CreationPolicy", "UpdatePolicy", "DeletionPolicy"):
            node = resource.get(part)
            for call in calls(node) if node is not None else ():
                _call(call, template, report, of=name)
        condition = resource.get("Condition")
        if condition is not None and condition.kind == "scalar":
            _known(Reference("condition", condition.value, condition.line), template, report)
        depends = resource.get("DependsOn")
        for item in (depends.items or [depends]) if depends is not None else ():
            _known(Reference("attribute", item.value, item.line), template, report)
            template.needs[name] += [item.value] if item.value in template.resources else []


def _call(call: Call, template: _Template, report: Report, *, of: str) -> None:
    if call.name not in words.FUNCTIONS:
        hint = _near(call.name, words.FUNCTIONS)
        report.error(call.node.line, "function", f"CloudFormation knows no function {call.name!r}{hint}")
        return
    _shape(call, report)
    for reference in references(call):
        if _known(reference, template, report) and of and reference.name in template.resources:
            template.needs[of].append(reference.name)


def _shape(call: Call, report: Report) -> None:
    bounds = words.FUNCTIONS[call.name]
    given, line = call.given, call.given.line
    computed = given is not call.node and call_of(given) is not None
    if bounds is not None:
        least, most = bounds
        if not computed and (given.kind != "list" or not least <= len(given.items) <= most):
            count = f"{least}" if least == most else f"{least} to {most}"
            report.error(line, "function", f"{call.name} takes a list of {count}")
    elif call.name == "Ref" and not (given.kind == "scalar" and given.value):
        report.error(line, "function", "Ref takes one name")
    elif call.name == "GetAtt" and not _is_attribute(given):
        report.error(line, "function", "GetAtt takes a resource and an attribute, such as Bucket.Arn")
    elif call.name == "Sub" and not _is_text(given):
        report.error(line, "function", "Sub takes a text, or a list of a text and a map")


def _is_attribute(given: Node) -> bool:
    if given.kind == "scalar":
        return 0 < given.value.find(".") < len(given.value) - 1
    return given.kind == "list" and len(given.items) == 2


def _is_text(given: Node) -> bool:
    return given.kind == "scalar" or [item.kind for item in given.items] == ["scalar", "map"]


def _known(reference: Reference, template: _Template, report: Report) -> bool:
    """Whether the name is declared; where it cannot be known, nothing is said."""
    name = reference.name
    names, what = _DECLARED[reference.kind](template)
    if name in names or (reference.kind == "value" and name in words.PSEUDO):
        return True
    if template.open or _made_elsewhere(name, template):
        return True
    report.error(reference.line, "reference", f"no {what} is called {name!r}{_near(name, names)}")
    return False


_DECLARED: dict[str, Callable[[_Template], tuple[Collection[str], str]]] = {
    "condition": lambda template: (template.conditions, "condition"),
    "mapping": lambda template: (template.mappings, "mapping"),
    "attribute": lambda template: (template.resources, "resource"),
    "value": lambda template: ({*template.parameters, *template.resources}, "resource or parameter"),
}


def _near(name: str, known: Collection[str]) -> str:
    """Comparing takes time: among hundreds a hint would not be worth it."""
    near = difflib.get_close_matches(name[:100], known, n=1) if len(known) <= _MOST_COMPARED else ()
    return f"; did you mean {near[0]!r}?" if near else ""


def _made_elsewhere(name: str, template: _Template) -> bool:
    """Resources that the serverless transform or a module brings along, named after what stands here."""
    if words.SERVERLESS in template.transforms and name in words.SERVERLESS_MADE:
        return True
    return any(
        name.startswith(own) and name != own
        for own, resource in template.resources.items()
        if resource.text("Type").startswith("AWS::Serverless::") or resource.text("Type").endswith("::MODULE")
    )


def _keys(node: Node, known: frozenset[str] | set[str], what: str, report: Report) -> None:
    _twice(node, what, report)
    for key, _ in node.pairs:
        if key.value not in known and not key.value.startswith("Fn::"):
            report.error(key.line, "unknown-key", f"{what} has no {key.value!r}{_near(key.value, known)}")


def _twice(node: Node, what: str, report: Report) -> None:
    seen: set[str] = set()
    for key, _ in node.pairs:
        if key.value in seen:
            report.error(key.line, "duplicate-key", f"{key.value!r} stands in {what} twice")
        seen.add(key.value)
