"""The pools of machines that a stack's choices need, as plain values: which, where, how many, and for whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.stack import Stack
from infra.versions import GPU_IMAGE, NODE_IMAGES

MAIN, GPU_SPOT, GPU_ON_DEMAND = "nodes", "gpu-spot", "gpu-on-demand"
# What a pod that wants a card must tolerate, so that no other pod keeps a dear machine awake.
GPU_TAINT: Mapping[str, str] = {"key": "nvidia.com/gpu", "value": "true", "effect": "NO_SCHEDULE"}
POOL_LABEL = "genai-ops/pool"
# The label by which the autoscaler knows that a new machine is not ready before its cards are there; without it, it would
# add one after another meanwhile.
CARD: Mapping[str, str] = {"k8s.amazonaws.com/accelerator": "nvidia"}


@dataclass(frozen=True, kw_only=True)
class Pool:
    """One managed node group. `zones`: how many of the stack's, from the first."""

    name: str
    instance_types: tuple[str, ...]
    image: str
    least: int
    wanted: int
    most: int
    disk_gb: int
    zones: int
    spot: bool = False
    taints: tuple[Mapping[str, str], ...] = ()
    more_labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def labels(self) -> dict[str, str]:
        return {POOL_LABEL: self.name, **self.more_labels}


def pools(stack: Stack) -> list[Pool]:
    """The one that everything runs on comes first. None without Kubernetes."""
    if not stack.kubernetes:
        return []
    main = Pool(
        name=MAIN,
        instance_types=(stack.node_instance_type,),
        image=NODE_IMAGES[stack.architecture],
        least=1,
        wanted=stack.node_count,
        most=stack.node_max_count,
        disk_gb=stack.node_disk_gb,
        zones=stack.node_zones,
    )
    # Apart, because a node group is either or: the autoscaler tries Spot first and takes the other when there is none.
    wanted = {
        "none": (),
        "both": (GPU_SPOT, GPU_ON_DEMAND),
        "spot": (GPU_SPOT,),
        "on_demand": (GPU_ON_DEMAND,),
    }
    return [main, *(_gpu(stack, name) for name in wanted[stack.gpu])]


def _gpu(stack: Stack, name: str) -> Pool:
    return Pool(
        name=name,
        instance_types=stack.gpu_instance_types,
        image=GPU_IMAGE,
        least=0,
        wanted=0,
        most=stack.gpu_max_count,
        disk_gb=stack.gpu_disk_gb,
        # Cards are scarce: each zone more is one more place where there may be one.
        zones=len(stack.zones),
        spot=name == GPU_SPOT,
        taints=(GPU_TAINT,),
        more_labels=CARD,
    )
