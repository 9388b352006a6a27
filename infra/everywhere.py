"""What holds for every resource of the program, whoever declares it: where images of others come from, how far roles may go."""

from collections.abc import Callable, Mapping
from typing import Any

import pulumi

from infra.registries import copy_of
from infra.stack import Stack

Transformation = Callable[[pulumi.ResourceTransformationArgs], pulumi.ResourceTransformationResult | None]


def options(stack: Stack, aws: pulumi.ProviderResource, *, account: str) -> pulumi.ResourceOptions:
    """What each room is opened with."""
    return pulumi.ResourceOptions(providers=[aws], transformations=transformations(stack, account=account))


def transformations(stack: Stack, *, account: str) -> list[Transformation]:
    """For the options of the rooms: children inherit them, so that nothing new can forget a rule."""
    return [_through_the_cache(stack, account)] if stack.image_cache else []


def bounded(opts: pulumi.ResourceOptions, boundary: pulumi.Output[str]) -> pulumi.ResourceOptions:
    """The same options, under which every role has this policy as its permissions boundary."""

    def change(made: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if made.type_ != "aws:iam/role:Role":
            return None
        return pulumi.ResourceTransformationResult(
            {**made.props, "permissions_boundary": boundary}, made.opts
        )

    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(transformations=[change]))


def _through_the_cache(stack: Stack, account: str) -> Transformation:
    def named(value: Any) -> Any:
        """The same object with every container's image renamed, however deep."""
        if isinstance(value, pulumi.Output):
            return value.apply(named)
        if isinstance(value, Mapping):
            return {key: renamed(item) if key == "image" else named(item) for key, item in value.items()}
        return [named(item) for item in value] if isinstance(value, list | tuple) else value

    def renamed(image: Any) -> Any:
        if not isinstance(image, str):
            return image
        return copy_of(image, cached=stack.image_cache, account=account, region=stack.region)

    def change(made: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if not made.type_.startswith(("kubernetes:apps/", "kubernetes:batch/")):
            return None
        spec = named(made.props["spec"])
        return pulumi.ResourceTransformationResult({**made.props, "spec": spec}, made.opts)

    return change
