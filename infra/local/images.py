"""The apps' images on a laptop: what they are called, which a stack needs, and how they get into its cluster."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from infra.workloads.namespaces import CONSOLE, RAG

# Nobody's registry. Without it a machine that lacks the image would ask Docker Hub, where the name may be a stranger's.
NOWHERE = "localhost"
# By the beginning of a context's name, which tells who made the cluster; the rest is the cluster's name.
LOADERS: Mapping[str, Sequence[str]] = {
    "kind-": ("kind", "load", "docker-image", "{image}", "--name", "{cluster}"),
    "k3d-": ("k3d", "image", "import", "{image}", "--cluster", "{cluster}"),
    # Its profile is its context.
    "minikube": ("minikube", "image", "load", "{image}", "--profile", "{context}"),
}


class Choices(Protocol):
    """What of a stack's choices says which images it runs."""

    @property
    def project(self) -> str: ...
    @property
    def image_registry(self) -> str | None: ...
    @property
    def image_tag(self) -> str: ...
    @property
    def console_tenant(self) -> str | None: ...
    @property
    def apps(self) -> tuple[str, ...]: ...


def image(stack: Choices, app: str) -> str:
    return f"{stack.image_registry or NOWHERE}/{stack.project}/{app}:{stack.image_tag}"


def needed(stack: Choices) -> list[str]:
    return [RAG, *([CONSOLE] if stack.console_tenant else []), *stack.apps]


def loading(context: str, image: str) -> list[str] | None:
    """The command that puts an image into the cluster's machines; None for a cluster of unknown make."""
    for beginning, words in LOADERS.items():
        if context.startswith(beginning):
            cluster = context.removeprefix(beginning)
            return [word.format(image=image, cluster=cluster, context=context) for word in words]
    return None
