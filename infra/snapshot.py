"""What the engine remembers of this stack: the resources in its last saved state, read through the engine itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pulumi

# Built into the engine next to the one StackReference uses; it works with every backend and needs no second process.
# Why not StackReference: a failed `up` saves resources but no outputs (docs/adr/0012).
READ_STATE = "pulumi:pulumi:readStackResourceOutputs"


@dataclass(frozen=True)
class Snapshot:
    """Outputs of every resource in the last saved state, by URN. Empty before the first `up` and after a destroy."""

    outputs: Mapping[str, Mapping[str, Any]]

    def of_type(self, token: str) -> Iterator[Mapping[str, Any]]:
        for urn, outputs in self.outputs.items():
            if urn.split("::")[2].split("$")[-1] == token:
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
    result = pulumi.runtime.invoke(READ_STATE, {"stackName": name}).value
    resources: Mapping[str, Any] = (result or {}).get("outputs", {})
    return Snapshot({urn: _outputs(resource) for urn, resource in resources.items()})


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
