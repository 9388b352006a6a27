"""The one reader of Pulumi's configuration: typed, frozen, and refusing what cannot work before any call to the cloud."""

import difflib
import ipaddress
import json
import re
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.runtime.config import CONFIG

from infra.naming import NameRefused, Names
from infra.tags import Tags
from infra.versions import NODE_IMAGES

# Read here and nowhere else; Pulumi.yaml declares the same keys with their types, defaults and descriptions.
KEYS = (
    "account",
    "alertEmail",
    "allowedCidrs",
    "apiCidrs",
    "architecture",
    "certificateArn",
    "costCentre",
    "imageTag",
    "keepData",
    "monthlyBudgetUsd",
    "nodeCount",
    "nodeDiskGb",
    "nodeInstanceType",
    "nodeMaxCount",
    "owner",
    "paused",
    "vpcCidr",
    "zones",
)
EVERYONE = {"0.0.0.0/0", "::/0"}
# An ARM instance type has a g behind its generation: t4g, m7g, c8gd.
_ARM_TYPE = re.compile(r"[a-z]+[0-9]+g[a-z]*\.")


class ConfigRefused(ValueError):
    """Configuration that cannot work; the message names every value involved and what to change."""


@dataclass(frozen=True)
class Stack:
    """One stack's choices. Field by field the keys of Pulumi.yaml, where each is described."""

    project: str
    name: str
    organization: str
    region: str
    profile: str | None
    account: str | None
    alert_email: str | None
    allowed_cidrs: tuple[str, ...]
    api_cidrs: tuple[str, ...]
    architecture: str
    certificate_arn: str | None
    cost_centre: str
    image_tag: str
    keep_data: bool
    monthly_budget_usd: int
    node_count: int
    node_disk_gb: int
    node_instance_type: str
    node_max_count: int
    owner: str
    paused: bool
    vpc_cidr: str
    zones: tuple[str, ...]

    def __post_init__(self) -> None:
        for check in (_account, _network, _entrance, _nodes, _money, _image):
            check(self)

    @classmethod
    def load(cls) -> "Stack":
        """Read the configuration of the stack that is running. Raises: ConfigRefused."""
        _refuse_unknown(CONFIG.get(), project=pulumi.get_project())
        config, aws = pulumi.Config(), pulumi.Config("aws")
        for key in ("assumeRole", "assumeRoles", "accessKey"):
            if aws.get(key):
                raise ConfigRefused(
                    f"aws:{key} is set. The look at the account before the program starts uses the environment's credentials "
                    f"and would see another identity. Put a profile with that role into ~/.aws/config and set aws:profile."
                )
        return cls(
            project=pulumi.get_project(),
            name=pulumi.get_stack(),
            organization=pulumi.get_organization(),
            region=_region(aws.get("region")),
            profile=aws.get("profile"),
            account=config.require("account") or None,
            alert_email=config.require("alertEmail") or None,
            allowed_cidrs=_strings(config, "allowedCidrs"),
            api_cidrs=_strings(config, "apiCidrs"),
            architecture=config.require("architecture"),
            certificate_arn=config.require("certificateArn") or None,
            cost_centre=config.require("costCentre"),
            image_tag=config.require("imageTag"),
            keep_data=config.require_bool("keepData"),
            monthly_budget_usd=config.require_int("monthlyBudgetUsd"),
            node_count=config.require_int("nodeCount"),
            node_disk_gb=config.require_int("nodeDiskGb"),
            node_instance_type=config.require("nodeInstanceType"),
            node_max_count=config.require_int("nodeMaxCount"),
            owner=config.require("owner"),
            paused=config.require_bool("paused"),
            vpc_cidr=config.require("vpcCidr"),
            zones=_strings(config, "zones"),
        )

    @property
    def prefix(self) -> str:
        return f"{self.project}-{self.name}"

    def names(self, account: str) -> Names:
        return Names(project=self.project, stack=self.name, account=account, region=self.region)

    @property
    def tags(self) -> Tags:
        return Tags(
            owner=f"{self.project}/{self.name}",
            project=self.project,
            stack=self.name,
            contact=self.owner,
            cost_centre=self.cost_centre,
        )

    @property
    def internal(self) -> bool:
        """Nobody outside the network is let in until addresses are listed."""
        return not self.allowed_cidrs

    @property
    def zone_names(self) -> tuple[str, ...]:
        return tuple(f"{self.region}{letter}" for letter in self.zones)


def _region(value: str | None) -> str:
    if not value:
        raise ConfigRefused(
            "aws:region is not set. Set it, for instance: pulumi config set aws:region eu-central-1"
        )
    return value


def _strings(config: pulumi.Config, key: str) -> tuple[str, ...]:
    value: Any = config.require_object(key)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigRefused(
            f"{key} is {json.dumps(value)}; it must be a list of strings, for instance: [a, b]"
        )
    return tuple(value)


def _refuse_unknown(config: dict[str, Any], *, project: str) -> None:
    """A misspelt `pasued: true` would cost dollars an hour in silence."""
    for full in sorted(config):
        namespace, _, key = full.partition(":")
        if namespace == project and key not in KEYS:
            near = difflib.get_close_matches(key, KEYS, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(KEYS)}."
            raise ConfigRefused(f"The configuration key {full!r} is not known. {hint}")


def _account(stack: Stack) -> None:
    # Names are built from the account; a made-up one shows here whether project and stack fit at all.
    account = stack.account or "000000000000"
    try:
        stack.names(account)
    except NameRefused as refused:
        raise ConfigRefused(str(refused)) from refused


def _network(stack: Stack) -> None:
    vpc = _cidr(stack.vpc_cidr, key="vpcCidr")
    if vpc.version != 4 or not vpc.is_private or not 16 <= vpc.prefixlen <= 20:
        raise ConfigRefused(
            f"vpcCidr is {stack.vpc_cidr!r}; it must be a private IPv4 range from /16 to /20, like 10.40.0.0/16."
        )
    letters = [zone for zone in stack.zones if re.fullmatch(r"[a-z]", zone)]
    if len(stack.zones) != 2 or len(set(letters)) != 2:
        raise ConfigRefused(
            f"zones is {list(stack.zones)}; name two different zone letters of {stack.region}, like [a, b]."
        )


def _entrance(stack: Stack) -> None:
    for key, cidrs in (("allowedCidrs", stack.allowed_cidrs), ("apiCidrs", stack.api_cidrs)):
        for cidr in cidrs:
            _cidr(cidr, key=key)
    if not stack.api_cidrs:
        raise ConfigRefused(
            "apiCidrs is empty, so nobody outside the network could reach the cluster's API, and neither could `pulumi up`. "
            "List the addresses that Pulumi runs from."
        )
    open_to_all = EVERYONE & set(stack.allowed_cidrs)
    if open_to_all and not stack.certificate_arn:
        raise ConfigRefused(
            f"allowedCidrs contains {sorted(open_to_all)[0]!r} while certificateArn is ''. API keys would cross the internet in "
            f"clear text. Set certificateArn, or list only the addresses you use."
        )
    if stack.certificate_arn and f":acm:{stack.region}:" not in stack.certificate_arn:
        raise ConfigRefused(
            f"certificateArn is {stack.certificate_arn!r} while aws:region is {stack.region!r}. "
            f"A load balancer uses certificates of its own region only: request one there."
        )


def _nodes(stack: Stack) -> None:
    if not 1 <= stack.node_count <= stack.node_max_count:
        raise ConfigRefused(
            f"nodeCount is {stack.node_count} and nodeMaxCount is {stack.node_max_count}; "
            f"it must hold 1 <= nodeCount <= nodeMaxCount."
        )
    if stack.node_disk_gb < 20:
        raise ConfigRefused(f"nodeDiskGb is {stack.node_disk_gb}; the node image alone needs 20.")
    if stack.architecture not in NODE_IMAGES:
        raise ConfigRefused(
            f"architecture is {stack.architecture!r}; it must be one of {sorted(NODE_IMAGES)}."
        )
    arm = bool(_ARM_TYPE.match(stack.node_instance_type))
    if arm != (stack.architecture == "arm64"):
        raise ConfigRefused(
            f"nodeInstanceType is {stack.node_instance_type!r} ({'arm64' if arm else 'x86_64'}) while architecture is "
            f"{stack.architecture!r}. Images built for one do not start on the other: change one of the two."
        )


def _money(stack: Stack) -> None:
    if stack.monthly_budget_usd < 1:
        raise ConfigRefused(f"monthlyBudgetUsd is {stack.monthly_budget_usd}; AWS Budgets wants at least 1.")
    if stack.alert_email is not None and "@" not in stack.alert_email:
        raise ConfigRefused(
            f"alertEmail is {stack.alert_email!r}; it must be an e-mail address, or '' for no mail."
        )


def _image(stack: Stack) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", stack.image_tag):
        raise ConfigRefused(f"imageTag is {stack.image_tag!r}; a tag has letters, digits, '.', '_' and '-'.")
    if stack.image_tag == "latest":
        raise ConfigRefused(
            "imageTag is 'latest' while the repositories' tags are immutable: it could be pushed once. Use a version."
        )


def _cidr(value: str, *, key: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(value)
    except ValueError as error:
        raise ConfigRefused(
            f"{key} contains {value!r}, which is not an address range: {error}. Write it like 203.0.113.7/32."
        ) from error
