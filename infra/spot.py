"""What a machine with a card costs on Spot: asked from EC2 where credentials exist, estimated by a dated share where not."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from infra.asking import Clients

# Not a price that somebody set: AWS says "up to 90 % less", and cards are wanted more than most machines.
SHARE, SHARE_AS_OF = 0.4, "2026-11-27"
ESTIMATED = f"estimated at {SHARE:.0%} of the price on demand ({SHARE_AS_OF})"


@dataclass(frozen=True)
class Spot:
    """Dollars an hour by instance type, and where they come from. A type that is not in it is estimated."""

    prices: Mapping[str, float]
    source: str


def unasked(why: str) -> Spot:
    return Spot({}, f"{ESTIMATED}, {why}")


def live(kinds: Sequence[str], *, zones: Sequence[str], cloud: Clients, now: datetime.datetime) -> Spot:
    """The lowest price of this moment in the stack's zones. Reads only, and free."""
    try:
        history = cloud("ec2").get_paginator("describe_spot_price_history")
        pages = history.paginate(
            InstanceTypes=list(kinds),
            ProductDescriptions=["Linux/UNIX"],
            # With a start of now EC2 answers with the price that holds, and no past ones.
            StartTime=now,
            Filters=[{"Name": "availability-zone", "Values": list(zones)}],
        )
        found: dict[str, float] = {}
        for page in pages:
            for item in page["SpotPriceHistory"]:
                price = float(item["SpotPrice"])
                found[item["InstanceType"]] = min(price, found.get(item["InstanceType"], price))
    except (ClientError, BotoCoreError) as error:
        return unasked(f"since EC2 did not say: {error}")
    return Spot(found, f"asked from EC2 at {now:%Y-%m-%d %H:%M} UTC")
