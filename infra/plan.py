"""Shows, with no cloud and no credentials, what a stack would be, what survives a pause, and what both cost."""

import argparse
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TextIO

from infra import prices
from infra.naming import NameRefused
from infra.project import ProjectRefused, configuration, project
from infra.stack import ConfigRefused

# Where the configuration names no account; the number AWS uses in its own documentation.
EXAMPLE_ACCOUNT = "111122223333"

PARTS: Mapping[str, str] = {
    "genai:durable:DataBucket": "Data bucket (documents, chunks, embeddings)",
    "genai:durable:ModelsBucket": "Model bucket (weights, experiments)",
    "genai:durable:LogsBucket": "Log bucket (access logs)",
    "genai:durable:Images": "Container images",
    "genai:durable:Records": "Records table",
    "genai:durable:ApiKeys": "Secret for the API keys (no value)",
    "genai:durable:Logs": "Log groups (control plane, containers)",
    "genai:durable:Certificate": "Certificate and its proof in DNS",
    "genai:durable:Alerts": "Topic for alerts",
    "genai:durable:Spending": "Budget with e-mail alerts",
    "genai:durable:Anomalies": "Cost anomaly monitor",
    "genai:cluster:Network": "Network (VPC, NAT gateway)",
    "genai:cluster:ControlPlane": "Kubernetes control plane (EKS)",
    "genai:cluster:Nodes": "Machines",
    "genai:cluster:OffHours": "Off-hours schedules",
    "genai:cluster:Entrance": "Load balancer",
    "genai:cluster:Address": "Name in DNS",
    "genai:cluster:Shield": "Web application firewall",
    "genai:cluster:Queue": "Queue of jobs (SQS)",
    "genai:cluster:Alarms": "Alarms (CloudWatch)",
    "genai:cluster:Dashboard": "Dashboard (CloudWatch)",
    "genai:workloads:Namespaces": "Namespaces, quotas, priorities:",
    "genai:workloads:OpenSearch": "Search:",
    "genai:workloads:Valkey": "Cache:",
    "genai:workloads:Reindex": "Index job:",
    "genai:workloads:Autoscaler": "Growth of the pools:",
    "genai:workloads:DevicePlugin": "Graphics cards:",
    "genai:workloads:Daemon": "On every machine:",
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
    usd_per_month_paused: float


@dataclass(frozen=True)
class Plan:
    """What a stack is made of and what it costs; only names and figures, never a configured value."""

    project: str
    stack: str
    region: str
    paused: bool
    keep_data: bool
    prices_as_of: str
    holdings: prices.Holdings
    parts: tuple[Part, ...]

    @property
    def total(self) -> prices.Cost:
        each = (prices.Cost(part.usd_per_hour, part.usd_per_month_paused) for part in self.parts)
        return sum(each, start=prices.Cost())


def make(stack: str, *, changes: Mapping[str, str], holdings: prices.Holdings) -> Plan:
    """Rehearse the program and price what it declares. Raises: ProjectRefused, ConfigRefused, PriceMissing."""
    from infra import adopt, rehearsal  # Two seconds of SDK that a refused command line does without.

    name = str(project()["name"])
    config = configuration(stack) | {f"{name}:{key}": value for key, value in changes.items()}
    chosen, declared = rehearsal.rehearse(
        config,
        project=name,
        stack=stack,
        found=lambda chosen: adopt.nothing(chosen.account or EXAMPLE_ACCOUNT),
    )
    region = prices.Region(chosen.region, holdings)
    # The engine hears of parts in whatever order their inputs are ready; a reader wants always the same one.
    components = sorted((thing for thing in declared if thing.component), key=_place)
    parts = tuple(_part(component, declared, region=region) for component in components)
    return Plan(
        project=name,
        stack=stack,
        region=chosen.region,
        paused=chosen.paused,
        keep_data=chosen.keep_data,
        prices_as_of=prices.AS_OF,
        holdings=holdings,
        parts=parts,
    )


def _place(component: Any) -> tuple[int, str]:
    kinds = list(PARTS)
    return (kinds.index(component.kind) if component.kind in kinds else len(kinds), component.name)


def _part(component: Any, declared: Sequence[Any], *, region: prices.Region) -> Part:
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
        usd_per_month_paused=total.month_paused,
    )


def _below(thing: Any, component: Any, declared: Sequence[Any]) -> bool:
    parents = {other.urn: other.parent for other in declared}
    urn = thing.parent
    while urn and urn != component.urn:
        urn = parents.get(urn, "")
    return bool(urn)


def _priced_inputs(thing: Any, siblings: Sequence[Any]) -> Mapping[str, Any]:
    if thing.kind != "aws:eks/nodeGroup:NodeGroup":
        inputs: Mapping[str, Any] = thing.inputs
        return inputs
    disks = [
        int(disk["ebs"]["volumeSize"])
        for sibling in siblings
        if sibling.kind == "aws:ec2/launchTemplate:LaunchTemplate" and sibling.urn in thing.dependencies
        for disk in sibling.inputs["blockDeviceMappings"]
    ]
    return {**thing.inputs, "diskGb": sum(disks)}


def render(plan: Plan) -> str:
    """The plan as a table for people."""
    state = "paused" if plan.paused else "running"
    lines = [
        "",
        f"{plan.project} / {plan.stack}, {plan.region}, {state}. Nothing was asked of any cloud.",
        "",
        _row("", "things", "survives", "$/hour", "$/month"),
        _row("", "", "a pause", "running", "paused"),
    ]
    for room, headline in ROOMS.items():
        parts = [part for part in plan.parts if part.room == room]
        lines += ["", f"  {headline}"] if parts else []
        lines += [_line(part) for part in parts]
    total, things = plan.total, sum(part.resources for part in plan.parts)
    lines += ["", _row("TOTAL", str(things), "", f"{total.hour:.4f}", f"{total.month_paused:.2f}"), ""]
    return "\n".join([*lines, *(f"  {remark}" for remark in _remarks(plan)), "", ""])


def _line(part: Part) -> str:
    survives = "yes" if part.survives else "no"
    hour, month = f"{part.usd_per_hour:.4f}", f"{part.usd_per_month_paused:.2f}"
    return _row(f"  {part.title}", str(part.resources), survives, hour, month)


def _row(title: str, things: str, survives: str, hour: str, month: str) -> str:
    return f"  {title:<48}{things:>7}  {survives:<9}{hour:>9}{month:>10}".rstrip()


def _remarks(plan: Plan) -> list[str]:
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
        f"While running: ${total.hour:.2f} an hour, ${day:.2f} a day, ${month:.0f} a month if never paused.",
        kept,
        f"List prices of {plan.prices_as_of}, without tax, traffic, requests and free tier (sources: infra/prices.py).",
        f"To make it: pulumi up --stack {plan.stack}. {down}",
    ]


def as_json(plan: Plan) -> dict[str, Any]:
    total = plan.total
    return asdict(plan) | {"total": {"usd_per_hour": total.hour, "usd_per_month_paused": total.month_paused}}


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
    parser.add_argument("--json", action="store_true", help="print JSON for programs instead of a table")
    return parser


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
        )
    except (ProjectRefused, ConfigRefused, NameRefused, prices.PriceMissing) as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    out.write(json.dumps(as_json(plan), indent=2) + "\n" if given.json else render(plan))
    return 0


if __name__ == "__main__":
    sys.exit(main())
