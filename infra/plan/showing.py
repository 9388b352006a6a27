"""Shows a plan: as a table for people, and as JSON for programs."""

from dataclasses import asdict
from typing import Any

from infra import prices
from infra.plan.making import Part, Plan
from infra.plan.titles import ROOMS


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
        f"List prices of {plan.prices_as_of}, without tax, traffic, requests and free tier (sources: infra/prices/).",
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
