"""Under which name the stack is reached, and who says that the name is its own: a certificate given, or one it asks for."""

import re
from dataclasses import dataclass

from infra.choices.refused import ConfigRefused

_DOMAIN = re.compile(r"(?=.{4,250}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_ZONE = re.compile(r"Z[A-Z0-9]{4,31}")


@dataclass(frozen=True, kw_only=True)
class DomainChoices:
    certificate_arn: str | None
    domain: str | None
    hosted_zone: str | None

    @property
    def secure(self) -> bool:
        """Whether the load balancer speaks HTTPS."""
        return bool(self.certificate_arn or self.domain)

    @property
    def issued_domain(self) -> str | None:
        """The name a certificate is asked for: only where none is given."""
        return None if self.certificate_arn else self.domain

    def check(self) -> None:
        if self.domain is not None and not _DOMAIN.fullmatch(self.domain):
            raise ConfigRefused(
                f"domain is {self.domain!r}; write a name in lower case without scheme or path, like genai.example.org."
            )
        if self.hosted_zone is not None and not _ZONE.fullmatch(self.hosted_zone):
            raise ConfigRefused(
                f"hostedZone is {self.hosted_zone!r}; it must be the id of a public Route 53 zone, like Z0123456789ABCDEFGHIJ "
                f"(aws route53 list-hosted-zones)."
            )
        if self.hosted_zone and not self.domain:
            raise ConfigRefused(
                f"hostedZone is {self.hosted_zone!r} while domain is ''; there is no name to write into the zone. Set domain."
            )
        if self.issued_domain and not self.hosted_zone:
            raise ConfigRefused(
                f"domain is {self.domain!r} while hostedZone and certificateArn are ''. A certificate is issued once a record "
                f"in the zone proves that the name is yours: set hostedZone, or certificateArn to one you have."
            )
