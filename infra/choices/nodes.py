"""The machines that run the apps: how many, in how many zones, and which with a graphics processor."""

import re
from dataclasses import dataclass

from infra.choices.refused import ConfigRefused
from infra.versions import NODE_IMAGES

# An ARM instance type has a g behind its generation: t4g, m7g, c8gd.
_ARM_TYPE = re.compile(r"[a-z]+[0-9]+g[a-z]*\.")
GPUS = ("none", "spot", "on_demand", "both")
# Families of one or more NVIDIA cards on x86_64 machines: T4, A10G, L4, L40S.
_GPU_TYPE = re.compile(r"(?:g4dn|g5|g6|g6e)\.(?P<size>[0-9]*x?large)")


@dataclass(frozen=True, kw_only=True)
class NodeChoices:
    architecture: str
    autoscaler: bool
    gpu: str
    gpu_disk_gb: int
    gpu_instance_types: tuple[str, ...]
    gpu_max_count: int
    node_count: int
    node_disk_gb: int
    node_instance_type: str
    node_max_count: int
    node_zones: int
    zones: tuple[str, ...]

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
        if not 1 <= self.node_zones <= len(self.zones):
            raise ConfigRefused(
                f"nodeZones is {self.node_zones} while zones is {list(self.zones)}; the machines can spread over 1 to "
                f"{len(self.zones)} of them."
            )
        self._check_gpu()
        self._check_autoscaler()

    def _check_gpu(self) -> None:
        if self.gpu not in GPUS:
            raise ConfigRefused(f"gpu is {self.gpu!r}; it must be one of {list(GPUS)}.")
        known = [_GPU_TYPE.fullmatch(kind) for kind in self.gpu_instance_types]
        if not known or not all(known):
            raise ConfigRefused(
                f"gpuInstanceTypes is {list(self.gpu_instance_types)}; name types of g4dn, g5, g6 or g6e, like g4dn.xlarge."
            )
        if len({found["size"] for found in known if found}) > 1:
            raise ConfigRefused(
                f"gpuInstanceTypes is {list(self.gpu_instance_types)}; they must be of one size: the autoscaler plans a pool by "
                f"the first type and would count on room that the smaller ones have not."
            )
        if self.gpu_max_count < 1:
            raise ConfigRefused(
                f"gpuMaxCount is {self.gpu_max_count}; it must be at least 1, or set gpu to 'none'."
            )
        if self.gpu_disk_gb < 50:
            raise ConfigRefused(
                f"gpuDiskGb is {self.gpu_disk_gb}; the image with NVIDIA's drivers alone needs 50."
            )

    def _check_autoscaler(self) -> None:
        if self.gpu != "none" and not self.autoscaler:
            raise ConfigRefused(
                f"gpu is {self.gpu!r} while autoscaler is false; the pools start at 0 machines and nobody would ever add one. "
                f"Set autoscaler to true."
            )
