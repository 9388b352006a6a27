"""Finds rented things of this stack that the saved state does not know: what a killed run left behind, and still costs.

Best effort by design: what it cannot see it does not claim, and a thing counts only once the service itself says that it
is alive, because the tagging index goes on naming deleted things for up to an hour.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from infra.adopt import Clients, Stop
from infra.removal import REMOVALS, group_removals, role_removals
from infra.snapshot import Snapshot
from infra.tags import LIFETIME_TAG, STACK_TAG

_MADE_UP = re.compile(r"-[0-9a-f]{8,}$")


@dataclass(frozen=True)
class Leftover:
    """One thing that state does not know, and the command that removes it."""

    arn: str
    command: str


def refuse(owner: str, *, cloud: Clients, state: Snapshot, warn: Callable[[str], None], stop: bool) -> None:
    """Stop with the list and a command for each; while pausing only warn, since what runs must still be let go.

    Raises: Stop.
    """
    left: list[Leftover] = []
    try:
        for item in find(owner, cloud=cloud, state=state):
            left.append(item)  # one by one: what was found before an error counts
    except (ClientError, BotoCoreError) as error:
        warn(
            f"Could not look for all leftovers of an interrupted run: {error}. Going on; see docs/runbooks/stuck-destroy.md."
        )
    if not left:
        return
    lines = "\n".join(f"  {item.arn}\n    {item.command}" for item in left)
    message = (
        f"{len(left)} thing(s) carry the tag {STACK_TAG}={owner} but are not in the stack's state; an interrupted run left them "
        f"behind and they may cost money. Remove them in this order, then repeat:\n{lines}"
    )
    if stop:
        raise Stop(message)
    warn(message)


def find(owner: str, *, cloud: Clients, state: Snapshot) -> Iterator[Leftover]:
    """Rented things that are alive, tagged with this stack and unknown to its state; in an order that lets them be removed."""
    # First: machines hold security groups, subnets, and places in target groups.
    for arn, command in group_removals(owner, cloud=cloud):
        if not state.mentions(arn):
            yield Leftover(arn, command)
    tagged = sorted(_tagged(owner, cloud=cloud))
    for prefix, removal in REMOVALS.items():
        for arn in tagged:
            service, rest = arn.split(":", 5)[2], arn.split(":", 5)[5]
            identity = rest.rsplit("/", 1)[-1]
            if not f"{service}:{rest}".startswith(prefix) or _in_state(arn, identity, state=state):
                continue
            if command := removal(cloud, arn):
                yield Leftover(arn, command)
    for arn, command in role_removals(owner, cloud=cloud):
        if not state.mentions(arn):
            yield Leftover(arn, command)


def _in_state(arn: str, identity: str, *, state: Snapshot) -> bool:
    """By ARN, or by an id that AWS made up. Not by a name: the cluster shares its name with the budget."""
    return state.mentions(arn) or (bool(_MADE_UP.search(identity)) and state.mentions(identity))


def _tagged(owner: str, *, cloud: Clients) -> Iterator[str]:
    pages = cloud("resourcegroupstaggingapi").get_paginator("get_resources")
    filters = [{"Key": STACK_TAG, "Values": [owner]}, {"Key": LIFETIME_TAG, "Values": ["rented"]}]
    for page in pages.paginate(TagFilters=filters):
        for item in page["ResourceTagMappingList"]:
            yield item["ResourceARN"]
