"""Spot prices: of this moment where EC2 can be asked, estimated and called so where not."""

import datetime
import io
import json

from infra import spot
from infra.plan.__main__ import main
from infra.plan.making import make, reckoned
from infra.plan.showing import render
from infra.prices import Holdings

from .accounts import Account, clients

NOW = datetime.datetime(2026, 11, 27, 8, tzinfo=datetime.UTC)
KINDS, ZONES = ("g4dn.xlarge", "g5.xlarge"), ("us-east-1a", "us-east-1b")


def test_the_price_of_the_moment_is_the_lowest_of_the_zones():
    class Ec2:
        def get_paginator(self, _: str) -> "Ec2":
            return self

        def paginate(self, **asked: object) -> list[dict[str, list[dict[str, str]]]]:
            assert asked["StartTime"] == NOW
            prices = (("g4dn.xlarge", "0.21"), ("g4dn.xlarge", "0.19"), ("g5.xlarge", "0.41"))
            return [{"SpotPriceHistory": [{"InstanceType": kind, "SpotPrice": usd} for kind, usd in prices]}]

    found = spot.live(KINDS, zones=ZONES, cloud=lambda _: Ec2(), now=NOW)
    assert found.prices == {"g4dn.xlarge": 0.19, "g5.xlarge": 0.41}
    assert found.source == "asked from EC2 at 2026-11-27 08:00 UTC"


def test_an_account_that_answers_is_asked_for_real(aws: Account):
    found = spot.live(KINDS, zones=ZONES, cloud=aws.cloud, now=NOW)
    assert "EC2" in found.source and set(found.prices) <= set(KINDS)


def test_where_ec2_does_not_answer_the_plan_says_so_and_goes_on():
    found = spot.live(KINDS, zones=ZONES, cloud=clients("http://127.0.0.1:1"), now=NOW)
    assert (
        found.prices == {} and found.source.startswith("estimated at 40%") and "did not say" in found.source
    )


def figures(*arguments: str) -> dict[str, object]:
    out = io.StringIO()
    assert main(["--stack", "dev", *arguments, "--json"], out=out) == 0
    read: dict[str, object] = json.loads(out.getvalue())
    return read


def test_the_plan_says_what_each_machine_with_a_card_adds_and_where_its_price_is_from():
    asked = make(
        "dev",
        changes={"gpu": "both", "autoscaler": "true"},
        holdings=Holdings(),
        asking=lambda _: spot.Spot({"g4dn.xlarge": 0.2}, "asked from EC2 now"),
    )
    disk = 100 * 0.08 / 730
    cheap, full = asked.growth
    assert (cheap.pool, round(cheap.usd_per_hour, 6)) == ("gpu-spot", round(0.2 + disk, 6))
    assert cheap.source == "Spot, asked from EC2 now"
    assert (full.pool, round(full.usd_per_hour, 6)) == ("gpu-on-demand", round(0.526 + disk, 6))
    text = render(asked)
    assert "Each machine of gpu-spot: $0.211 an hour more (g4dn.xlarge, Spot, asked from EC2 now)" in text


def test_without_asking_the_estimate_is_called_one():
    (more,) = figures("--set", "gpu=spot", "--set", "autoscaler=true")["growth"]  # type: ignore[misc,attr-defined]
    assert "estimated at 40%" in more["source"] and "not asked" in more["source"]


def test_a_schedule_makes_the_day_cheaper_by_what_sleeps_and_nothing_else():
    always, office = figures(), figures("--set", "workHours=08:00-19:00")
    total = {name: one["total"] for name, one in (("always", always), ("office", office))}  # type: ignore[index]
    assert total["always"]["usd_per_day"] == total["always"]["usd_per_hour"] * 24  # type: ignore[index]
    saved = total["always"]["usd_per_day"] - total["office"]["usd_per_day"]  # type: ignore[index]
    machine = 0.0416 + 30 * 0.08 / 730
    assert round(saved, 6) == round(24 * machine * (1 - 55 / 168), 6)


def test_prices_that_nobody_read_from_a_page_are_named():
    text = render(
        make(
            "dev",
            changes={"gpu": "spot", "autoscaler": "true", "gpuInstanceTypes": '["g6.xlarge"]'},
            holdings=Holdings(),
        )
    )
    assert "Reckoned" not in text
    assert reckoned(_abroad()) == ("dynamodb_pitr_gb_month", "g6.xlarge")


def _abroad():  # type: ignore[no-untyped-def]
    from .program import load

    cards = (("gpu", "spot"), ("autoscaler", "true"), ("gpuInstanceTypes", '["g6.xlarge"]'))
    return load(("aws:region", "eu-west-1"), *cards)
