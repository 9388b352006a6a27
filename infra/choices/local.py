"""A cluster that is there already, on a laptop: which one, where its images come from, and nothing of AWS besides."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from infra.choices.refused import ConfigRefused, key_of
from infra.project import project

LOCAL = "local"
# Stand-ins are in no region, but every signed request names one.
REGION = "us-east-1"
# All that such a stack chooses. Every other key is about AWS, or about what has no stand-in, and stays as Pulumi.yaml has it.
CHOSEN = frozenset(
    {
        "apps",
        "compute",
        "console_tenant",
        "image_registry",
        "image_tag",
        "keep_data",
        "kube_context",
        "paused",
    }
)
# Who runs the program, and the region above: not read from a key.
_GIVEN = frozenset({"project", "name", "organization", "region", "profile"})
_REGISTRY = re.compile(r"[a-z0-9][a-z0-9.-]*(?::[0-9]+)?(?:/[a-z0-9][a-z0-9._-]*)*")
LIST_CONTEXTS = "`kubectl config get-contexts` lists them"


@dataclass(frozen=True, kw_only=True)
class LocalChoices:
    compute: str
    image_registry: str | None
    kube_context: str | None

    @property
    def local(self) -> bool:
        return self.compute == LOCAL

    def check(self) -> None:
        if not self.local:
            self._check_elsewhere()
            return
        if not self.kube_context:
            raise ConfigRefused(
                f"kubeContext is '' while compute is 'local': the current context may be anybody's cluster, so one has to be "
                f"named. {LIST_CONTEXTS}; then, for instance: pulumi config set kubeContext kind-kind"
            )
        if self.image_registry and not _REGISTRY.fullmatch(self.image_registry):
            raise ConfigRefused(
                f"imageRegistry is {self.image_registry!r}; write it as images do, like localhost:5001 or "
                f"registry.example.org/team: no scheme, no slash at the end."
            )
        if foreign := list(self._foreign()):
            raise ConfigRefused(
                f"{', '.join(foreign)} while kubeContext is {self.kube_context!r}: that is about AWS, or has no stand-in on a "
                f"laptop. Take it back, or make a stack of its own for AWS."
            )

    def _check_elsewhere(self) -> None:
        for key, value in (("kubeContext", self.kube_context), ("imageRegistry", self.image_registry)):
            if value:
                raise ConfigRefused(
                    f"{key} is {value!r} while compute is {self.compute!r}: only a stack on a cluster that is there has it. "
                    f"Set compute to 'local', or {key} to ''."
                )

    def _foreign(self) -> Iterator[str]:
        for field in fields(self):
            if field.name in CHOSEN | _GIVEN:
                continue
            chosen, key = getattr(self, field.name), key_of(field.name)
            if _plain(chosen) != _plain(_defaults()[key]):
                yield f"{key} is {_shown(chosen)}"


def refuse_aws(settings: Mapping[str, str | None], *, context: str | None) -> None:
    """Refuse Pulumi's own settings of AWS: a stack that names some means an account. Raises: ConfigRefused."""
    for key, value in settings.items():
        if value:
            raise ConfigRefused(
                f"aws:{key} is {value!r} while compute is 'local' and kubeContext is {context or ''!r}: nothing is asked of AWS. "
                f"Run `pulumi config rm aws:{key}`, or set compute to 'eks' and kubeContext to ''."
            )


@cache
def _defaults() -> Mapping[str, Any]:
    return {key: spec["default"] for key, spec in project()["config"].items()}


def _plain(value: Any) -> Any:
    """As YAML would have it: no text is an empty one, and a list is a list."""
    if value is None:
        return ""
    return list(value) if isinstance(value, tuple) else value


def _shown(value: Any) -> str:
    plain = _plain(value)
    return json.dumps(plain) if isinstance(plain, bool) else repr(plain)
