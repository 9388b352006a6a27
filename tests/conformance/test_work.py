"""What every queue of work must do, whichever it is."""

import asyncio
import dataclasses
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from app.adapters.embedded.work import SqliteWork
from app.kernel.errors import LeaseLost
from app.kernel.ports.work import Lease, Work
from tests.conformance.children import SPAWN, child, drain, lease_and_hang
from tests.conformance.stores import work_opener

pytestmark = pytest.mark.anyio

Opener = Callable[[], Work]


@dataclass(frozen=True)
class Kind:
    """What a kind of queue promises. tick_s: its smallest lease or delay. shared: reclaiming frees nobody's lease."""

    open: Opener
    tick_s: float
    shared: bool

    async def settled_depth(self, work: Work) -> int:
        """A shared queue counts a message that nobody wants any more until somebody meets it."""
        if self.shared:
            assert list(await work.receive(limit=9, lease_s=60)) == []
        return await work.depth()


@pytest.fixture(params=["sqlite", "sqs"])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Kind:
    if request.param == "sqlite":
        return Kind(partial(SqliteWork, tmp_path / "work.sqlite"), tick_s=0.05, shared=False)
    return Kind(work_opener(request.getfixturevalue("aws_endpoint")), tick_s=1.0, shared=True)


@pytest.fixture
def opener(kind: Kind) -> Opener:
    """Opens the same queue again, also in another thread or process."""
    return kind.open


@pytest.fixture
def alone(kind: Kind) -> None:
    if kind.shared:
        pytest.skip("several machines share this queue: reclaiming frees nobody's lease")


@pytest.fixture
def work(opener: Opener) -> Work:
    return opener()


async def _lease(work: Work, *, lease_s: float = 60.0, wait_s: float = 0.0) -> Lease:
    [lease] = await work.receive(limit=1, lease_s=lease_s, wait_s=wait_s)
    return lease


async def _expired(work: Work, kind: Kind) -> Lease:
    """A lease that has run out; the wait is for the clock, not for speed."""
    lease = await _lease(work, lease_s=kind.tick_s)
    await asyncio.sleep(kind.tick_s + 0.1)
    return lease


async def test_an_empty_queue_gives_nothing(work: Work) -> None:
    assert list(await work.receive(limit=5, lease_s=60)) == []
    assert await work.depth() == 0


async def test_a_job_is_leased_once_with_a_token_and_its_first_attempt(work: Work) -> None:
    await work.send("job_1")
    lease = await _lease(work)
    assert (lease.job_id, lease.attempt) == ("job_1", 1) and lease.token
    assert list(await work.receive(limit=5, lease_s=60)) == []


async def test_the_oldest_jobs_come_first_and_no_more_than_asked_for(work: Work) -> None:
    for number in (3, 1, 2, 5, 4):
        await work.send(f"job_{number}")
    first = await work.receive(limit=2, lease_s=60)
    rest = await work.receive(limit=99, lease_s=60)
    assert [lease.job_id for lease in [*first, *rest]] == ["job_3", "job_1", "job_2", "job_5", "job_4"]
    assert len(first) == 2
    assert len({lease.token for lease in [*first, *rest]}) == 5


async def test_sending_a_queued_or_leased_job_again_changes_nothing(work: Work) -> None:
    await work.send("job_1")
    await work.send("job_1")
    assert await work.depth() == 1
    lease = await _lease(work)
    await work.send("job_1")
    assert list(await work.receive(limit=5, lease_s=60)) == []
    await work.finish(lease)
    assert await work.depth() == 0


async def test_a_finished_job_is_gone_and_may_be_sent_anew(work: Work) -> None:
    await work.send("job_1")
    await work.finish(await _lease(work))
    assert await work.depth() == 0
    assert list(await work.receive(limit=5, lease_s=60)) == []
    await work.send("job_1")
    assert (await _lease(work)).attempt == 1


async def test_depth_counts_waiting_leased_and_delayed_jobs(work: Work) -> None:
    for job in ("waiting", "leased", "delayed"):
        await work.send(job)
    leases = {lease.job_id: lease for lease in await work.receive(limit=3, lease_s=60)}
    await work.release(leases["delayed"], delay_s=60)
    await work.release(leases["waiting"])
    assert await work.depth() == 3


async def test_a_lease_that_ran_out_goes_to_the_next_one_as_a_new_attempt(work: Work, kind: Kind) -> None:
    await work.send("job_1")
    old = await _expired(work, kind)
    new = await _lease(work)
    assert (new.job_id, new.attempt) == ("job_1", 2)
    assert new.token != old.token


@pytest.mark.parametrize("act", ["extend", "finish", "release"])
async def test_the_late_holder_of_a_lost_lease_can_do_nothing(work: Work, kind: Kind, act: str) -> None:
    await work.send("job_1")
    old = await _expired(work, kind)
    new = await _lease(work)
    with pytest.raises(LeaseLost):
        await _do(work, act, old)
    assert list(await work.receive(limit=1, lease_s=60)) == []
    await work.finish(new)
    assert await work.depth() == 0


@pytest.mark.parametrize("act", ["extend", "finish", "release"])
@pytest.mark.parametrize("ended", ["finish", "release"])
async def test_a_lease_given_back_is_dead(work: Work, act: str, ended: str) -> None:
    await work.send("job_1")
    lease = await _lease(work)
    await _do(work, ended, lease)
    with pytest.raises(LeaseLost):
        await _do(work, act, lease)
    assert await work.depth() == (0 if ended == "finish" else 1)


@pytest.mark.parametrize("act", ["extend", "finish", "release"])
async def test_a_made_up_token_is_refused(work: Work, act: str) -> None:
    await work.send("job_1")
    lease = await _lease(work)
    for forged in (dataclasses.replace(lease, token="0" * 16), dataclasses.replace(lease, token="")):
        with pytest.raises(LeaseLost):
            await _do(work, act, forged)
    with pytest.raises(LeaseLost):
        await _do(work, act, Lease("job_unknown", lease.token, 1))
    await work.finish(lease)


async def _do(work: Work, act: str, lease: Lease) -> None:
    if act == "extend":
        await work.extend(lease, lease_s=60)
    elif act == "finish":
        await work.finish(lease)
    else:
        await work.release(lease)


async def test_a_heartbeat_keeps_the_lease(work: Work, kind: Kind) -> None:
    await work.send("job_1")
    lease = await _lease(work, lease_s=3 * kind.tick_s)
    await work.extend(lease, lease_s=60)
    await asyncio.sleep(3 * kind.tick_s + 0.1)
    assert list(await work.receive(limit=1, lease_s=60)) == []
    await work.finish(lease)


async def test_a_heartbeat_may_also_shorten_the_lease(work: Work, kind: Kind) -> None:
    await work.send("job_1")
    lease = await _lease(work, lease_s=60)
    await work.extend(lease, lease_s=kind.tick_s)
    assert (await _lease(work, wait_s=20)).attempt == 2


async def test_a_released_job_comes_back_at_once_as_the_next_attempt(work: Work) -> None:
    await work.send("job_1")
    for attempt in (1, 2, 3):
        lease = await _lease(work)
        assert lease.attempt == attempt
        await work.release(lease)


async def test_a_delayed_job_rests_and_then_comes_back(work: Work, kind: Kind) -> None:
    await work.send("job_1")
    await work.release(await _lease(work), delay_s=4 * kind.tick_s)
    assert list(await work.receive(limit=1, lease_s=60)) == []
    assert (await _lease(work, wait_s=20)).attempt == 2


async def test_a_delayed_job_does_not_hold_up_the_others(work: Work) -> None:
    await work.send("job_1")
    await work.release(await _lease(work), delay_s=60)
    await work.send("job_2")
    assert (await _lease(work)).job_id == "job_2"


async def test_a_waiting_job_can_be_cancelled_and_a_leased_or_absent_one_cannot(work: Work) -> None:
    await work.send("job_1")
    assert await work.cancel("job_1") is True
    assert await work.cancel("job_1") is False
    assert list(await work.receive(limit=1, lease_s=60)) == []
    await work.send("job_2")
    lease = await _lease(work)
    assert await work.cancel("job_2") is False
    await work.finish(lease)
    assert await work.cancel("job_2") is False


async def test_a_job_whose_lease_ran_out_can_be_cancelled_and_its_late_holder_is_told(
    work: Work, kind: Kind
) -> None:
    await work.send("job_1")
    lease = await _expired(work, kind)
    assert await work.cancel("job_1") is True
    with pytest.raises(LeaseLost):
        await work.finish(lease)


async def test_a_delayed_job_can_be_cancelled(work: Work) -> None:
    await work.send("job_1")
    await work.release(await _lease(work), delay_s=60)
    assert await work.cancel("job_1") is True
    assert await work.depth() == 0


async def test_a_cancelled_job_counts_no_more_once_the_queue_was_asked(work: Work, kind: Kind) -> None:
    await work.send("job_1")
    await work.cancel("job_1")
    assert await kind.settled_depth(work) == 0


async def test_a_job_is_leased_while_its_lease_is_in_force_and_no_longer(work: Work, kind: Kind) -> None:
    assert not await work.leased("job_1")
    await work.send("job_1")
    assert not await work.leased("job_1")
    lease = await _expired(work, kind)
    assert not await work.leased("job_1")
    await work.extend(lease, lease_s=60)
    assert await work.leased("job_1")
    await work.release(lease, delay_s=60)
    assert not await work.leased("job_1")


@pytest.mark.usefixtures("alone")
async def test_reclaiming_frees_every_lease_at_once_and_keeps_counting_attempts(work: Work) -> None:
    for job in ("job_1", "job_2"):
        await work.send(job)
    old = await work.receive(limit=2, lease_s=60)
    await work.reclaim()
    new = await work.receive(limit=2, lease_s=60)
    assert [(lease.job_id, lease.attempt) for lease in new] == [("job_1", 2), ("job_2", 2)]
    for lease in old:
        with pytest.raises(LeaseLost):
            await work.finish(lease)
    for lease in new:
        await work.finish(lease)


@pytest.mark.usefixtures("alone")
async def test_reclaiming_before_anybody_takes_the_job_again_kills_the_old_token_too(work: Work) -> None:
    await work.send("job_1")
    lease = await _lease(work)
    await work.reclaim()
    with pytest.raises(LeaseLost):
        await work.extend(lease, lease_s=60)


async def test_reclaiming_wakes_no_job_that_rests_and_forgets_none_that_waits(work: Work) -> None:
    await work.send("resting")
    await work.release(await _lease(work), delay_s=60)
    await work.send("waiting")
    await work.reclaim()
    assert [lease.job_id for lease in await work.receive(limit=9, lease_s=60)] == ["waiting"]
    assert await work.depth() == 2


async def test_waiting_ends_when_a_job_arrives(work: Work) -> None:
    async def send_later() -> None:
        await asyncio.sleep(0.1)
        await work.send("job_1")

    # A wait that blocked the loop or slept it out would run into the time-out.
    async with asyncio.timeout(30):
        leases, _ = await asyncio.gather(work.receive(limit=1, lease_s=60, wait_s=120), send_later())
    assert [lease.job_id for lease in leases] == ["job_1"]


async def test_waiting_for_nothing_ends_with_nothing(work: Work) -> None:
    async with asyncio.timeout(30):
        assert list(await work.receive(limit=1, lease_s=60, wait_s=0.1)) == []


async def test_a_cancelled_wait_takes_no_job_with_it(work: Work) -> None:
    waiting = asyncio.create_task(work.receive(limit=1, lease_s=60, wait_s=120))
    await asyncio.sleep(0.1)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await work.send("job_1")
    assert (await _lease(work)).attempt == 1


@pytest.mark.parametrize("job_id", ["job/1", "job'; DROP TABLE work;--", "Größe 文 😀", "%", "x" * 500])
async def test_odd_job_ids_travel_unchanged(work: Work, job_id: str) -> None:
    await work.send(job_id)
    lease = await _lease(work)
    assert lease.job_id == job_id
    await work.finish(lease)


@pytest.mark.usefixtures("alone")
async def test_reclaimed_leases_are_free_at_once_with_their_attempts_counted(work: Work) -> None:
    for job in ("leased", "resting", "waiting"):
        await work.send(job)
    leases = {lease.job_id: lease for lease in await work.receive(limit=2, lease_s=3600)}
    await work.release(leases["resting"], delay_s=3600)
    await work.reclaim()
    again = await work.receive(limit=9, lease_s=60)
    assert [(lease.job_id, lease.attempt) for lease in again] == [("leased", 2), ("waiting", 1)]
    with pytest.raises(LeaseLost):
        await work.finish(leases["leased"])


async def test_many_receivers_at_once_never_share_a_job(opener: Opener) -> None:
    jobs = [f"job_{number}" for number in range(120)]
    first = opener()
    for job in jobs:
        await first.send(job)

    def own_thread() -> list[str]:
        return asyncio.run(_take_all(opener()))

    taken = await asyncio.gather(*(asyncio.to_thread(own_thread) for _ in range(6)))
    assert Counter(job for mine in taken for job in mine) == Counter(jobs)


async def _take_all(work: Work) -> list[str]:
    mine: list[str] = []
    while leases := await work.receive(limit=4, lease_s=60):
        mine += [lease.job_id for lease in leases]
    return mine


async def test_two_processes_never_share_a_job(opener: Opener) -> None:
    jobs = [f"job_{number}" for number in range(100)]
    work = opener()
    for job in jobs:
        await work.send(job)
    said = SPAWN.Queue()
    with child(drain, opener, said), child(drain, opener, said):
        taken = [await asyncio.to_thread(said.get, True, 60) for _ in range(2)]
    assert Counter(job for mine in taken for job in mine) == Counter(jobs)
    assert await work.depth() == 0


async def test_the_job_of_a_killed_worker_comes_back(opener: Opener) -> None:
    work = opener()
    await work.send("job_1")
    said = SPAWN.Queue()
    with child(lease_and_hang, opener, 2.0, said) as worker:
        assert await asyncio.to_thread(said.get, True, 60) == "job_1"
        worker.kill()
        await asyncio.to_thread(worker.join, 30)
    lease = await _lease(work, wait_s=60)
    assert (lease.job_id, lease.attempt) == ("job_1", 2)


async def test_a_queue_opened_again_still_holds_its_jobs_and_leases(opener: Opener) -> None:
    one = opener()
    await one.send("leased")
    lease = await _lease(one)
    await one.send("waiting")
    two = opener()
    assert (await _lease(two)).job_id == "waiting"
    await two.finish(lease)
    assert await one.depth() == 1


async def test_reclaiming_a_shared_queue_takes_no_lease_from_anybody(work: Work, kind: Kind) -> None:
    if not kind.shared:
        pytest.skip("one machine owns this queue")
    await work.send("job_1")
    lease = await _lease(work)
    await work.reclaim()
    await work.extend(lease, lease_s=60)
    assert list(await work.receive(limit=9, lease_s=60)) == []


async def test_ping_answers(work: Work) -> None:
    await work.ping()
