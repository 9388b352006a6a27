"""The image repository of one app: pushed to by `make images`, pulled from at every resume."""

import pulumi
from pulumi_aws import ecr

from infra.durable.keeping import Keeping


class Images(pulumi.ComponentResource):
    """An ECR repository with scan on push and immutable tags."""

    def __init__(
        self, name: str, app: str, keeping: Keeping, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("genai:durable:Images", name, None, opts)
        repository = ecr.Repository(
            name,
            name=keeping.names.repository(app),
            # A tag that can move would start another program at a resume than the one that was paused.
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            force_delete=not keeping.keep,
            tags=keeping.tags.durable(),
            opts=keeping.adopted(f"{app}_images", parent=self),
        )
        self.name: pulumi.Output[str] = repository.name
        self.url: pulumi.Output[str] = repository.repository_url
        self.register_outputs({"name": self.name, "url": self.url})
