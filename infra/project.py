"""Reads Pulumi.yaml and a stack's file the way the engine does: defaults first, the stack's own values over them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent


class ProjectRefused(ValueError):
    """A project or stack file that is not there or cannot be read as one."""


def project(root: Path = ROOT) -> Mapping[str, Any]:
    return _yaml(root / "Pulumi.yaml")


def stacks(root: Path = ROOT) -> list[str]:
    return sorted(path.name.split(".")[1] for path in root.glob("Pulumi.*.yaml"))


def configuration(stack: str, *, root: Path = ROOT) -> dict[str, str]:
    """Full keys and text values, as the engine hands them to the program. Encrypted values are left out: no plan needs one.

    Raises: ProjectRefused.
    """
    path = root / f"Pulumi.{stack}.yaml"
    if not path.is_file():
        raise ProjectRefused(
            f"There is no {path.name}; the stacks of this project are: {', '.join(stacks(root))}."
        )
    settings = project(root)
    name = settings["name"]
    values = {
        f"{name}:{key}": spec["default"] for key, spec in settings["config"].items() if "default" in spec
    }
    given = _yaml(path).get("config", {})
    values |= {
        key if ":" in key else f"{name}:{key}": value for key, value in given.items() if not _secret(value)
    }
    return {key: _text(value) for key, value in values.items()}


def _secret(value: Any) -> bool:
    return isinstance(value, Mapping) and "secure" in value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _yaml(path: Path) -> Mapping[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ProjectRefused(f"{path.name} cannot be read: {error}") from error
    if not isinstance(content, Mapping):
        raise ProjectRefused(f"{path.name} is empty or not a mapping.")
    return content
