"""Who may reach the load balancer and the cluster's API."""

from dataclasses import dataclass

from infra.choices.refused import ConfigRefused, cidr

EVERYONE = {"0.0.0.0/0", "::/0"}


@dataclass(frozen=True, kw_only=True)
class EntranceChoices:
    allowed_cidrs: tuple[str, ...]
    api_cidrs: tuple[str, ...]
    certificate_arn: str | None
    domain: str | None
    region: str
    waf: bool
    waf_requests_per_five_minutes: int

    @property
    def internal(self) -> bool:
        """Nobody outside the network is let in until addresses are listed."""
        return not self.allowed_cidrs

    def check(self) -> None:
        for key, cidrs in (("allowedCidrs", self.allowed_cidrs), ("apiCidrs", self.api_cidrs)):
            for value in cidrs:
                cidr(value, key=key)
        if not self.api_cidrs:
            raise ConfigRefused(
                "apiCidrs is empty, so nobody outside the network could reach the cluster's API, and neither could "
                "`pulumi up`. List the addresses that Pulumi runs from."
            )
        open_to_all = EVERYONE & set(self.allowed_cidrs)
        if open_to_all and not (self.certificate_arn or self.domain):
            raise ConfigRefused(
                f"allowedCidrs contains {sorted(open_to_all)[0]!r} while certificateArn and domain are ''. API keys would "
                f"cross the internet in clear text. Set one of them, or list only the addresses you use."
            )
        if self.certificate_arn and f":acm:{self.region}:" not in self.certificate_arn:
            raise ConfigRefused(
                f"certificateArn is {self.certificate_arn!r} while aws:region is {self.region!r}. "
                f"A load balancer uses certificates of its own region only: request one there."
            )
        if self.waf_requests_per_five_minutes < 10:
            raise ConfigRefused(
                f"wafRequestsPerFiveMinutes is {self.waf_requests_per_five_minutes}; WAF counts from 10 upwards."
            )
