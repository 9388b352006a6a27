"""What the stack costs, as outputs of the stack itself: the figures of `make plan`, noted while the program declares."""

from collections.abc import Mapping
from typing import Any

import pulumi

from infra import prices
from infra.cluster.chat_machines.boot import SERIES
from infra.cluster.chat_machines.pool import chat_pool
from infra.cluster.pools import pools
from infra.stack import Stack

NODE_GROUP, SCALING_GROUP = "aws:eks/nodeGroup:NodeGroup", "aws:autoscaling/group:Group"


class Bill:
    """Adds up each resource that is declared after it. An `up` never fails for want of a price: then there are no figures."""

    def __init__(self, stack: Stack, *, holdings: prices.Holdings | None = None) -> None:
        self.stack, self.total, self.missing, self._closed = stack, prices.Cost(), "", False
        self._disks = {pool.name: pool.disk_gb for pool in pools(stack)}
        try:
            self._region: prices.Region | None = prices.Region(stack.region, holdings or prices.Holdings())
        except prices.PriceMissing as missing:
            self._region, self.missing = None, str(missing)
        pulumi.runtime.register_stack_transformation(self._note)

    def _note(self, made: pulumi.ResourceTransformationArgs) -> None:
        if (
            self._region is None
            or self._closed
            or not isinstance(made.resource, pulumi.CustomResource | pulumi.ComponentResource)
        ):
            return
        inputs = _as_declared(dict(made.props))
        try:
            if made.type_ == NODE_GROUP:
                inputs["diskGb"] = self._disks[made.name]
            if made.type_ == SCALING_GROUP:
                pool = chat_pool(self.stack)
                kinds = list(pool.instance_types[:1])
                inputs |= {"diskGb": pool.disk_gb, "instanceTypes": kinds, "series": len(SERIES)}
            self.total += prices.cost(made.type_, inputs, region=self._region)
        except (LookupError, TypeError, ValueError) as error:
            self.missing = self.missing or str(error)

    def export(self) -> None:
        """Call it last: a root that several programs of one process share goes on calling those of before."""
        self._closed = True
        stack = self.stack
        if self._region is not None and stack.paused and stack.database == "rds" and stack.keep_data:
            self.total += prices.snapshot(stack.database_gb, region=self._region)
        if self.missing:
            pulumi.warn(f"The stack's outputs tell no costs: {self.missing}")
            return
        pulumi.export("usdPerHour", round(self.total.hour, 4))
        pulumi.export("usdPerDayAtSchedule", round(self.total.per_day(awake=self.stack.awake), 2))
        pulumi.export("usdPerMonthPaused", round(self.total.month_paused, 2))
        pulumi.export("pricesAsOf", prices.AS_OF)


def _as_declared(value: Any) -> Any:
    """With the engine's names: the program's are Python's. Keys of tags have no underscore and stay."""
    if isinstance(value, Mapping):
        return {_camel(str(key)): _as_declared(item) for key, item in value.items() if item is not None}
    return [_as_declared(item) for item in value] if isinstance(value, list | tuple) else value


def _camel(key: str) -> str:
    first, *others = key.split("_")
    return first + "".join(word.capitalize() for word in others)
