"""AWS throttles, times out, resets, cuts and answers 500 at every call: nothing half written, nothing lost."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from uuid import uuid4

import boto3
import pytest

from app.adapters.dynamodb import DynamoRecords
from app.adapters.s3 import S3Objects
from app.adapters.sqs import SqsWork
from app.kernel.errors import (
    BadInput,
    Conflict,
    GenaiError,
    LeaseLost,
    NotFound,
    ProviderRejected,
    ProviderThrottled,
    ProviderTimeout,
    Unavailable,
)
from app.kernel.ports.work import Lease
from tests.app.adapters.aws_faults import AFTER, ATTEMPTS, KINDS, Faults, without_pauses
from tests.conformance.stores import make_bucket, make_queue, make_table

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    without_pauses(monkeypatch)
    monkeypatch.setattr("app.adapters.sqs._LOOK_S", 0.0)
    monkeypatch.setattr("app.adapters.sqs._LOST_S", 0.5)
    monkeypatch.setattr("app.adapters.sqs._FRESH_S", 0.5)


@pytest.fixture
def records(aws_endpoint: str) -> DynamoRecords:
    return DynamoRecords(make_table(aws_endpoint), endpoint_url=aws_endpoint)


@pytest.fixture
def objects(aws_endpoint: str) -> S3Objects:
    return S3Objects(make_bucket(aws_endpoint), endpoint_url=aws_endpoint)


def _is_ours(error: GenaiError, kind: str) -> bool:
    wanted = {"throttled": ProviderThrottled, "timed out": ProviderTimeout, "answer lost": ProviderTimeout}
    return isinstance(error, wanted.get(kind, Unavailable)) and (error.retry_after_s or 0) > 0


@pytest.mark.parametrize("kind", KINDS)
async def test_one_fault_of_a_write_is_survived_and_the_write_counts_once(
    records: DynamoRecords, kind: str
) -> None:
    faults = Faults().watch(records.client)
    for expected, revision in ((0, 1), (1, 2), (None, 3)):
        faults.at(0, kind, times=1)
        assert (await records.put("p", "k", {"n": revision}, expected=expected)).revision == revision
    assert (await records.get("p", "k")).value == {"n": 3}
    faults.at(0, kind, times=1)
    await records.delete("p", "k", expected=3)
    with pytest.raises(NotFound):
        await records.get("p", "k")
    assert faults.hurt == 4


@pytest.mark.parametrize("kind", KINDS)
async def test_a_fault_that_stays_is_told_and_the_record_is_whole_whichever_it_is(
    records: DynamoRecords, kind: str
) -> None:
    faults = Faults().watch(records.client)
    await records.put("p", "k", {"n": 1, "text": "old" * 1000})
    faults.at(0, kind)
    with pytest.raises(Unavailable) as raised:
        await records.put("p", "k", {"n": 2, "text": "new" * 1000}, expected=1)
    assert _is_ours(raised.value, kind) and faults.hurt == ATTEMPTS
    found = await records.get("p", "k")
    assert (found.revision, found.value["text"]) == (
        (2, "new" * 1000) if kind in AFTER else (1, "old" * 1000)
    )
    assert (await records.put("p", "k", {"n": 3}, expected=found.revision)).revision == found.revision + 1


@pytest.mark.parametrize("kind", KINDS)
async def test_reads_that_fail_say_so_and_succeed_when_tried_again(records: DynamoRecords, kind: str) -> None:
    faults = Faults().watch(records.client)
    for number in range(7):
        await records.put("p", f"{number}", {"n": number})
    for read in (lambda: records.get("p", "3"), lambda: records.page("p", limit=7), records.ping):
        faults.at(0, kind)
        with pytest.raises(Unavailable) as raised:
            await read()
        assert _is_ours(raised.value, kind)
        await read()
    assert [record.key for record in (await records.page("p")).records] == [f"{n}" for n in range(7)]


async def test_a_lost_answer_does_not_hide_that_somebody_else_was_quicker(records: DynamoRecords) -> None:
    await records.put("p", "k", {"by": "one"})
    await records.put("p", "k", {"by": "two"})
    Faults().watch(records.client).at(0, "timed out", times=1)
    with pytest.raises(Conflict, match="revision 2, not 1"):
        await records.put("p", "k", {"by": "late"}, expected=1)
    Faults().watch(records.client).at(0, "timed out", times=1)
    with pytest.raises(Conflict):
        await records.delete("p", "k", expected=1)
    assert (await records.get("p", "k")).value == {"by": "two"}


async def test_a_value_too_large_for_an_item_is_refused_before_any_call(records: DynamoRecords) -> None:
    faults = Faults().watch(records.client)
    for value in ({"x": "y" * 410_000}, {"x": "ü" * 205_000}):
        with pytest.raises(BadInput, match="409,600"):
            await records.put("p", "k", value)
    for partition, key in (("", "k"), ("p", ""), ("p" * 2_049, "k"), ("p", "ü" * 513), ("p", "\ud800")):
        with pytest.raises(BadInput):
            await records.put(partition, key, {})
    assert faults.calls == 0
    await records.put("p", "k", {"x": "y" * 400_000})
    assert len((await records.get("p", "k")).value["x"]) == 400_000


async def test_pages_over_more_than_one_answer_of_dynamodb_are_whole(records: DynamoRecords) -> None:
    """An answer holds 1 MB at most."""
    for number in range(12):
        await records.put("p", f"{number:03d}", {"x": "y" * 200_000})
    for limit in (5, 11, 12, 100):
        page = await records.page("p", limit=limit)
        assert [record.key for record in page.records] == [f"{n:03d}" for n in range(min(limit, 12))]
        assert page.after == (f"{limit - 1:03d}" if limit < 12 else None)


@pytest.mark.parametrize("descending", [False, True])
async def test_a_page_may_start_at_any_key_also_outside_the_prefix(
    records: DynamoRecords, *, descending: bool
) -> None:
    for key in ("a", "b1", "b2", "b3", "c"):
        await records.put("p", key, {})
    inside = ["b1", "b2", "b3"]
    for after, wanted in (
        ("", inside), ("a", inside), ("b", inside), ("b1", ["b2", "b3"]), ("b2", ["b3"]), ("b9", []), ("c", [])
    ):  # fmt: skip
        page = await records.page("p", prefix="b", after=after, descending=descending)
        if descending:
            wanted = [key for key in reversed(inside) if key < after]
        assert [record.key for record in page.records] == wanted


async def test_a_table_or_queue_that_is_not_there_is_unavailable_and_names_the_setting(
    aws_endpoint: str,
) -> None:
    records = DynamoRecords("nowhere", endpoint_url=aws_endpoint)
    with pytest.raises(Unavailable, match="GENAI_TABLE"):
        await records.ping()
    with pytest.raises(Unavailable, match="GENAI_TABLE"):
        await records.put("p", "k", {})
    work = SqsWork(f"{aws_endpoint}/123456789012/nowhere", records=records, endpoint_url=aws_endpoint)
    with pytest.raises(Unavailable, match="GENAI_QUEUE_URL"):
        await work.ping()


@pytest.mark.parametrize("kind", KINDS)
async def test_an_object_is_written_whole_or_not_at_all(objects: S3Objects, kind: str) -> None:
    faults = Faults().watch(objects.client)
    old, new = b"old" * 50_000, b"new" * 50_000
    await objects.put("t/a", old)
    faults.at(0, kind, times=1)
    await objects.put("t/a", old)
    faults.at(0, kind)
    with pytest.raises(Unavailable) as raised:
        await objects.put("t/a", new)
    assert _is_ours(raised.value, kind)
    assert await objects.get("t/a") == (new if kind in AFTER else old)
    await objects.put("t/a", new)
    for act in (
        lambda: objects.get("t/a"), lambda: objects.residue("t/"), lambda: objects.purge("t/"), objects.ping
    ):  # fmt: skip
        faults.at(0, kind)
        with pytest.raises(Unavailable):
            await act()
        await act()
    assert await objects.residue("t/") == 0


async def test_an_object_whose_answer_is_cut_is_read_again_and_never_half(objects: S3Objects) -> None:
    faults = Faults().watch(objects.client)
    content = b"x" * 100_000
    await objects.put("t/a", content)
    faults.at(0, "short", times=1)
    assert await objects.get("t/a") == content
    faults.at(0, "short", times=2)
    with pytest.raises(Unavailable) as raised:
        await objects.get("t/a")
    assert raised.value.retry_after_s
    assert await objects.get("t/a") == content


@pytest.mark.parametrize(
    ("code", "ours"), [("SlowDown", Unavailable), ("InternalError", Unavailable), ("AccessDenied", ProviderRejected)]
)  # fmt: skip
async def test_objects_that_s3_did_not_delete_are_told_and_only_a_busy_s3_is_worth_another_try(
    objects: S3Objects, monkeypatch: pytest.MonkeyPatch, code: str, ours: type[GenaiError]
) -> None:
    await objects.put("t/a", b"x")
    monkeypatch.setattr(
        objects.client, "delete_objects", lambda **_: {"Errors": [{"Key": "t/a", "Code": code}]}
    )
    with pytest.raises(ours, match=code):
        await objects.purge("t/")


class Job:
    """One job's way through a queue, whose caller tries every step again until it is done, as a worker does."""

    def __init__(self, endpoint: str, faults: Faults) -> None:
        records = DynamoRecords(make_table(endpoint), endpoint_url=endpoint)
        self.work = SqsWork(make_queue(endpoint), records=records, endpoint_url=endpoint)
        self.faults = faults.watch(records.client, self.work.client)
        self.told: list[GenaiError] = []

    async def go(self) -> None:
        await self._again(lambda: self.work.send("job_1"))
        lease = await self._lease()
        await self._again(lambda: self.work.extend(lease, lease_s=2))
        await self._again(lambda: self.work.release(lease))
        again = await self._lease()
        assert again.token != lease.token and again.attempt > lease.attempt
        await self._again(lambda: self.work.finish(again))

    async def _again(self, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                return await step()
            except Unavailable as error:
                self.told.append(error)
            except LeaseLost:  # the step before had got through, though its answer had not
                assert self.told
                return None

    async def _lease(self) -> Lease:
        while True:
            try:
                if leases := await self.work.receive(limit=3, lease_s=2):
                    [lease] = leases
                    return lease
            except Unavailable as error:
                self.told.append(error)


# Each kind walks through every call of a job's way. One of each side of AWS's deed here, all of them in `make eval`.
@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=[] if kind in ("reset", "answer lost") else [pytest.mark.eval])
        for kind in KINDS
    ],
)
async def test_a_fault_at_any_call_loses_no_job_and_gives_it_to_nobody_twice(
    aws_endpoint: str, kind: str
) -> None:
    """Each way has its own queue and a burst of faults, longer than boto3's patience, at another of its calls."""
    # The kinds that come after the act meet all calls between them, the others every third.
    calls = {"answer lost": range(0, 22, 2), "answer cut": range(1, 22, 2)}.get(
        kind, range(len(kind) % 3, 22, 3)
    )
    ways = [Job(aws_endpoint, Faults().at(call, kind)) for call in calls]
    async with asyncio.timeout(240):
        await asyncio.gather(*(way.go() for way in ways))
    hurt = [way for way in ways if way.faults.hurt]
    assert len(hurt) > 4 and any(way.told for way in hurt)
    assert all(_is_ours(error, kind) for way in hurt for error in way.told)
    left = await asyncio.gather(*(way.work.receive(limit=3, lease_s=1) for way in hurt))
    assert not any(left)
    for way in hurt:
        assert not await way.work.leased("job_1") and not await way.work.cancel("job_1")


async def test_nothing_is_taken_from_the_queue_while_no_lease_can_be_written(aws_endpoint: str) -> None:
    """Else an outage of the table would use up the deliveries that the queue allows."""
    records = DynamoRecords(make_table(aws_endpoint), endpoint_url=aws_endpoint)
    work = SqsWork(make_queue(aws_endpoint, max_receives=2), records=records, endpoint_url=aws_endpoint)
    await work.send("job_1")
    faults = Faults(planned=["500"] * 60).watch(records.client)
    for _ in range(5):
        with pytest.raises(Unavailable):
            await work.receive(limit=1, lease_s=60)
    faults.planned.clear()
    async with asyncio.timeout(5):
        [lease] = await work.receive(limit=1, lease_s=60)
    assert (lease.job_id, lease.attempt) == ("job_1", 1)
    await work.finish(lease)


async def test_a_message_of_somebody_else_is_left_to_the_dead_letter_queue(
    aws_endpoint: str, caplog: pytest.LogCaptureFixture
) -> None:
    records = DynamoRecords(make_table(aws_endpoint), endpoint_url=aws_endpoint)
    work = SqsWork(make_queue(aws_endpoint, max_receives=1), records=records, endpoint_url=aws_endpoint)
    for body in ("hello", "[]", '{"job": 7, "ticket": "x"}'):
        work.client.send_message(QueueUrl=work.queue_url, MessageBody=body)
    await work.send("job_1")
    leases: list[Lease] = []
    while not leases:
        leases = list(await work.receive(limit=9, lease_s=1))
    assert [lease.job_id for lease in leases] == ["job_1"]
    await work.finish(leases[0])
    await asyncio.sleep(1.2)
    assert list(await work.receive(limit=9, lease_s=1)) == []
    dead = SqsWork(f"{work.queue_url}-dead", records=records, endpoint_url=aws_endpoint)
    assert (await work.depth(), await dead.depth()) == (0, 3)
    assert "not of this service" in caplog.text


async def test_a_queue_without_a_sound_redrive_policy_is_pointed_out_once(
    aws_endpoint: str, caplog: pytest.LogCaptureFixture
) -> None:
    records = DynamoRecords(make_table(aws_endpoint), endpoint_url=aws_endpoint)

    async def said(queue_url: str) -> list[str]:
        caplog.clear()
        work = SqsWork(queue_url, records=records, endpoint_url=aws_endpoint)
        await work.ping()
        await work.ping()
        return [line.getMessage() for line in caplog.records if line.name == "genai.sqs"]

    bare = boto3.client("sqs", endpoint_url=aws_endpoint).create_queue(QueueName=f"bare-{uuid4().hex[:8]}")
    [line] = await said(bare["QueueUrl"])
    assert "no redrive policy" in line
    [line] = await said(make_queue(aws_endpoint, max_receives=3))
    assert "maxReceiveCount to 10 or more" in line
    assert await said(make_queue(aws_endpoint, max_receives=50)) == []


async def test_an_aws_that_never_answers_is_given_up(aws_endpoint: str) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        records = DynamoRecords("t", endpoint_url=url)
        work = SqsWork(f"{url}/1/q", records=records, endpoint_url=url)
        objects = S3Objects("bucket", endpoint_url=url)
        async with asyncio.timeout(90):
            outcomes = await asyncio.gather(
                records.get("p", "k"), work.ping(), objects.get("a"), return_exceptions=True
            )
    assert [type(outcome) for outcome in outcomes] == [ProviderTimeout] * 3
    for client in (records.client, work.client, objects.client):
        config = client.meta.config
        assert config.connect_timeout <= 2 and config.read_timeout <= 5
        assert config.retries == {"mode": "standard", "total_max_attempts": ATTEMPTS}
