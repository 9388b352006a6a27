"""When a server was last used, and what follows from it."""

from datetime import UTC, datetime, timedelta

from app.waker.usage import TOUCH_EVERY, Usage

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def usage(*, awake: bool, last: datetime | None) -> Usage:
    return Usage(version="7", awake=awake, last=last)


def test_a_server_that_nobody_has_used_sleeps_and_one_that_woke_for_nobody_is_idle() -> None:
    never = usage(awake=False, last=None)
    assert never.replicas == 0 and not never.idle(NOON, after=QUARTER)
    assert usage(awake=True, last=None).idle(NOON, after=QUARTER)


def test_it_is_idle_from_the_last_use_on_and_not_a_moment_earlier() -> None:
    used = usage(awake=True, last=NOON)
    assert not used.idle(NOON + QUARTER - timedelta(milliseconds=1), after=QUARTER)
    assert used.idle(NOON + QUARTER, after=QUARTER)
    assert not used.asleep().idle(NOON + QUARTER, after=QUARTER)


def test_a_use_is_written_down_when_the_last_note_is_old_and_always_when_it_sleeps() -> None:
    assert usage(awake=True, last=NOON).fresh(NOON)
    assert not usage(awake=True, last=NOON).fresh(NOON + TOUCH_EVERY)
    assert not usage(awake=False, last=NOON).fresh(NOON)


def test_a_waker_whose_clock_is_behind_does_not_set_the_last_use_back() -> None:
    ahead = usage(awake=False, last=NOON + timedelta(seconds=40))
    assert ahead.used(NOON) == usage(awake=True, last=NOON + timedelta(seconds=40))
