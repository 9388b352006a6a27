"""The image repositories, one for each app: pushed to by `make images`, pulled from at every resume."""

import json
from typing import Any

import pulumi
from pulumi_aws import ecr

from infra.durable.keeping import Keeping
from infra.naming import IMAGES

# A build that failed half way, and tags that a rollback might want: ten releases of each app are months of them.
UNTAGGED_DAYS = 14
RELEASES = 10
# The most ECR takes. An image is judged only by the first rule that its tag matches, so this one is never expired.
NEVER = 9_999


class Images(pulumi.ComponentResource):
    """ECR repositories with scan on push and immutable tags, in which old images expire and the deployed one does not."""

    def __init__(
        self, name: str, keeping: Keeping, *, deployed: str, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("genai:durable:Images", name, None, opts)
        self.urls: dict[str, pulumi.Output[str]] = {
            app: self._repository(app, keeping, deployed=deployed).repository_url for app in IMAGES
        }
        self.register_outputs({"urls": self.urls})

    def _repository(self, app: str, keeping: Keeping, *, deployed: str) -> ecr.Repository:
        repository = ecr.Repository(
            app,
            name=keeping.names.repository(app),
            # A tag that can move would start another program at a resume than the one that was paused.
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            force_delete=not keeping.keep,
            tags=keeping.tags.durable(),
            opts=keeping.adopted(f"{app}_images", parent=self),
        )
        ecr.LifecyclePolicy(
            app,
            repository=repository.name,
            policy=json.dumps({"rules": expiry(deployed)}),
            opts=keeping.satellite(parent=repository),
        )
        return repository


def expiry(deployed: str) -> list[dict[str, Any]]:
    """What ECR may remove by itself, in order of priority; also during a pause, when nobody pulls what will be needed."""
    tagged = {"tagStatus": "tagged", "countType": "imageCountMoreThan"}
    chosen = [
        ("The deployed tag stays.", {**tagged, "tagPatternList": [deployed], "countNumber": NEVER}),
        (
            "Untagged images are what failed pushes left.",
            {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": UNTAGGED_DAYS,
            },
        ),
        (
            "The newest releases stay, for a way back.",
            {**tagged, "tagPatternList": ["*"], "countNumber": RELEASES},
        ),
    ]
    return [
        {"rulePriority": number, "description": why, "selection": which, "action": {"type": "expire"}}
        for number, (why, which) in enumerate(chosen, start=1)
    ]
