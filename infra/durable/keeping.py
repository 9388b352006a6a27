"""The rules of a pause, in one place: what durable resources are told so that destroy leaves them and `up` finds them."""

from dataclasses import dataclass

import pulumi

from infra.durable.kinds import KINDS
from infra.naming import Names
from infra.tags import Tags


@dataclass(frozen=True)
class Keeping:
    """How the durable room treats its resources in this run.

    `ids` says what exists already (adopt.py). With `keep` false nothing is retained and everything may be emptied, which is
    the one way to really delete.
    """

    names: Names
    tags: Tags
    ids: dict[str, str]
    keep: bool
    # The stack's own key, where it has one: what can be encrypted with it is.
    key: pulumi.Output[str] | None = None

    def adopted(
        self,
        key: str,
        *,
        parent: pulumi.Resource,
        after: list[pulumi.Resource] | None = None,
        ignore: list[str] | None = None,
    ) -> pulumi.ResourceOptions:
        """Options for a resource of KINDS: imported where it exists, retained at destroy.

        An import id that stays in the program is a no-op later, and makes the engine refuse to replace the resource.
        """
        if key not in KINDS:
            raise KeyError(
                f"{key!r} is not in infra/durable/kinds.py, so nobody would adopt it. Add it there and to adopt.py."
            )
        return pulumi.ResourceOptions(
            parent=parent,
            depends_on=after,
            ignore_changes=ignore,
            retain_on_delete=self.keep or KINDS[key].shared,
            import_=self.ids.get(key),
        )

    def satellite(
        self, *, parent: pulumi.Resource, after: list[pulumi.Resource] | None = None
    ) -> pulumi.ResourceOptions:
        """Options for a setting of an adopted resource: kept with it, written again at a resume."""
        return pulumi.ResourceOptions(parent=parent, retain_on_delete=self.keep, depends_on=after)
