"""Where the network lies."""

import re
from dataclasses import dataclass

from infra.choices.refused import ConfigRefused, cidr


@dataclass(frozen=True, kw_only=True)
class NetworkChoices:
    vpc_cidr: str
    zones: tuple[str, ...]
    region: str

    @property
    def zone_names(self) -> tuple[str, ...]:
        return tuple(f"{self.region}{letter}" for letter in self.zones)

    def check(self) -> None:
        vpc = cidr(self.vpc_cidr, key="vpcCidr")
        if vpc.version != 4 or not vpc.is_private or not 16 <= vpc.prefixlen <= 20:
            raise ConfigRefused(
                f"vpcCidr is {self.vpc_cidr!r}; it must be a private IPv4 range from /16 to /20, like 10.40.0.0/16."
            )
        letters = [zone for zone in self.zones if re.fullmatch(r"[a-z]", zone)]
        if len(self.zones) != 2 or len(set(letters)) != 2:
            raise ConfigRefused(
                f"zones is {list(self.zones)}; name two different zone letters of {self.region}, like [a, b]."
            )
