"""What the engine remembers of this stack: the resources in its last saved state, read through the engine itself."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pulumi

# Built into the engine next to the one StackReference uses; it works with every backend and needs no second process.
# Why not StackReference: a failed `up` saves resources but no outputs (docs/adr/0012).
READ_STATE = "pulumi:pulumi:readStackResourceOutputs"
REFERENCES_OFF = "PULUMI_DISABLE_RESOURCE_REFERENCES"


@dataclass(frozen=True)
class Snapshot:
    """Outputs of every resource in the last saved state, by URN. Empty before the first `up` and after a destroy."""

    outputs: Mapping[str, Mapping[str, Any]]

    def of_type(self, token: str, *, room: str) -> Iterator[Mapping[str, Any]]:
        for urn, outputs in self.outputs.items():
            *above, kind = urn.split("::")[2].split("$")
            if kind == token and any(part.startswith(f"genai:{room}:") for part in above):
                yield outputs

    def mentions(self, name: str) -> bool:
        """Is this id, name or ARN an output of any resource in state?"""
        return name in self._words

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(word for outputs in self.outputs.values() for word in _strings(outputs))


def read(*, organization: str, project: str, stack: str) -> Snapshot:
    """Ask the engine for the last saved state of the running stack. Raises what the engine raises."""
    name = f"{organization}/{project}/{stack}"
    with _references_as_ids():
        result = _asked(name)
    resources: Mapping[str, Any] = (result or {}).get("outputs", {})
    return Snapshot({urn: _outputs(resource) for urn, resource in resources.items()})


def _asked(name: str) -> Any:
    """The engine saves the state while it reads it. In a folder, one read in about ten met half-written attributes."""
    for pause_s in (0.1, 0.3, 1.0, 3.0):
        try:
            return pulumi.runtime.invoke(READ_STATE, {"stackName": name}).value
        except Exception as error:  # the SDK raises nothing narrower
            if "failed to load checkpoint" not in str(error):
                raise
            time.sleep(pause_s)
    return pulumi.runtime.invoke(READ_STATE, {"stackName": name}).value


@contextmanager
def _references_as_ids() -> Iterator[None]:
    """A component keeps its children in its outputs. The SDK would look each of them up in the run that is just starting,
    where none is registered yet, and the program would end; this is its own switch for getting their ids instead."""
    before = os.environ.get(REFERENCES_OFF)
    os.environ[REFERENCES_OFF] = "true"
    try:
        yield
    finally:
        if before is None:
            del os.environ[REFERENCES_OFF]
        else:
            os.environ[REFERENCES_OFF] = before


def _outputs(resource: Any) -> Mapping[str, Any]:
    found = resource.get("outputs", {}) if isinstance(resource, Mapping) else {}
    return found if isinstance(found, Mapping) else {}


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)
