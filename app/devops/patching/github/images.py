"""Images: log in to a registry, build with Buildx."""

import re

from app.devops.checking.github.actions import KNOWN
from app.devops.patching.surgery import Edit, insert_item
from app.devops.patching.target import Target

# The registry that takes the job's own token.
GITHUB_REGISTRY = ".".join(("ghcr", "io"))


def docker_login(target: Target) -> list[Edit]:
    """Log in to the registry before the first push; GitHub's own takes the job's token."""
    registry = target.field("registry") or (
        GITHUB_REGISTRY if GITHUB_REGISTRY in target.log + target.text else ""
    )
    login: dict[str, object] = {
        "registry": registry or "docker.io",
        "username": "${{ github.actor }}"
        if registry == GITHUB_REGISTRY
        else "${{ secrets.REGISTRY_USERNAME }}",
        "password": "${{ secrets.GITHUB_TOKEN }}"
        if registry == GITHUB_REGISTRY
        else "${{ secrets.REGISTRY_PASSWORD }}",
    }
    if any(True for _ in target.using("docker/login-action")):
        return []
    places = [*target.using("docker/build-push-action"), *target.running(r"docker (?:push|pull|compose)")]
    for path, steps, position, _ in sorted(places, key=lambda place: (place[0], place[2])):
        data = {"uses": f"docker/login-action@v{KNOWN['docker/login-action'].current}", "with": login}
        return [insert_item(target.text, steps, position, data, path)]
    return []


def buildx(target: Target) -> list[Edit]:
    """Buildx before the first build, with QEMU where another machine's platform is built."""
    places = [*target.using("docker/build-push-action"), *target.running(r"docker buildx|docker build")]
    present = {step.text("uses").partition("@")[0] for _, _, _, step in target.steps()}
    wanted = ["docker/setup-buildx-action"]
    if re.search(r"exec format error|no match for platform|qemu", target.log + target.field("why")):
        wanted.insert(0, "docker/setup-qemu-action")
    missing = [action for action in wanted if action not in present]
    for path, steps, position, _ in sorted(places, key=lambda place: (place[0], place[2])):
        return [
            insert_item(target.text, steps, position, {"uses": f"{action}@v{KNOWN[action].current}"}, path)
            for action in missing
        ]
    return []
