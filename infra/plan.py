"""Shows, with no cloud and no credentials, what a stack would be, what survives a pause, and what both cost."""

import argparse
import datetime
import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from botocore.exceptions import BotoCoreError

from infra import prices, spot
from infra.naming import NameRefused
from infra.project import ROOT, ProjectRefused, configuration, project
from infra.stack import ConfigRefused, Stack

# Where the configuration names no account; the number AWS uses in its own documentation.
EXAMPLE_ACCOUNT = "111122223333"

PARTS: Mapping[str, str] = {
    "genai:durable:DataBucket": "Data bucket (documents, chunks, embeddings)",
    "genai:durable:ModelsBucket": "Model bucket (weights, experiments)",
    "genai:durable:LogsBucket": "Log bucket (access logs)",
    "genai:durable:Images": "Container images",
    "genai:durable:ImageCache": "Rules of the image cache (ECR)",
    "genai:durable:Records": "Records table",
    "genai:durable:ApiKeys": "Secret for the API keys (no value)",
    "genai:durable:DatabasePasswords": "Secrets for the database (no values)",
    "genai:durable:DatabaseVolume": "Volume of the database (EBS)",
    "genai:durable:AppSecrets": "Secrets for keys of others, an app each",
    "genai:durable:WorkflowKeys": "Secret for the workflows' keys (no value)",
    "genai:durable:DeployRole": "Deploy role of the pipeline (IAM)",
    "genai:durable:Logs": "Log groups (control plane, containers)",
    "genai:durable:EncryptionKey": "Key of the stack's own (KMS)",
    "genai:durable:Stop": "Topic of a budget that is used up",
    "genai:durable:Certificate": "Certificate and its proof in DNS",
    "genai:durable:Alerts": "Topic for alerts",
    "genai:durable:Spending": "Budget with e-mail alerts",
    "genai:durable:Anomalies": "Cost anomaly monitor",
    "genai:cluster:Network": "Network (VPC, NAT gateway)",
    "genai:cluster:ControlPlane": "Kubernetes control plane (EKS)",
    "genai:cluster:Nodes": "Machines",
    "genai:cluster:Rds": "Database (RDS; a snapshot survives)",
    "genai:cluster:ChatMachines": "Chat machines without Kubernetes (EC2)",
    "genai:cluster:OffHours": "Off-hours schedules",
    "genai:cluster:CostGuard": "Cost guard (stops pools with cards)",
    "genai:cluster:Entrance": "Load balancer",
    "genai:cluster:Address": "Name in DNS",
    "genai:cluster:Shield": "Web application firewall",
    "genai:cluster:Queue": "Queue of jobs (SQS)",
    "genai:cluster:ManagedAirflow": "Workflows (MWAA)",
    "genai:cluster:Alarms": "Alarms (CloudWatch)",
    "genai:cluster:Dashboard": "Dashboard (CloudWatch)",
    "genai:durable:Kept": "Claims of the stand-ins (on the laptop)",
    "genai:workloads:Keys": "Random keys:",
    "genai:workloads:StandIns": "Stores, not for production:",
    "genai:workloads:Prepared": "Job of the stores:",
    "genai:workloads:Namespaces": "Namespaces, quotas, priorities:",
    "genai:workloads:OpenSearch": "Search:",
    "genai:workloads:Postgres": "Database:",
    "genai:workloads:Dumps": "Dumps and restore:",
    "genai:workloads:Databases": "Databases of the apps:",
    "genai:workloads:Valkey": "Cache:",
    "genai:workloads:Reindex": "Index job:",
    "genai:workloads:Airflow": "Workflows:",
    "genai:workloads:Mlflow": "Experiments:",
    "genai:workloads:Autoscaler": "Growth of the pools:",
    "genai:workloads:DevicePlugin": "Graphics cards:",
    "genai:workloads:Daemon": "On every machine:",
    "genai:workloads:Monitoring": "Figures, alerts, pages:",
    "genai:workloads:Ollama": "Language model:",
    "genai:workloads:ModelCache": "Models in S3:",
    "genai:workloads:Waker": "Door to the language model:",
    "genai:workloads:Rendering": "Browser for drawn pages:",
    "genai:workloads:AppService": "App",
}
ROOMS = {
    "durable": "STAYS: survives a pause, with every byte",
    "cluster": "RENTED: gone on pause, built anew on resume",
    "workloads": "RUNS: gone on pause, started anew on resume",
}
EXAMPLES = """\
examples:
  python -m infra.plan --stack dev            what `pulumi up --stack dev` would make, and its price
  python -m infra.plan --stack prod --data-gb 500
  python -m infra.plan --stack dev --set paused=true      the same stack while paused
  python -m infra.plan --stack dev --json | jq .total
"""


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
        reckoned=_reckoned(chosen),
        schedule=_schedule(chosen),
        growth=_growth(chosen, region=region, asking=asking),
        holdings=holdings,
        parts=parts,
    )


def _reckoned(stack: Stack) -> tuple[str, ...]:
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
    title = PARTS.get(component.kind, component.kind)
    total = sum(
        (prices.cost(thing.kind, _priced_inputs(thing, inside), region=region) for thing in inside),
        start=prices.Cost(),
    )
    return Part(
        room=component.room,
        title=f"{title} {component.name}" if component.room == "workloads" else title,
        resources=len(inside),
        survives=bool(inside) and all(thing.retained for thing in inside),
        usd_per_hour=total.hour,
        usd_per_day=total.per_day(awake=awake),
        usd_per_month_paused=total.month_paused,
    )


def _snapshot(stack: Stack, *, region: prices.Region) -> Part:
    """What no program declares: the instance's last act."""
    cost = prices.snapshot(stack.database_gb, region=region)
    title = "Snapshot of the database (RDS)"
    return Part("durable", title, 1, True, cost.hour, cost.per_day(awake=stack.awake), cost.month_paused)


def _below(thing: Any, component: Any, declared: Sequence[Any]) -> bool:
    parents = {other.urn: other.parent for other in declared}
    urn = thing.parent
    while urn and urn != component.urn:
        urn = parents.get(urn, "")
    return bool(urn)


def _priced_inputs(thing: Any, siblings: Sequence[Any]) -> Mapping[str, Any]:
    """With what stands in the launch template: the disk, and of a scaling group that names no types its one type."""
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
    return {"instanceTypes": kinds, **thing.inputs, "diskGb": sum(disks)}


def render(plan: Plan) -> str:
    """The plan as a table for people."""
    state = "paused" if plan.paused else "running"
    lines = [
        "",
        f"{plan.project} / {plan.stack}, {plan.kube_context or plan.region}, {state}. {_told(plan)}",
        "",
        _row("", "things", "survives", "$/hour", "$/day at", "$/month"),
        _row("", "", "a pause", "running", "schedule", "paused"),
    ]
    for room, headline in ROOMS.items():
        parts = [part for part in plan.parts if part.room == room]
        lines += ["", f"  {headline}"] if parts else []
        lines += [_line(part) for part in parts]
    total, things = plan.total, sum(part.resources for part in plan.parts)
    figures = (f"{total.hour:.4f}", f"{plan.usd_per_day:.2f}", f"{total.month_paused:.2f}")
    lines += ["", _row("TOTAL", str(things), "", *figures), ""]
    return "\n".join([*lines, *(f"  {remark}" for remark in _remarks(plan)), "", ""])


def _told(plan: Plan) -> str:
    live = any("asked from EC2" in more.source for more in plan.growth)
    return (
        "EC2 was asked for its Spot prices, nothing else of any cloud."
        if live
        else "Nothing was asked of any cloud."
    )


def _line(part: Part) -> str:
    survives = "yes" if part.survives else "no"
    hour, month = f"{part.usd_per_hour:.4f}", f"{part.usd_per_month_paused:.2f}"
    return _row(f"  {part.title}", str(part.resources), survives, hour, f"{part.usd_per_day:.2f}", month)


def _row(title: str, things: str, survives: str, hour: str, day: str, month: str) -> str:
    return f"  {title:<48}{things:>7}  {survives:<9}{hour:>9}{day:>10}{month:>10}".rstrip()


def _remarks(plan: Plan) -> list[str]:
    if plan.kube_context:
        return _local_remarks(plan)
    total, held = plan.total, plan.holdings
    day, month = total.hour * 24, total.hour * prices.HOURS_PER_MONTH
    if plan.keep_data:
        kept = f"While paused: ${total.month_paused:.2f} a month for {held.data_gb:g} GB of data, {held.image_gb:g} GB of "
        kept += (
            f"images, {held.records_gb:g} GB of records, {held.model_gb:g} GB of models, {held.log_gb:g} GB of logs "
            f"(--data-gb, --image-gb, --records-gb, --model-gb, --log-gb change these)."
        )
        down = "To pause: pulumi destroy. To resume: pulumi up."
    else:
        kept = "keepData is false: pulumi destroy DELETES the data. Nothing survives, and nothing is left to pay."
        down = "To keep the data instead: pulumi config set keepData true, pulumi up."
    return [
        f"While running: ${total.hour:.2f} an hour, ${day:.2f} a day, ${month:.0f} a month if never paused and never asleep.",
        f"The day at the schedule: ${plan.usd_per_day:.2f}, {plan.schedule}.",
        *(
            f"Each machine of {more.pool}: ${more.usd_per_hour:.3f} an hour more ({more.instance_type}, {more.source})."
            for more in plan.growth
        ),
        kept,
        f"List prices of {plan.prices_as_of}, without tax, traffic, requests and free tier (sources: infra/prices.py).",
        *([f"Reckoned, not from AWS's page: {', '.join(plan.reckoned)}."] if plan.reckoned else []),
        f"To make it: pulumi up --stack {plan.stack}. {down}",
    ]


def _local_remarks(plan: Plan) -> list[str]:
    kept = "keeps the stand-ins' data" if plan.keep_data else "DELETES the data, since keepData is false"
    return [
        f"Costs nothing: it runs on the cluster of kubeContext {plan.kube_context}, which is there already.",
        "Stores are stand-ins for S3 and DynamoDB, not for production: docs/guide/17-local-cluster.md.",
        f"To make it: pulumi up --stack {plan.stack}. To pause: pulumi destroy, which {kept}. To resume: pulumi up.",
    ]


def as_json(plan: Plan) -> dict[str, Any]:
    total = plan.total
    figures = {
        "usd_per_hour": total.hour,
        "usd_per_day": plan.usd_per_day,
        "usd_per_month_paused": total.month_paused,
    }
    return asdict(plan) | {"total": figures}


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.plan",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    held = prices.Holdings()
    parser.add_argument(
        "--stack", required=True, help="the stack to show: the middle of a Pulumi.<stack>.yaml"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="try another value of a configuration key",
    )
    for flag, default, what in (
        ("--data-gb", held.data_gb, "in the data bucket"),
        ("--image-gb", held.image_gb, "of images, all apps together"),
        ("--records-gb", held.records_gb, "of records"),
        ("--model-gb", held.model_gb, "in the model bucket"),
        ("--log-gb", held.log_gb, "in the log bucket and in each log group"),
    ):
        parser.add_argument(
            flag, type=float, default=default, help=f"gigabytes {what} (default: %(default)g)"
        )
    parser.add_argument(
        "--live",
        action="store_true",
        help="ask EC2 for the Spot prices of now, where the stack has a Spot pool and credentials exist",
    )
    parser.add_argument("--json", action="store_true", help="print JSON for programs instead of a table")
    return parser


def asked(stack: Stack) -> spot.Spot:
    """The Spot prices of now, where there are credentials to ask with."""
    import boto3

    from infra.adopt import clients

    try:
        known = boto3.session.Session(profile_name=stack.profile).get_credentials()
    except BotoCoreError as error:
        return spot.unasked(f"since EC2 could not be asked: {error}")
    if known is None:
        return spot.unasked("since there are no credentials to ask EC2 with")
    now = datetime.datetime.now(datetime.UTC)
    cloud = clients(region=stack.region, profile=stack.profile)
    return spot.live(stack.gpu_instance_types, zones=stack.zone_names, cloud=cloud, now=now)


def main(argv: Sequence[str] | None = None, *, out: TextIO | None = None) -> int:
    out = out or sys.stdout
    parser = arguments()
    given = parser.parse_args(argv)
    pairs = [pair.partition("=") for pair in given.set]
    if bad := [key for key, equals, _ in pairs if not equals]:
        parser.error(f"--set wants KEY=VALUE, got {bad[0]!r}")
    # Pulumi reports what it logs (warnings of the program) here when no engine listens.
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        plan = make(
            given.stack,
            changes={key: value for key, _, value in pairs},
            holdings=prices.Holdings(
                data_gb=given.data_gb,
                image_gb=given.image_gb,
                records_gb=given.records_gb,
                model_gb=given.model_gb,
                log_gb=given.log_gb,
            ),
            asking=asked if given.live else unasked,
        )
    except (ProjectRefused, ConfigRefused, NameRefused, prices.PriceMissing) as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    out.write(json.dumps(as_json(plan), indent=2) + "\n" if given.json else render(plan))
    return 0


if __name__ == "__main__":
    sys.exit(main())
