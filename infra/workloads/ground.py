"""What an app of ours stands on, whoever brought it: the cluster that this stack rents, or one that was there before."""

from collections.abc import Sequence
from typing import Protocol

import pulumi

from infra.cluster.control_plane import ControlPlane


class Ground(Protocol):
    """A cluster, as far as an app must know it."""

    @property
    def provider(self) -> pulumi.ProviderResource: ...

    @property
    def ready(self) -> Sequence[pulumi.Resource]:
        """What pods wait for: machines, and what runs on each of them."""

    @property
    def node_ranges(self) -> Sequence[str]:
        """Where the machines are, through which a load balancer arrives. Empty: none does, and no port of theirs is taken."""

    @property
    def control(self) -> ControlPlane | None:
        """Who gives pods a role in AWS. None outside AWS."""
