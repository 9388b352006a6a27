"""Registries that images come from, and which of them the account's own registry may keep copies of."""

from collections.abc import Collection, Mapping

from infra import versions

DOCKER_HUB = "docker.io"
# Registries that ECR copies from without a credential, each with the prefix of its copies: those that AWS's console proposes,
# so that a rule which is there already is most likely the same. Docker Hub and others want a secret with somebody's name.
CACHED: Mapping[str, str] = {
    "public.ecr.aws": "ecr-public",
    "quay.io": "quay",
    "registry.k8s.io": "kubernetes",
}


def registry_of(image: str) -> str:
    """The host an image is pulled from; a name without one is Docker Hub's."""
    host, slash, _ = image.partition("/")
    return host if slash and ("." in host or ":" in host) else DOCKER_HUB


def copy_of(image: str, *, cached: Collection[str], account: str, region: str) -> str:
    """The name under which the account's registry has the image, where the cache holds its registry; else the image's own."""
    registry = registry_of(image)
    if registry not in cached:
        return image
    path = image.removeprefix(f"{registry}/")
    return f"{account}.dkr.ecr.{region}.amazonaws.com/{CACHED[registry]}/{path}"


def foreign() -> tuple[str, ...]:
    """Every image of somebody else that infra/versions.py names."""
    return tuple(
        sorted(
            value for name, value in vars(versions).items() if name.endswith("_IMAGE") and ":" in str(value)
        )
    )
