"""`make images` for a stack on a laptop: builds the images and puts them where its cluster takes them from."""

import json
import subprocess
from dataclasses import dataclass

from infra.choices.local import LOCAL
from infra.local.images import image, loading, needed
from infra.project import ROOT, configuration, project


@dataclass(frozen=True)
class Laptop:
    """What the stack's files say of its images."""

    project: str
    image_registry: str | None
    image_tag: str
    console_tenant: str | None
    apps: tuple[str, ...]
    kube_context: str

    @classmethod
    def of(cls, stack: str) -> "Laptop | None":
        """None for a stack in AWS. Raises: ProjectRefused."""
        name, values = str(project()["name"]), configuration(stack)
        given = {key.removeprefix(f"{name}:"): value for key, value in values.items()}
        if given["compute"] != LOCAL:
            return None
        return cls(
            project=name,
            image_registry=given["imageRegistry"] or None,
            image_tag=given["imageTag"],
            console_tenant=given["consoleTenant"] or None,
            apps=tuple(json.loads(given["apps"])),
            kube_context=given["kubeContext"],
        )


def build(laptop: Laptop, *, docker: str) -> None:
    """For the processor of this machine, which is the cluster's. Raises: CalledProcessError."""
    for app in needed(laptop):
        named = image(laptop, app)
        subprocess.run((docker, "build", "--target", app, "--tag", named, str(ROOT)), check=True)
        print(_brought(laptop, named, docker=docker))


def _brought(laptop: Laptop, named: str, *, docker: str) -> str:
    if laptop.image_registry:
        subprocess.run((docker, "push", named), check=True)
        return f"pushed {named}"
    command = loading(laptop.kube_context, named)
    if command is None:
        return f"built {named}; put it into the machines of {laptop.kube_context!r}, or set imageRegistry"
    subprocess.run(command, check=True)
    return f"loaded {named} into {laptop.kube_context}"
