"""The one reader of Pulumi's configuration: typed, frozen, and refusing what cannot work before any call to the cloud."""

import difflib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, get_type_hints

import pulumi
from pulumi.runtime.config import CONFIG, is_config_secret

from infra.choices.apps import AppChoices
from infra.choices.chat import ChatChoices
from infra.choices.compute import ComputeChoices
from infra.choices.control_plane import ControlPlaneChoices
from infra.choices.database import DatabaseChoices
from infra.choices.deploy import DeployChoices, Origin, origin
from infra.choices.domain import DomainChoices
from infra.choices.encryption import EncryptionChoices
from infra.choices.entrance import EntranceChoices
from infra.choices.experiments import ExperimentChoices
from infra.choices.hours import HoursChoices
from infra.choices.images import ImageChoices
from infra.choices.lifetime import LifetimeChoices
from infra.choices.local import LOCAL, REGION, LocalChoices, refuse_aws
from infra.choices.login import LoginChoices
from infra.choices.logs import LogChoices
from infra.choices.models import ModelChoices
from infra.choices.money import MoneyChoices
from infra.choices.network import NetworkChoices
from infra.choices.nodes import NodeChoices
from infra.choices.refused import ConfigRefused, key_of
from infra.choices.search import SearchChoices
from infra.choices.watching import WatchingChoices
from infra.choices.workflows import WorkflowChoices
from infra.naming import NameRefused, Names
from infra.tags import Tags

__all__ = ["KEYS", "ConfigRefused", "Stack"]

# Not keys of ours: who runs, where, and as whom.
_GIVEN = frozenset({"project", "name", "organization", "region", "profile"})


@dataclass(frozen=True, kw_only=True)
class Stack(
    LifetimeChoices,
    LogChoices,
    NetworkChoices,
    ComputeChoices,
    ControlPlaneChoices,
    DomainChoices,
    EncryptionChoices,
    EntranceChoices,
    LoginChoices,
    NodeChoices,
    HoursChoices,
    AppChoices,
    ImageChoices,
    SearchChoices,
    DatabaseChoices,
    ExperimentChoices,
    ModelChoices,
    ChatChoices,
    MoneyChoices,
    WatchingChoices,
    WorkflowChoices,
    DeployChoices,
    # The last is asked first: what a laptop has not is told before anything about how AWS would want it.
    LocalChoices,
):
    """One stack's choices. Each subject in infra/choices brings its fields and its check; Pulumi.yaml declares a key for
    each field (`vpc_cidr` is vpcCidr), with type, default and description.
    """

    project: str
    name: str
    organization: str
    region: str
    profile: str | None
    account: str | None

    def __post_init__(self) -> None:
        # Names are built from the account; a made-up one shows here whether project and stack fit at all.
        try:
            self.names(self.account or "000000000000")
        except NameRefused as refused:
            raise ConfigRefused(str(refused)) from refused
        for subject in reversed(type(self).__mro__):
            if check := subject.__dict__.get("check"):
                check(self)

    @classmethod
    def load(cls) -> "Stack":
        """Read the configuration of the stack that is running. Raises: ConfigRefused."""
        _refuse_unknown(CONFIG.get(), project=pulumi.get_project())
        config, aws = pulumi.Config(), pulumi.Config("aws")
        for key in ("assumeRole", "assumeRoles", "accessKey", "secretKey", "token"):
            if aws.get(key):
                raise ConfigRefused(
                    f"aws:{key} is set. The look at the account before the program starts uses the environment's credentials "
                    f"and would see another identity. Put a profile with that role into ~/.aws/config and set aws:profile."
                )
        if local := config.require("compute") == LOCAL:
            refuse_aws(
                {key: aws.get(key) for key in ("region", "profile")}, context=config.get("kubeContext")
            )
        hints = get_type_hints(cls)
        chosen = {field: _READERS[hints[field]](config, key) for field, key in _KEY_OF.items()}
        return cls(
            project=pulumi.get_project(),
            name=pulumi.get_stack(),
            organization=pulumi.get_organization(),
            region=REGION if local else _region(aws.get("region")),
            profile=aws.get("profile"),
            **chosen,
        )

    @property
    def prefix(self) -> str:
        return f"{self.project}-{self.name}"

    def names(self, account: str) -> Names:
        return Names(
            project=self.project,
            stack=self.name,
            account=account,
            region=self.region,
            domain=self.issued_domain or "",
            gitlab=self.gitlab_host,
        )

    @property
    def tags(self) -> Tags:
        return Tags(
            owner=f"{self.project}/{self.name}",
            project=self.project,
            stack=self.name,
            contact=self.owner,
            cost_centre=self.cost_centre,
        )


_KEY_OF = {field.name: key_of(field.name) for field in fields(Stack) if field.name not in _GIVEN}
KEYS = tuple(sorted(_KEY_OF.values()))


def _strings(config: pulumi.Config, key: str) -> tuple[str, ...]:
    value: Any = config.require_object(key)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigRefused(
            f"{key} is {json.dumps(value)}; it must be a list of strings, for instance: [a, b]"
        )
    return tuple(value)


def _origins(config: pulumi.Config, key: str) -> tuple[Origin, ...]:
    value: Any = config.require_object(key)
    if not isinstance(value, list):
        raise ConfigRefused(f"{key} is {json.dumps(value)}; it must be a list of branches, or [] for none.")
    return tuple(origin(item) for item in value)


# By the type of the field. An empty text means none where there may be none.
_READERS: Mapping[Any, Callable[[pulumi.Config, str], Any]] = {
    str: lambda config, key: config.require(key),
    str | None: lambda config, key: config.require(key) or None,
    int: lambda config, key: config.require_int(key),
    float: lambda config, key: config.require_float(key),
    bool: lambda config, key: config.require_bool(key),
    tuple[str, ...]: _strings,
    tuple[Origin, ...]: _origins,
}


def _region(value: str | None) -> str:
    if not value:
        raise ConfigRefused(
            "aws:region is not set. Set it, for instance: pulumi config set aws:region eu-central-1"
        )
    return value


def _refuse_unknown(config: dict[str, Any], *, project: str) -> None:
    """A misspelt `pasued: true` would cost dollars an hour in silence."""
    for full in sorted(config):
        namespace, _, key = full.partition(":")
        if namespace == project and is_config_secret(full):
            raise ConfigRefused(
                f"The configuration key {full!r} is set as a secret. No key of this program is one: its value would stand "
                f"readable in the state and in AWS. Set it without --secret; secret values go to Secrets Manager: `make secrets`."
            )
        if namespace == project and key not in KEYS:
            near = difflib.get_close_matches(key, KEYS, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(KEYS)}."
            raise ConfigRefused(f"The configuration key {full!r} is not known. {hint}")
