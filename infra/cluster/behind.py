"""What stands behind a door of the load balancer: machines of one kind."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi


@dataclass(frozen=True, kw_only=True)
class Behind:
    """The security group that must let the load balancer in, and the scaling groups it sends to, by the pool's name."""

    security_group_id: pulumi.Output[str]
    scaling_groups: Mapping[str, pulumi.Output[str]]
