"""The stack's outputs tell the costs that `make plan` prints."""

import pytest

from infra import adopt, bill, prices, rehearsal
from infra.plan.making import make
from infra.stack import Stack

from .program import ACCOUNT, NAME, RDS, WIDEST, config


def exported(monkeypatch: pytest.MonkeyPatch, *changes: tuple[str, str]) -> dict[str, object]:
    told: dict[str, object] = {}
    monkeypatch.setattr(bill.pulumi, "export", told.__setitem__)

    def found(_: Stack) -> adopt.Found:
        return adopt.nothing(ACCOUNT)

    rehearsal.rehearse(config("dev", *changes), project=NAME, stack="dev", found=found)
    return told


@pytest.mark.parametrize(
    "changes",
    [(), WIDEST, (("paused", "true"),), (("workHours", "08:00-19:00"),), (*RDS, ("paused", "true"))],
    ids=["dev", "widest", "paused", "hours", "snapshot"],
)
def test_the_outputs_are_the_figures_of_the_plan(
    monkeypatch: pytest.MonkeyPatch, changes: tuple[tuple[str, str], ...]
):
    planned = make("dev", changes=dict(changes), holdings=prices.Holdings())
    told = exported(monkeypatch, *changes)
    assert told["usdPerHour"] == pytest.approx(planned.total.hour, abs=1e-4)
    assert told["usdPerDayAtSchedule"] == pytest.approx(planned.usd_per_day, abs=1e-2)
    assert told["usdPerMonthPaused"] == pytest.approx(planned.total.month_paused, abs=1e-2)
    assert told["pricesAsOf"] == prices.AS_OF


def test_a_price_that_is_missing_costs_the_outputs_and_not_the_up(monkeypatch: pytest.MonkeyPatch):
    told = exported(monkeypatch, ("nodeInstanceType", "m5.24xlarge"))
    assert "bucket" in told and "usdPerHour" not in told
