"""What each kind of resource costs, from dated list prices; the reader of `make plan` sees the same figures as the tests."""

from infra.prices.costs import HOURS_PER_MONTH, Cost, Holdings, PriceMissing, Region
from infra.prices.kinds import FREE, FREE_PREFIXES, PRICED, cost, snapshot
from infra.prices.lists import AS_OF, DATABASES, INSTANCES, PRICES, RECKONED, SOURCES

__all__ = [
    "AS_OF",
    "DATABASES",
    "FREE",
    "FREE_PREFIXES",
    "HOURS_PER_MONTH",
    "INSTANCES",
    "PRICED",
    "PRICES",
    "RECKONED",
    "SOURCES",
    "Cost",
    "Holdings",
    "PriceMissing",
    "Region",
    "cost",
    "snapshot",
]
