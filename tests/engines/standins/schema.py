"""What the generated SDKs say about a resource type: its inputs, which of them are required, its outputs.

Reading a type out of an SDK means importing it (seconds for pulumi_aws on a busy machine), so every answer is written to
`$STANDIN_SCHEMAS/<package>-<version>/` and read from there afterwards.
"""

import collections.abc
import enum
import functools
import importlib
import importlib.metadata
import importlib.util
import inspect
import json
import os
import re
import sys
import types
import typing
from pathlib import Path
from typing import Any

from .wire import SIGNATURE, UNKNOWN

Spec = list[
    Any
]  # ["string"], ["array", Spec], ["map", Spec], ["union", [Spec, ...]], ["enum", [...]], ["object", name], ["any"]
_FORMAT = 1  # part of the cache path: raise it when the shape below changes


class Problem(typing.NamedTuple):
    """One reason why a bag of inputs would not be accepted."""

    path: str
    kind: str
    message: str


# ---------------------------------------------------------------- reading a type


@functools.cache
def resource(token: str) -> dict[str, Any] | None:
    """`{inputs, required, outputs, types}` of a resource type, None when the SDK has no such type."""
    package = token.split(":")[2] if token.startswith("pulumi:providers:") else token.split(":")[0]
    path = _cache_path(package, token)
    if path.is_file():
        return json.loads(path.read_text())
    found = _introspect(package, token)
    _store(path, found)
    return found


def _cache_path(package: str, token: str) -> Path:
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "genai-ops" / "engines"
    root = Path(os.environ.get("STANDIN_SCHEMAS") or default / "schemas")
    try:
        version = importlib.metadata.version(f"pulumi-{package}")
    except importlib.metadata.PackageNotFoundError:
        version = "absent"
    return root / f"{package}-{version}-{_FORMAT}" / (re.sub(r"[^A-Za-z0-9.]+", "_", token) + ".json")


def _store(path: Path, found: dict[str, Any] | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{os.getpid()}")
    half.write_text(json.dumps(found))
    half.replace(path)


def _introspect(package: str, token: str) -> dict[str, Any] | None:
    cls, args = _classes(package, token)
    if cls is None:
        return None
    seen: dict[str, Any] = {}
    inputs, required = _members(args, seen) if args is not None else ({}, [])
    outputs = {
        name: _spec(hint, scope, {})
        for name, (_, hint, scope) in _hints(cls).items()
        if name not in ("urn", "id")
    }
    return {"inputs": inputs, "required": required, "outputs": outputs, "types": seen}


@functools.cache
def _tokens(package: str) -> dict[str, tuple[str, str]]:
    spec = importlib.util.find_spec(f"pulumi_{package}")
    if spec is None or spec.origin is None:
        return {}
    source, found = Path(spec.origin).read_text(encoding="utf-8"), {}
    if modules := re.search(r'resource_modules="""(.*?)"""', source, re.S):
        for entry in json.loads(modules.group(1) or "[]"):
            found |= {token: (entry["fqn"], cls) for token, cls in entry["classes"].items()}
    if packages := re.search(r'resource_packages="""(.*?)"""', source, re.S):
        found |= {
            entry["token"]: (entry["fqn"], entry["class"]) for entry in json.loads(packages.group(1) or "[]")
        }
    return found


def _classes(package: str, token: str) -> tuple[Any, Any]:
    if token not in _tokens(package):
        return None, None
    module_name, class_name = _tokens(package)[token]
    cls = getattr(importlib.import_module(module_name), class_name, None)
    if cls is None:
        return None, None
    module = sys.modules[cls.__module__]
    candidates = [getattr(module, class_name + suffix, None) for suffix in ("Args", "InitArgs")]
    args = [found for found in candidates if getattr(found, "_pulumi_input_type", False)]
    # A nested type may carry the resource's own name (s3.BucketVersioningArgs); the one defined beside the resource wins.
    return cls, next(
        (found for found in args if found.__module__ == module.__name__), args[0] if args else None
    )


def _hints(cls: type) -> dict[str, tuple[str, Any, dict[str, Any]]]:
    scope, found = dict(vars(sys.modules[cls.__module__])), {}
    for python_name, member in vars(cls).items():
        if isinstance(member, property) and member.fget is not None:
            hint = inspect.get_annotations(member.fget).get("return", Any)
            found[getattr(member.fget, "_pulumi_name", python_name)] = (python_name, hint, scope)
    return found


def _members(args: type, seen: dict[str, Any]) -> tuple[dict[str, Spec], list[str]]:
    hints = _hints(args)
    names = {python_name: name for name, (python_name, _, _) in hints.items()}
    required = [
        names.get(parameter.name, parameter.name)
        for parameter in inspect.signature(args.__init__).parameters.values()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and parameter.default is inspect.Parameter.empty
    ]
    return {name: _spec(hint, scope, seen) for name, (_, hint, scope) in hints.items()}, required


def _spec(hint: Any, scope: dict[str, Any], seen: dict[str, Any]) -> Spec:
    import pulumi

    if isinstance(hint, typing.ForwardRef):
        hint = hint.__forward_arg__
    if isinstance(hint, str):
        try:
            hint = eval(hint, scope)  # the annotations of an installed, pinned SDK
        except (NameError, AttributeError, TypeError, SyntaxError):
            return ["any"]
    origin, parameters = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _union([part for part in parameters if not _lifted(part)], scope, seen)
    if origin in (collections.abc.Awaitable, pulumi.Output):
        return _spec(parameters[0], scope, seen)
    if origin in (list, collections.abc.Sequence):
        return ["array", _spec(parameters[0], scope, seen)]
    if origin in (dict, collections.abc.Mapping):
        return ["map", _spec(parameters[1], scope, seen)]
    if origin is typing.Literal:
        return ["enum", list(parameters)]
    return _leaf(hint, seen)


def _lifted(part: Any) -> bool:
    """Whether a union member only says that the value may be absent or may arrive later."""
    import pulumi

    if isinstance(part, typing.ForwardRef):
        return part.__forward_arg__.startswith("Output[")
    return (
        part is type(None)
        or part is pulumi.Output
        or typing.get_origin(part) in (collections.abc.Awaitable, pulumi.Output)
    )


def _union(parts: list[Any], scope: dict[str, Any], seen: dict[str, Any]) -> Spec:
    flat: list[Spec] = []
    for part in parts:
        spec = _spec(part, scope, seen)
        flat += [item for item in (spec[1] if spec[0] == "union" else [spec]) if item not in flat]
    return ["any"] if not flat else flat[0] if len(flat) == 1 else ["union", flat]


def _leaf(hint: Any, seen: dict[str, Any]) -> Spec:
    simple = (
        {str: "string", bool: "boolean", int: "integer", float: "number"}.get(hint)
        if inspect.isclass(hint)
        else None
    )
    if simple:
        return [simple]
    if inspect.isclass(hint) and issubclass(hint, enum.Enum):
        return ["enum", [item.value for item in hint]]
    if inspect.isclass(hint) and getattr(hint, "_pulumi_input_type", False):
        name = f"{hint.__module__}.{hint.__qualname__}"
        if name not in seen:
            seen[name] = None  # types may contain themselves
            seen[name] = _members(hint, seen)
        return ["object", name]
    return ["any"]


# ---------------------------------------------------------------- checking values


def check(token: str, inputs: dict[str, Any]) -> list[Problem]:
    """Every reason for which the generated SDK would not have produced these inputs."""
    found = resource(token)
    if found is None:
        return [Problem("", "unknown-type", f"the SDK has no resource type {token!r}")]
    problems: list[Problem] = []
    _object("", (found["inputs"], found["required"]), inputs, found["types"], problems)
    return problems


def _object(path: str, spec: Any, value: Any, named: dict[str, Any], out: list[Problem]) -> None:
    properties, required = spec
    if not isinstance(value, dict):
        return out.append(Problem(path, "wrong-type", f"expected an object, got {value!r}"))
    for name in required:
        if value.get(name) is None:
            out.append(Problem(_join(path, name), "missing-required", "is required"))
    for name, item in value.items():
        if name in properties:
            _value(_join(path, name), properties[name], item, named, out)
        elif not name.startswith("__"):
            out.append(
                Problem(
                    _join(path, name),
                    "unknown-property",
                    f"is not one of {', '.join(sorted(properties))[:300]}",
                )
            )
    return None


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _value(path: str, spec: Spec, value: Any, named: dict[str, Any], out: list[Problem]) -> None:
    kind = spec[0]
    if value is None or value == UNKNOWN or kind == "any" or (isinstance(value, dict) and SIGNATURE in value):
        return
    if kind == "union":
        _any_of(path, spec[1], value, named, out)
    elif kind == "object":
        _object(path, named[spec[1]], value, named, out)
    elif kind == "array" and isinstance(value, list):
        for index, item in enumerate(value):
            _value(f"{path}[{index}]", spec[1], item, named, out)
    elif kind == "map" and isinstance(value, dict):
        for key, item in value.items():
            _value(_join(path, key), spec[1], item, named, out)
    elif not _scalar(spec, value):
        wanted = f"one of {spec[1][:12]}" if kind == "enum" else f"a value of type {kind}"
        out.append(
            Problem(path, "bad-enum" if kind == "enum" else "wrong-type", f"expected {wanted}, got {value!r}")
        )


def _any_of(path: str, specs: list[Spec], value: Any, named: dict[str, Any], out: list[Problem]) -> None:
    tried = []
    for spec in specs:
        problems: list[Problem] = []
        _value(path, spec, value, named, problems)
        if not problems:
            return
        tried.append(problems)
    out.extend(min(tried, key=len))


def _scalar(spec: Spec, value: Any) -> bool:
    """Whether a value passes as this scalar; like the published providers, a number written as text passes."""
    kind = spec[0]
    if kind == "enum":
        return value in spec[1]
    if kind == "string":
        return isinstance(value, str | int | float)
    if kind == "boolean":
        return isinstance(value, bool) or value in ("true", "false")
    if kind in ("integer", "number") and not isinstance(value, bool):
        number = value if isinstance(value, int | float) else None
        if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
            number = float(value)
        return number is not None and (kind == "number" or float(number).is_integer())
    return False
