"""Where the network lies, how its machines reach the world, and what is written down about its traffic."""

import re
from dataclasses import dataclass

from infra.choices.refused import ConfigRefused, cidr

NATS = ("none", "single", "per_az")
# Services of AWS that a private address inside the network may stand for. S3 and DynamoDB have theirs always, and free.
ENDPOINTS = (
    *(
        "autoscaling",
        "bedrock-runtime",
        "ec2",
        "ecr.api",
        "ecr.dkr",
        "eks",
        "eks-auth",
        "elasticloadbalancing",
    ),
    *("kms", "logs", "monitoring", "secretsmanager", "sqs", "ssm", "ssmmessages", "sts"),
)
# What a machine needs to join, to pull our images and to give pods their credentials when nothing leads outwards, and what the
# RAG service needs to read its API keys. Source: "Deploy private clusters with limited internet access" in the EKS user guide.
WITHOUT_NAT = frozenset({"ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "secretsmanager", "sts"})
# The lengths of time CloudWatch can keep logs for, up to a year.
DAYS_KEPT = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365)


@dataclass(frozen=True, kw_only=True)
class NetworkChoices:
    flow_log_days: int
    flow_logs: bool
    interface_endpoints: tuple[str, ...]
    nat: str
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
        letters = {zone for zone in self.zones if re.fullmatch(r"[a-z]", zone)}
        if len(self.zones) not in (2, 3) or len(letters) != len(self.zones):
            raise ConfigRefused(
                f"zones is {list(self.zones)}; name two or three different zone letters of {self.region}, like [a, b]."
            )
        self._check_endpoints()
        if self.flow_log_days not in DAYS_KEPT:
            raise ConfigRefused(
                f"flowLogDays is {self.flow_log_days}; CloudWatch keeps logs for one of {list(DAYS_KEPT)} days."
            )

    def _check_endpoints(self) -> None:
        if self.nat not in NATS:
            raise ConfigRefused(f"nat is {self.nat!r}; it must be one of {list(NATS)}.")
        chosen = set(self.interface_endpoints)
        if unknown := sorted(chosen - set(ENDPOINTS)):
            raise ConfigRefused(
                f"interfaceEndpoints contains {unknown[0]!r}; known are {', '.join(ENDPOINTS)}. "
                f"S3 and DynamoDB have free endpoints in any case."
            )
        if len(chosen) != len(self.interface_endpoints):
            raise ConfigRefused(
                f"interfaceEndpoints is {list(self.interface_endpoints)}; a service may have one endpoint only."
            )
        if self.nat == "none" and (missing := sorted(WITHOUT_NAT - chosen)):
            raise ConfigRefused(
                f"nat is 'none' while interfaceEndpoints is {list(self.interface_endpoints)}: machines without a way out could "
                f"neither join nor pull an image. Add {', '.join(missing)}, or set nat to 'single'."
            )
