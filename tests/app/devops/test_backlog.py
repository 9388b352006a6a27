"""The backlog: what was put in comes out until somebody says that it is done, whoever dies meanwhile."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.adapters.embedded.records import SqliteRecords
from app.devops.backlog import Backlog

pytestmark = pytest.mark.anyio


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[SqliteRecords]:
    opened = SqliteRecords(tmp_path / "records.db")
    yield opened
    opened.close()


async def test_an_entry_whose_worker_died_is_taken_up_when_its_lease_has_run_out(
    records: SqliteRecords,
) -> None:
    clock = Clock()
    one, other = (Backlog(records, "inbox", lease_s=60, clock=clock) for _ in range(2))
    assert await one.put("k", {"n": 1})
    taken = await one.take()
    assert taken and taken.attempts == 1
    assert await other.take() is None
    clock.now += 61
    again = await other.take()
    assert again and (again.value, again.attempts) == ({"n": 1}, 2)
    # Who comes back from the dead ends nothing: the entry is another one's now.
    await one.finish(taken)
    await one.give_back(taken, delay_s=0, error="late")
    assert len(await other.waiting()) == 1
    await other.finish(again)
    assert await other.waiting() == []


async def test_an_entry_that_was_given_back_rests_and_keeps_its_error(records: SqliteRecords) -> None:
    clock = Clock()
    backlog = Backlog(records, "inbox", lease_s=60, clock=clock)
    await backlog.put("k", {})
    taken = await backlog.take()
    assert taken
    await backlog.give_back(taken, delay_s=30, error="nobody answers")
    assert await backlog.take() is None
    [waiting] = await backlog.waiting()
    assert waiting.value["error"] == "nobody answers"
    clock.now += 31
    assert await backlog.take()


async def test_the_same_key_waits_once_and_a_resting_one_holds_up_nobody(records: SqliteRecords) -> None:
    backlog = Backlog(records, "inbox", lease_s=60, clock=Clock())
    for number in range(120):
        await backlog.put(f"{number:03}", {"n": number})
        taken = await backlog.take()
        assert taken
        await backlog.give_back(taken, delay_s=999, error="")
    assert await backlog.put("999", {"n": 999})
    assert not await backlog.put("999", {"n": 0})
    taken = await backlog.take()
    assert taken and taken.value == {"n": 999}
