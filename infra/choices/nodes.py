"""The machines that run the apps."""

import re
from dataclasses import dataclass

from infra.choices.refused import ConfigRefused
from infra.versions import NODE_IMAGES

# An ARM instance type has a g behind its generation: t4g, m7g, c8gd.
_ARM_TYPE = re.compile(r"[a-z]+[0-9]+g[a-z]*\.")


@dataclass(frozen=True, kw_only=True)
class NodeChoices:
    architecture: str
    node_count: int
    node_disk_gb: int
    node_instance_type: str
    node_max_count: int

    def check(self) -> None:
        if not 1 <= self.node_count <= self.node_max_count:
            raise ConfigRefused(
                f"nodeCount is {self.node_count} and nodeMaxCount is {self.node_max_count}; "
                f"it must hold 1 <= nodeCount <= nodeMaxCount."
            )
        if self.node_disk_gb < 20:
            raise ConfigRefused(f"nodeDiskGb is {self.node_disk_gb}; the node image alone needs 20.")
        if self.architecture not in NODE_IMAGES:
            raise ConfigRefused(
                f"architecture is {self.architecture!r}; it must be one of {sorted(NODE_IMAGES)}."
            )
        arm = bool(_ARM_TYPE.match(self.node_instance_type))
        if arm != (self.architecture == "arm64"):
            raise ConfigRefused(
                f"nodeInstanceType is {self.node_instance_type!r} ({'arm64' if arm else 'x86_64'}) while architecture is "
                f"{self.architecture!r}. Images built for one do not start on the other: change one of the two."
            )
