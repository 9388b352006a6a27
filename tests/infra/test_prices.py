"""The price tables: dated, complete for every region, and without a hole a new part could fall through."""

import datetime

import pytest

from infra import prices, spot
from infra.plan.making import make
from infra.prices import Holdings, PriceMissing, Region

from .program import CHAT_MACHINES, SEVERAL, WIDEST, declared


def test_the_table_has_a_date_and_a_source_for_every_price():
    assert datetime.date.fromisoformat(prices.AS_OF) < datetime.date.today()
    priced = {item for table in prices.PRICES.values() for item in table} | {
        "instance_hour",
        "rds_instance_hour",
    }
    assert priced == set(prices.SOURCES)
    assert all(source.startswith("https://aws.amazon.com/") for source in prices.SOURCES.values())


def test_every_region_prices_the_same_things():
    assert {"us-east-1", "us-west-2", "eu-central-1", "eu-west-1"} <= set(prices.PRICES)
    first = set(prices.PRICES["us-east-1"])
    assert all(set(table) == first for table in prices.PRICES.values())
    assert all(set(table) == set(prices.INSTANCES["us-east-1"]) for table in prices.INSTANCES.values())


def test_no_type_is_both_priced_and_free():
    assert not set(prices.PRICED) & prices.FREE


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_every_type_that_the_program_declares_is_priced_or_known_to_be_free(stack: str):
    several = (*SEVERAL, ("compute", "both"))
    kinds = {
        thing.kind for thing in (*declared(stack), *declared(stack, *WIDEST), *declared(stack, *several))
    }
    unknown = {kind for kind in kinds if kind not in prices.PRICED and kind not in prices.FREE}
    assert all(kind.startswith(prices.FREE_PREFIXES) for kind in unknown), unknown


def test_no_entry_outlives_the_part_it_prices():
    widest = (*declared("dev", *WIDEST), *declared("dev", *SEVERAL), *declared("dev", ("airflow", "mwaa")))
    kinds = {thing.kind for thing in (*declared("dev"), *declared("prod"), *widest)}
    assert set(prices.PRICED) | prices.FREE <= kinds


def test_a_type_that_nobody_priced_is_an_error_and_not_zero():
    with pytest.raises(PriceMissing, match="aws:redshift/cluster:Cluster"):
        prices.cost("aws:redshift/cluster:Cluster", {}, region=Region("us-east-1", Holdings()))


def test_an_unknown_region_or_machine_is_refused_by_name():
    with pytest.raises(PriceMissing, match="'mars-1'"):
        Region("mars-1", Holdings())
    with pytest.raises(PriceMissing, match=r"'u-24tb1\.metal'"):
        Region("us-east-1", Holdings()).instance("u-24tb1.metal")


def test_public_addresses_of_the_load_balancer_are_on_the_bill():
    region = Region("us-east-1", Holdings())
    balancer = "aws:lb/loadBalancer:LoadBalancer"
    internal = prices.cost(balancer, {"internal": True, "subnets": ["a", "b"]}, region=region)
    public = prices.cost(balancer, {"internal": False, "subnets": ["a", "b"]}, region=region)
    assert public.hour - internal.hour == pytest.approx(2 * 0.005)


def test_more_machines_cost_more_disks_too():
    one = make("dev", changes={}, holdings=Holdings()).total.hour
    two = make("dev", changes={"nodeCount": "2"}, holdings=Holdings()).total.hour
    assert two - one == pytest.approx(0.0416 + 30 * 0.08 / prices.HOURS_PER_MONTH)


def test_a_schedule_saves_the_machines_and_nothing_else():
    machines, network = prices.Cost.rented(0.2, scheduled=True), prices.Cost.rented(0.1)
    assert (machines + network).per_day(awake=1) == pytest.approx(24 * 0.3)
    assert (machines + network).per_day(awake=0.25) == pytest.approx(24 * (0.1 + 0.25 * 0.2))


def test_pools_without_machines_cost_nothing_until_one_is_wanted():
    cards = {"gpu": "both", "autoscaler": "true"}
    assert make("dev", changes=cards, holdings=Holdings()).total.hour == pytest.approx(
        make("dev", changes={}, holdings=Holdings()).total.hour
    )


def test_a_chat_machine_is_paid_at_the_type_that_is_tried_first_and_spot_by_its_share():
    def hour(**changes: str) -> float:
        return make("dev", changes={**dict(CHAT_MACHINES), **changes}, holdings=Holdings()).total.hour

    disk_and_series = (100 * 0.08 + 3 * 0.30) / prices.HOURS_PER_MONTH
    machine = "Chat machines without Kubernetes (EC2)"
    parts = make("dev", changes=dict(CHAT_MACHINES), holdings=Holdings()).parts
    assert [part.usd_per_hour for part in parts if part.title == machine] == [
        pytest.approx(0.526 + disk_and_series)
    ]
    saved = hour() - hour(chatMachineSpotPercent="50")
    assert saved == pytest.approx(0.5 * (1 - spot.SHARE) * 0.526)


def test_a_machine_that_is_kept_warm_costs_its_disk():
    region = Region("us-east-1", Holdings())
    common = {"desiredCapacity": 1, "instanceTypes": ["g4dn.xlarge"], "diskGb": 100, "series": 3}
    group = "aws:autoscaling/group:Group"
    warm = prices.cost(group, {**common, "warmPool": {"minSize": 2}}, region=region)
    more = warm.hour - prices.cost(group, common, region=region).hour
    assert more == pytest.approx(2 * 100 * 0.08 / prices.HOURS_PER_MONTH)


def test_several_chat_machines_are_paid_each_and_with_their_database():
    plan = make("dev", changes=dict(SEVERAL), holdings=Holdings())
    parts = {part.title: part.usd_per_hour for part in plan.parts}
    disk = 100 * 0.08 / prices.HOURS_PER_MONTH
    # Two run and one is warm; their figures are one series each, however many machines send them.
    series = 3 * 0.30 / prices.HOURS_PER_MONTH
    assert parts["Chat machines without Kubernetes (EC2)"] == pytest.approx(2 * 0.526 + 3 * disk + series)
    assert any("RDS" in title for title in parts)


def test_each_figure_that_an_agent_sends_is_on_the_bill():
    def hour(**changes: str) -> float:
        return make("dev", changes=changes, holdings=Holdings()).total.hour

    series = 0.30 / prices.HOURS_PER_MONTH
    assert hour(machineMetrics="true") - hour() == pytest.approx(series)
    cards = {"gpu": "spot", "autoscaler": "true"}
    # The disks of machines with and without cards fill one series, and are counted as two.
    assert hour(machineMetrics="true", **cards) - hour(**cards) == pytest.approx(3 * series)


def test_an_interface_endpoint_is_paid_in_every_zone_and_a_gateway_endpoint_in_none():
    door = {"interfaceEndpoints": '["sts"]', "zones": '["a", "b", "c"]'}
    more = make("dev", changes=door, holdings=Holdings()).total.hour
    assert more - make("dev", changes={}, holdings=Holdings()).total.hour == pytest.approx(3 * 0.01)


def test_what_is_rented_costs_nothing_while_paused_and_what_is_kept_costs_the_same():
    assert prices.Cost.rented(0.1).month_paused == 0
    kept = prices.Cost.kept(7.3)
    assert kept.month_paused == 7.3
    assert kept.hour * prices.HOURS_PER_MONTH == pytest.approx(7.3)


def test_a_database_in_two_zones_costs_two_and_a_pause_its_snapshot():
    region, kind = Region("us-east-1", Holdings()), "aws:rds/instance:Instance"
    inputs = {"instanceClass": "db.t4g.micro", "allocatedStorage": 20}
    one = prices.cost(kind, inputs, region=region)
    both = prices.cost(kind, inputs | {"multiAz": True}, region=region)
    assert both.hour - one.hour == pytest.approx(0.016 + 20 * 0.115 / prices.HOURS_PER_MONTH)
    assert one.month_paused == both.month_paused == prices.snapshot(20, region=region).month_paused
    assert one.month_paused == pytest.approx(1.90)
    assert prices.cost(kind, inputs | {"skipFinalSnapshot": True}, region=region).month_paused == 0
    with pytest.raises(PriceMissing, match=r"'db\.x9\.huge'"):
        region.database("db.x9.huge")


def test_a_paused_stack_pays_for_the_snapshot_that_no_program_declares():
    paused = {"database": "rds", "databaseGb": "20", "paused": "true"}
    plan = make("dev", changes=paused, holdings=Holdings())
    (part,) = (part for part in plan.parts if part.title == "Snapshot of the database (RDS)")
    assert part.usd_per_month_paused == pytest.approx(1.90) and part.survives
