"""Off-hours: every pool sleeps and wakes by the chosen clock, and wakes as it was made."""

import pytest

from infra.cluster.off_hours import recurrence

from ..program import load
from .graph import after, every

HOURS = (("workHours", "07:30-19:00"), ("workDays", '["mon","wed","sun"]'), ("timeZone", "Europe/Berlin"))
CARDS = (*HOURS, ("gpu", "both"), ("autoscaler", "true"), ("gpuMaxCount", "3"))


def sizes(name: str) -> tuple[int, int, int]:
    (found,) = (thing.inputs for thing in every("Schedule", *CARDS) if thing.name == name)
    return found["minSize"], found["desiredCapacity"], found["maxSize"]


def test_without_hours_nothing_is_ever_switched_off():
    assert every("Schedule") == []


def test_every_pool_sleeps_in_the_evening_and_wakes_in_the_morning():
    names = {thing.name for thing in every("Schedule", *CARDS)}
    pools = ("nodes", "gpu-spot", "gpu-on-demand")
    assert names == {f"{pool}-{what}" for pool in pools for what in ("wake", "sleep")}
    assert {sizes(f"{pool}-sleep") for pool in pools} == {(0, 0, 0)}


def test_a_pool_wakes_with_the_sizes_it_was_made_with():
    assert sizes("nodes-wake") == (1, 1, 2)
    assert sizes("gpu-spot-wake") == (0, 0, 3)


def test_the_clock_is_the_chosen_one():
    clocks = {(thing.inputs["recurrence"], thing.inputs["timeZone"]) for thing in every("Schedule", *HOURS)}
    assert clocks == {("30 7 * * 0,1,3", "Europe/Berlin"), ("0 19 * * 0,1,3", "Europe/Berlin")}


def test_a_schedule_goes_before_the_pool_it_moves():
    for schedule in every("Schedule", *CARDS):
        pool = schedule.name.rsplit("-", 1)[0]
        assert f"NodeGroup {pool}" in after(schedule, *CARDS)


def test_sunday_is_day_zero():
    assert recurrence((0, 5), days=("sun", "sat")) == "5 0 * * 0,6"


def test_the_share_of_the_week_that_is_paid_for():
    assert load(*HOURS).awake == pytest.approx(3 * 11.5 / 168)
    assert load().awake == 1
