"""Which version of the apps runs, how many of each, and whether the console is among them."""

import re
from dataclasses import dataclass

from infra.choices.refused import ConfigRefused
from infra.naming import MORE_APPS

RENDERERS = ("none", "cluster")


@dataclass(frozen=True, kw_only=True)
class AppChoices:
    apps: tuple[str, ...]
    console_tenant: str | None
    image_tag: str
    rag_max_replicas: int
    rag_replicas: int
    rendering: str
    worker_max_replicas: int

    def check(self) -> None:
        if strange := [app for app in self.apps if app not in MORE_APPS]:
            raise ConfigRefused(
                f"apps names {strange[0]!r}; it may list {', '.join(MORE_APPS)}. The RAG service always runs."
            )
        if len(set(self.apps)) < len(self.apps):
            raise ConfigRefused(f"apps is {list(self.apps)}; each app may stand there once.")
        if self.rendering not in RENDERERS:
            raise ConfigRefused(f"rendering is {self.rendering!r}; it must be one of {list(RENDERERS)}.")
        if self.rendering == "cluster" and "coldmail" not in self.apps:
            raise ConfigRefused(
                "rendering is 'cluster' while apps does not list coldmail: nobody would ask it. Add coldmail, or set "
                "rendering to 'none'."
            )
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", self.image_tag):
            raise ConfigRefused(
                f"imageTag is {self.image_tag!r}; a tag has letters, digits, '.', '_' and '-'."
            )
        if self.image_tag == "latest":
            raise ConfigRefused(
                "imageTag is 'latest' while the repositories' tags are immutable: it could be pushed once. Use a version."
            )
        if not 1 <= self.rag_replicas <= self.rag_max_replicas:
            raise ConfigRefused(
                f"ragReplicas is {self.rag_replicas} and ragMaxReplicas is {self.rag_max_replicas}; "
                f"it must hold 1 <= ragReplicas <= ragMaxReplicas."
            )
        if self.worker_max_replicas < 1:
            raise ConfigRefused(
                f"workerMaxReplicas is {self.worker_max_replicas}; somebody must read the documents in: at least 1."
            )
        if self.console_tenant and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", self.console_tenant):
            raise ConfigRefused(
                f"consoleTenant is {self.console_tenant!r}; a tenant has letters, digits, '-' and '_', at most 64. "
                f"Name one that has a key in the secret, or '' for no console."
            )
