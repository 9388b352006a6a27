"""Makes the plan: rehearses the program as it is configured, and prices what it declares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra import prices, spot
from infra.plan.titles import PARTS, title
from infra.project import ROOT, configuration, project
from infra.stack import Stack

# Where the configuration names no account; the number AWS uses in its own documentation.
EXAMPLE_ACCOUNT = "111122223333"


@dataclass(frozen=True)
class Part:
    """One line of the plan: a component and everything below it."""

    room: str
    title: str
    resources: int
    survives: bool
    usd_per_hour: float
    usd_per_day: float
    usd_per_month_paused: float


@dataclass(frozen=True)
class Growth:
    """What one machine more of a pool that starts at none adds, once a pod asks for it."""

    pool: str
    instance_type: str
    usd_per_hour: float
    source: str


@dataclass(frozen=True)
class Plan:
    """What a stack is made of and what it costs; only names and figures, never a configured value."""

    project: str
    stack: str
    region: str
    kube_context: str | None
    paused: bool
    keep_data: bool
    prices_as_of: str
    reckoned: tuple[str, ...]
    schedule: str
    growth: tuple[Growth, ...]
    holdings: prices.Holdings
    parts: tuple[Part, ...]

    @property
    def total(self) -> prices.Cost:
        each = (prices.Cost(part.usd_per_hour, part.usd_per_month_paused) for part in self.parts)
        return sum(each, start=prices.Cost())

    @property
    def usd_per_day(self) -> float:
        """An average day of a week at the configured schedule."""
        return sum(part.usd_per_day for part in self.parts)


Asking = Callable[[Stack], spot.Spot]


def unasked(_: Stack) -> spot.Spot:
    return spot.unasked("since EC2 was not asked")


def make(
    stack: str,
    *,
    changes: Mapping[str, str],
    holdings: prices.Holdings,
    asking: Asking = unasked,
    root: Path = ROOT,
) -> Plan:
    """Rehearse the program and price what it declares; `asking` is who knows the Spot prices, `root` where the stack's file is.

    Raises: ProjectRefused, ConfigRefused, PriceMissing.
    """
    from infra import adopt, rehearsal  # Two seconds of SDK that a refused command line does without.

    name = str(project()["name"])
    config = configuration(stack, root=root) | {f"{name}:{key}": value for key, value in changes.items()}
    chosen, declared = rehearsal.rehearse(
        config,
        project=name,
        stack=stack,
        found=lambda chosen: adopt.nothing(chosen.account or EXAMPLE_ACCOUNT),
    )
    region = prices.Region(chosen.region, holdings)
    # The engine hears of parts in whatever order their inputs are ready; a reader wants always the same one.
    components = sorted((thing for thing in declared if thing.component), key=_place)
    parts = tuple(_part(component, declared, region=region, awake=chosen.awake) for component in components)
    if chosen.paused and chosen.database == "rds" and chosen.keep_data:
        parts = (*parts, _snapshot(chosen, region=region))
    return Plan(
        project=name,
        stack=stack,
        region=chosen.region,
        kube_context=chosen.kube_context,
        paused=chosen.paused,
        keep_data=chosen.keep_data,
        prices_as_of=prices.AS_OF,
        reckoned=reckoned(chosen),
        schedule=_schedule(chosen),
        growth=_growth(chosen, region=region, asking=asking),
        holdings=holdings,
        parts=parts,
    )


def reckoned(stack: Stack) -> tuple[str, ...]:
    cards = stack.gpu != "none" or stack.chat_machines
    used = {stack.node_instance_type, *(stack.gpu_instance_types if cards else ())}
    prices_used = (
        used | {"dynamodb_pitr_gb_month"} | ({"mwaa_small_hour"} if stack.airflow == "mwaa" else set())
    )
    if stack.database == "rds":
        prices_used |= {stack.database_instance_class, "rds_gp3_gb_month", "rds_snapshot_gb_month"}
    return tuple(sorted(prices.RECKONED.get(stack.region, frozenset()) & prices_used))


def _schedule(stack: Stack) -> str:
    if stack.work_hours is None:
        return "day and night, since workHours is not set"
    return f"with machines {stack.work_hours} on {', '.join(stack.work_days)} ({stack.awake:.0%} of the week)"


def _growth(stack: Stack, *, region: prices.Region, asking: Asking) -> tuple[Growth, ...]:
    from infra.cluster.pools import pools

    cards = [pool for pool in pools(stack) if pool.wanted == 0]
    market = asking(stack) if any(pool.spot for pool in cards) else None
    found = []
    for pool in cards:
        kind = pool.instance_types[0]
        full, disk = region.instance(kind), pool.disk_gb * region["gp3_gb_month"] / prices.HOURS_PER_MONTH
        if market is None or not pool.spot:
            price, source = full, f"on demand, list price of {prices.AS_OF}"
        elif kind in market.prices:
            price, source = market.prices[kind], f"Spot, {market.source}"
        else:
            price, source = (
                full * spot.SHARE,
                f"Spot, {market.source if not market.prices else spot.ESTIMATED}",
            )
        found.append(Growth(pool.name, kind, price + disk, source))
    return tuple(found)


def _place(component: Any) -> tuple[int, str]:
    kinds = list(PARTS)
    return (kinds.index(component.kind) if component.kind in kinds else len(kinds), component.name)


def _part(component: Any, declared: Sequence[Any], *, region: prices.Region, awake: float) -> Part:
    inside = [thing for thing in declared if not thing.component and _below(thing, component, declared)]
    total = sum(
        (prices.cost(thing.kind, _priced_inputs(thing, inside), region=region) for thing in inside),
        start=prices.Cost(),
    )
    return Part(
        room=component.room,
        title=title(component.kind, component.name),
        resources=len(inside),
        survives=bool(inside) and all(thing.retained for thing in inside),
        usd_per_hour=total.hour,
        usd_per_day=total.per_day(awake=awake),
        usd_per_month_paused=total.month_paused,
    )


def _snapshot(stack: Stack, *, region: prices.Region) -> Part:
    """What no program declares: the instance's last act."""
    cost = prices.snapshot(stack.database_gb, region=region)
    words = "Snapshot of the database (RDS)"
    return Part("durable", words, 1, True, cost.hour, cost.per_day(awake=stack.awake), cost.month_paused)


def _below(thing: Any, component: Any, declared: Sequence[Any]) -> bool:
    parents = {other.urn: other.parent for other in declared}
    urn = thing.parent
    while urn and urn != component.urn:
        urn = parents.get(urn, "")
    return bool(urn)


def _priced_inputs(thing: Any, siblings: Sequence[Any]) -> Mapping[str, Any]:
    """With what stands in the launch template: the disk, of a scaling group that names no types its one type, and what its
    machines send."""
    from infra.cluster.chat_machines.boot import SERIES

    if thing.kind not in ("aws:eks/nodeGroup:NodeGroup", "aws:autoscaling/group:Group"):
        inputs: Mapping[str, Any] = thing.inputs
        return inputs
    templates = [
        sibling.inputs
        for sibling in siblings
        if sibling.kind == "aws:ec2/launchTemplate:LaunchTemplate" and sibling.urn in thing.dependencies
    ]
    disks = [int(disk["ebs"]["volumeSize"]) for one in templates for disk in one["blockDeviceMappings"]]
    kinds = [one["instanceType"] for one in templates if one.get("instanceType")]
    return {"instanceTypes": kinds, **thing.inputs, "diskGb": sum(disks), "series": len(SERIES)}
