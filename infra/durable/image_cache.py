"""The rules by which the account's registry fetches images of other registries, and keeps a copy of what was pulled.

AWS: where the registry is reached through interface endpoints, the first pull of an image still needs a way to the internet.
With `nat: none` it is therefore made from elsewhere, which `make images` does; what is there is pulled without one.
"""

from collections.abc import Sequence

import pulumi
from pulumi_aws import ecr

from infra.durable.keeping import Keeping
from infra.registries import CACHED


class ImageCache(pulumi.ComponentResource):
    """A rule for each registry. The rules are the account's, for all its stacks: found they stay as they are."""

    def __init__(
        self,
        name: str,
        keeping: Keeping,
        *,
        registries: Sequence[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:durable:ImageCache", name, None, opts)
        for registry in registries:
            ecr.PullThroughCacheRule(
                registry,
                ecr_repository_prefix=CACHED[registry],
                upstream_registry_url=registry,
                opts=keeping.adopted(f"cache_{CACHED[registry]}", parent=self),
            )
        self.register_outputs({})
