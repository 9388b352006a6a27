"""The tags every taggable resource carries: who owns it, who pays for it, and whether it survives a pause."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

STACK_TAG = "genai-ops:stack"
LIFETIME_TAG = "genai-ops:lifetime"

Lifetime = Literal["durable", "rented"]


@dataclass(frozen=True)
class Tags:
    """Tags of one stack. `owner` (project/stack) is the mark adoption and the budget go by."""

    owner: str
    project: str
    stack: str
    contact: str
    cost_centre: str

    def durable(self, name: str | None = None) -> dict[str, str]:
        return self._tags("durable", name)

    def rented(self, name: str | None = None) -> dict[str, str]:
        return self._tags("rented", name)

    def _tags(self, lifetime: Lifetime, name: str | None) -> dict[str, str]:
        tags = {
            STACK_TAG: self.owner,
            LIFETIME_TAG: lifetime,
            "genai-ops:project": self.project,
            "genai-ops:owner": self.contact,
            "genai-ops:cost-centre": self.cost_centre,
        }
        # The EC2 console lists things by their Name tag only.
        return tags | ({"Name": name} if name else {})


def budget_filter(owner: str) -> str:
    """The budget's cost filter for one stack, in the `user:key$value` form AWS Budgets wants. It is also the
    budget's mark of ownership: a budget that watches this stack's tag is this stack's budget."""
    return f"user:{STACK_TAG}${owner}"


def owned_by(tags: Mapping[str, str]) -> str | None:
    return tags.get(STACK_TAG)
