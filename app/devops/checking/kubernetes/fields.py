"""The fields of an object against the Kubernetes API: unknown ones, missing ones, wrong types, retired versions.

Source: fields.json, made from the API's published definitions by scripts/kubernetes_fields.py.
"""

import difflib
import json
from functools import cache
from pathlib import Path
from typing import Any

from app.devops.checking.findings import Report
from app.devops.checking.kubernetes.objects import Thing
from app.devops.checking.nodes import Node

_TABLE = Path(__file__).with_name("fields.json")
# apiVersion/kind that servers no longer know -> what replaced it. Source: the API's deprecation guide.
RETIRED = {
    "extensions/v1beta1": "apps/v1 or networking.k8s.io/v1",
    "apps/v1beta1": "apps/v1",
    "apps/v1beta2": "apps/v1",
    "autoscaling/v2beta1": "autoscaling/v2",
    "autoscaling/v2beta2": "autoscaling/v2",
    "batch/v1beta1": "batch/v1",
    "batch/v2alpha1": "batch/v1",
    "policy/v1beta1": "policy/v1",
    "networking.k8s.io/v1beta1": "networking.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1": "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1alpha1": "rbac.authorization.k8s.io/v1",
    "apiextensions.k8s.io/v1beta1": "apiextensions.k8s.io/v1",
    "admissionregistration.k8s.io/v1beta1": "admissionregistration.k8s.io/v1",
    "storage.k8s.io/v1beta1": "storage.k8s.io/v1",
    "scheduling.k8s.io/v1beta1": "scheduling.k8s.io/v1",
    "coordination.k8s.io/v1beta1": "coordination.k8s.io/v1",
    "discovery.k8s.io/v1beta1": "discovery.k8s.io/v1",
    "events.k8s.io/v1beta1": "events.k8s.io/v1",
    "certificates.k8s.io/v1beta1": "certificates.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1": "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta2": "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta3": "flowcontrol.apiserver.k8s.io/v1",
}
# Kubernetes still reads YAML 1.1, where these words are no texts.
_OLD_BOOLEANS = ("yes", "no", "on", "off")
_TAGS = {
    "string": ("str",),
    "integer": ("int",),
    "number": ("int", "float"),
    "boolean": ("bool",),
}


@cache
def _table() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return loaded


def check_fields(thing: Thing, report: Report) -> None:
    """Identity first; then, where the API is one of Kubernetes' own, every field under the object."""
    for key in ("apiVersion", "kind"):
        if not thing.node.text(key):
            report.error(thing.node.line, "structure", f"the object has no {key}:")
            return
    name = _table()["kinds"].get(f"{thing.api}/{thing.kind}")
    if name is None:
        _unknown_kind(thing, report)
        return
    _object(thing.node, name, thing.kind, report)


def known_apis(kind: str) -> list[str]:
    """The versions that serve a kind, the stable ones first."""
    found = [known.rpartition("/")[0] for known in _table()["kinds"] if known.rpartition("/")[2] == kind]
    return sorted(found, key=lambda api: ("beta" in api or "alpha" in api, api))


def misspelt(thing: Thing) -> list[tuple[tuple[str, ...], Node, str]]:
    """Keys of an object that are no fields, each with its path and the one that was probably meant."""
    name = _table()["kinds"].get(f"{thing.api}/{thing.kind}")
    return _misspelt(thing.node, name, ()) if name is not None else []


def _misspelt(node: Node, word: str, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Node, str]]:
    if word.startswith("[]"):
        items = enumerate(node.items)
        return [found for at, item in items for found in _misspelt(item, word[2:], (*path, str(at)))]
    if word not in _table()["types"]:
        return []
    fields = _table()["types"][word]["fields"]
    have = {key.value for key, _ in node.pairs}
    found: list[tuple[tuple[str, ...], Node, str]] = []
    for key, value in node.pairs:
        if key.value in fields:
            found += _misspelt(value, fields[key.value], (*path, key.value))
        else:
            near = difflib.get_close_matches(key.value, sorted(set(fields) - have), n=1, cutoff=0.7)
            found += [(path, key, name) for name in near]
    return found


def _unknown_kind(thing: Thing, report: Report) -> None:
    at = thing.node.key("apiVersion")
    line = at.line if at is not None else thing.line
    if thing.api in RETIRED:
        rule = "no-extensions-v1beta" if thing.api == "extensions/v1beta1" else "retired-api"
        report.error(
            line, rule, f"Kubernetes no longer serves {thing.api} {thing.kind}; use {RETIRED[thing.api]}"
        )
        return
    apis = {known.rpartition("/")[0] for known in _table()["kinds"]}
    elsewhere = sorted(
        known.rpartition("/")[0] for known in _table()["kinds"] if known.endswith(f"/{thing.kind}")
    )
    if thing.api in apis or (elsewhere and "." not in thing.api.partition("/")[0]):
        hint = f"; it is in {', '.join(elsewhere)}" if elsewhere else ""
        report.error(line, "unknown-kind", f"{thing.api} has no {thing.kind}{hint}")


def _object(node: Node, name: str, where: str, report: Report) -> None:
    if node.kind != "map":
        if not node.empty:
            report.error(node.line, "field-type", f"{where} is a map of fields")
        return
    fields, required = _table()["types"][name]["fields"], _table()["types"][name]["required"]
    seen: dict[str, int] = {}
    for key, value in node.pairs:
        if key.value in seen:
            message = f"{where}.{key.value} stands there twice, first in line {seen[key.value]}"
            report.error(key.line, "duplicate-key", message)
        seen[key.value] = key.line
        if key.value in fields:
            _value(value, fields[key.value], f"{where}.{key.value}", report)
        elif not (key.value == "<<" and not key.style):
            near = difflib.get_close_matches(key.value, fields, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            report.error(key.line, "unknown-field", f"{where} has no field {key.value!r}{hint}")
    for field in required:
        if field not in seen and "<<" not in seen:
            report.error(node.line, "missing-field", f"{where} needs {field}:")


def _value(node: Node, word: str, where: str, report: Report) -> None:
    if node.empty or word == "any":
        return
    if word.startswith("[]"):
        if node.kind != "list":
            report.error(node.line, "field-type", f"{where} is a list")
        for item in node.items:
            _value(item, word[2:], where, report)
    elif word.startswith("{}"):
        if node.kind != "map":
            report.error(node.line, "field-type", f"{where} is a map")
        for key, value in node.pairs:
            _value(value, word[2:], f"{where}.{key.value}", report)
    elif word in _TAGS:
        _scalar(node, word, where, report)
    elif word in _table()["types"]:
        _object(node, word, where, report)


def _scalar(node: Node, word: str, where: str, report: Report) -> None:
    # Templates of Helm and the like are filled later.
    if "{{" in node.value or "${" in node.value:
        return
    if word == "string" and node.tag == "str" and not node.style and node.value.lower() in _OLD_BOOLEANS:
        report.error(
            node.line,
            "field-type",
            f"{where}: Kubernetes reads {node.value} as true or false; put it in quotes",
        )
    elif node.kind != "scalar" or node.tag not in _TAGS[word]:
        hint = "; put it in quotes" if word == "string" and node.kind == "scalar" else ""
        report.error(node.line, "field-type", f"{where} is of type {word}{hint}")
