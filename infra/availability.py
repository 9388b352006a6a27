"""Asks EKS, before the first resource is declared, whether it still offers the add-ons that versions.py names."""

from collections.abc import Callable, Mapping

from botocore.exceptions import BotoCoreError, ClientError

from infra import versions
from infra.adopt import Clients, Stop


def refuse(*, cloud: Clients, warn: Callable[[str], None]) -> None:
    """Stop at an add-on or a version of one that EKS does not offer for this Kubernetes; warn where it cannot be asked.

    A resume after months would otherwise find out after a quarter of an hour, half built. Raises: Stop.
    """
    try:
        offered = look(cloud=cloud)
    except (ClientError, BotoCoreError) as error:
        warn(
            f"Could not ask EKS which add-ons it offers: {error}. Going on; a version that is gone fails later."
        )
        return
    for addon, version in versions.ADDONS.items():
        there = offered.get(addon, ())
        if not there:
            raise Stop(
                f"EKS does not offer the add-on {addon!r} for Kubernetes {versions.KUBERNETES} in this region. Nothing was "
                f"changed; set KUBERNETES in infra/versions.py to a minor that EKS offers "
                f"(aws eks describe-cluster-versions)."
            )
        if version is not None and version not in there:
            raise Stop(
                f"EKS does not offer {addon} {version!r} for Kubernetes {versions.KUBERNETES} any more. Nothing was changed; "
                f"set ADDONS in infra/versions.py to one of {', '.join(there[:3])}, or to None for the one that EKS advises."
            )


def look(*, cloud: Clients) -> Mapping[str, tuple[str, ...]]:
    """The versions of every add-on of AWS's own for the Kubernetes of versions.py, newest first."""
    pages = cloud("eks").get_paginator("describe_addon_versions")
    return {
        addon["addonName"]: tuple(found["addonVersion"] for found in addon["addonVersions"])
        for page in pages.paginate(kubernetesVersion=versions.KUBERNETES, owners=["aws"])
        for addon in page["addons"]
    }
