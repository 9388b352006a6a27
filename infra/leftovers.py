"""Finds rented things of this stack that the saved state does not know: what a killed run left behind, and still costs.

Best effort by design: what it cannot see it does not claim, and a thing counts only once the service itself says that it
is alive, because the tagging index goes on naming deleted things for up to an hour.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.adopt import Clients, Stop
from infra.snapshot import Snapshot
from infra.tags import LIFETIME_TAG, STACK_TAG

_MADE_UP = re.compile(r"-[0-9a-f]{8,}$")


@dataclass(frozen=True)
class Leftover:
    """One thing that state does not know, and the command that removes it."""

    arn: str
    command: str


@dataclass(frozen=True)
class _Kind:
    """How to ask whether a thing is alive, and how to remove it. Both take its id, the last part of the ARN."""

    alive: Callable[[Clients, str, str], bool]
    command: str


def refuse(owner: str, *, cloud: Clients, state: Snapshot, warn: Callable[[str], None], stop: bool) -> None:
    """Stop with the list and a command for each; while pausing only warn, since what runs must still be let go.

    Raises: Stop.
    """
    try:
        left = list(find(owner, cloud=cloud, state=state))
    except (ClientError, BotoCoreError) as error:
        warn(
            f"Could not look for leftovers of an interrupted run: {error}. Going on; see docs/runbooks/stuck-destroy.md."
        )
        return
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
    tagged = sorted(_tagged(owner, cloud=cloud))
    for prefix, kind in KINDS.items():
        for arn in tagged:
            service, rest = arn.split(":", 5)[2], arn.split(":", 5)[5]
            identity = rest.rsplit("/", 1)[-1]
            if not f"{service}:{rest}".startswith(prefix) or _in_state(arn, identity, state=state):
                continue
            if kind.alive(cloud, arn, identity):
                yield Leftover(arn, kind.command.format(arn=arn, id=identity))


def _in_state(arn: str, identity: str, *, state: Snapshot) -> bool:
    """By ARN, or by an id that AWS made up. Not by a name: the cluster shares its name with the budget."""
    return state.mentions(arn) or (bool(_MADE_UP.search(identity)) and state.mentions(identity))


def _tagged(owner: str, *, cloud: Clients) -> Iterator[str]:
    pages = cloud("resourcegroupstaggingapi").get_paginator("get_resources")
    filters = [{"Key": STACK_TAG, "Values": [owner]}, {"Key": LIFETIME_TAG, "Values": ["rented"]}]
    for page in pages.paginate(TagFilters=filters):
        for item in page["ResourceTagMappingList"]:
            yield item["ResourceARN"]


def _exists(ask: Callable[[], Any], *, gone: tuple[str, ...]) -> bool:
    try:
        ask()
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in gone:
            return False
        raise
    return True


def _cluster(cloud: Clients, _: str, name: str) -> bool:
    return _exists(lambda: cloud("eks").describe_cluster(name=name), gone=("ResourceNotFoundException",))


def _load_balancer(cloud: Clients, arn: str, _: str) -> bool:
    ask = cloud("elbv2").describe_load_balancers
    return _exists(lambda: ask(LoadBalancerArns=[arn]), gone=("LoadBalancerNotFound",))


def _nat(cloud: Clients, _: str, identity: str) -> bool:
    answer = cloud("ec2").describe_nat_gateways(Filters=[{"Name": "nat-gateway-id", "Values": [identity]}])
    return any(gateway["State"] not in ("deleted", "deleting") for gateway in answer["NatGateways"])


def _address(cloud: Clients, _: str, identity: str) -> bool:
    return bool(
        cloud("ec2").describe_addresses(Filters=[{"Name": "allocation-id", "Values": [identity]}])[
            "Addresses"
        ]
    )


def _network(cloud: Clients, _: str, identity: str) -> bool:
    return bool(cloud("ec2").describe_vpcs(Filters=[{"Name": "vpc-id", "Values": [identity]}])["Vpcs"])


# In the order of removal. Only what costs by the hour or blocks the next `up`: subnets, routes and groups go with the VPC,
# and instances with their node group (they are in no state, because the node group makes them).
KINDS: Mapping[str, _Kind] = {
    "elasticloadbalancing:loadbalancer/": _Kind(
        _load_balancer, "aws elbv2 delete-load-balancer --load-balancer-arn {arn}"
    ),
    "eks:cluster/": _Kind(
        _cluster,
        "aws eks delete-cluster --name {id}   # its node groups first: aws eks list-nodegroups --cluster-name {id}",
    ),
    "ec2:natgateway/": _Kind(_nat, "aws ec2 delete-nat-gateway --nat-gateway-id {id}"),
    "ec2:elastic-ip/": _Kind(_address, "aws ec2 release-address --allocation-id {id}"),
    "ec2:vpc/": _Kind(
        _network, "aws ec2 delete-vpc --vpc-id {id}   # or in the console, which removes what is inside too"
    ),
}
