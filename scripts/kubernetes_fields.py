"""Rewrite app/devops/checking/kubernetes/fields.json from the published definitions of the Kubernetes API.

The definitions (_definitions.json of kubernetes-json-schema, as the package kubernetes-validate carries it) take 2 MB a
version and most of it is prose; the package takes 72 MB. What the checker asks is which fields an object has, of what
type, and which it needs: a tenth of that.

    python -m scripts.kubernetes_fields PATH/_definitions.json 1.37
"""

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "app" / "devops" / "checking" / "kubernetes" / "fields.json"
_PREFIX = "#/$defs/"
# The definition of definitions refers to itself without end, and nobody writes one by hand.
_OPEN = ("JSONSchemaProps",)
_NO_OBJECTS = ("DeleteOptions", "WatchEvent", "Status", "APIGroup", "APIResourceList")


def table(definitions: dict[str, Any], version: str) -> dict[str, Any]:
    """The kinds with the name of their definition, and every definition's fields that a kind reaches."""
    kinds: dict[str, str] = {}
    types: dict[str, Any] = {}
    for name, schema in definitions.items():
        if _word(name, definitions) != _short(name):
            continue
        fields = {field: _type(inner, definitions) for field, inner in sorted(schema["properties"].items())}
        types[_short(name)] = {"fields": fields, "required": sorted(schema.get("required", []))}
        for group in schema.get("x-kubernetes-group-version-kind", []):
            if group["kind"] not in _NO_OBJECTS and not group["kind"].endswith("List"):
                api = "/".join(part for part in (group["group"], group["version"]) if part)
                kinds[f"{api}/{group['kind']}"] = _short(name)
    used = set(kinds.values())
    while (
        more := {_item(word) for name in used for word in types[name]["fields"].values()} & set(types) - used
    ):
        used |= more
    return {"version": version, "kinds": kinds, "types": {name: types[name] for name in sorted(used)}}


def _short(name: str) -> str:
    return ".".join(name.split(".")[-3:])


def _word(name: str, definitions: dict[str, Any]) -> str:
    """A definition in one word: its own name when it has fields, else the scalar that it stands for."""
    schema = definitions[name]
    if any(word in name for word in _OPEN):
        return "any"
    if "properties" in schema:
        return _short(name)
    return _scalar(schema)


def _scalar(schema: dict[str, Any]) -> str:
    kinds = schema.get("type", "any")
    kind = next((kind for kind in kinds if kind != "null"), "any") if isinstance(kinds, list) else kinds
    return "any" if kind == "object" else str(kind)


def _type(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _word(schema["$ref"].removeprefix(_PREFIX), definitions)
    if isinstance(schema.get("items"), dict):
        return "[]" + _type(schema["items"], definitions)
    if isinstance(schema.get("additionalProperties"), dict):
        return "{}" + _type(schema["additionalProperties"], definitions)
    return _scalar(schema)


def _item(word: str) -> str:
    return word.lstrip("[]{}")


def _lines(pairs: dict[str, Any]) -> str:
    return ",\n".join(f" {json.dumps(name)}: {json.dumps(value)}" for name, value in sorted(pairs.items()))


if __name__ == "__main__":
    found = table(json.loads(Path(sys.argv[1]).read_text())["$defs"], sys.argv[2])
    parts = f'"kinds": {{\n{_lines(found["kinds"])}\n}},\n"types": {{\n{_lines(found["types"])}\n}}'
    TARGET.write_text(f'{{"version": {json.dumps(found["version"])},\n{parts}}}\n')
    print(
        f"{TARGET.name}: {len(found['kinds'])} kinds, {len(found['types'])} types, {TARGET.stat().st_size:,} bytes"
    )
