"""Two workers on one queue that machines share (S3, SQS and DynamoDB as moto plays them): no job twice, none lost."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from app.adapters.dynamodb import DynamoRecords
from app.adapters.s3 import S3Objects
from app.adapters.sqs import SqsWork
from app.kernel.documents import ExtractedText, JobStatus
from app.kernel.errors import LeaseLost, Unavailable
from app.rag.assembly import assemble_worker
from app.rag.catalog import Catalog, Job
from app.rag.worker import Worker
from tests.app.rag.running import InlineReader, Running, running
from tests.conformance.aws_server import aws_server
from tests.conformance.stores import make_bucket, make_queue, make_table

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with aws_server() as url:
        yield url


class GatedReader(InlineReader):
    """Says who reads what, and reads on when told to."""

    def __init__(self, name: str, log: list[tuple[str, str]], gate: asyncio.Event) -> None:
        self.name, self.log, self.gate = name, log, gate

    async def read(self, content: bytes, *, filename: str) -> ExtractedText:
        self.log.append((self.name, content.decode()))
        await self.gate.wait()
        return await super().read(content, filename=filename)


@dataclass
class Pair:
    """Two workers as two machines run them: nothing of the process is shared but the stores."""

    rag: Running
    one: Worker
    two: Worker
    gate: asyncio.Event
    log: list[tuple[str, str]]
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self, worker: Worker) -> "asyncio.Task[None]":
        task = asyncio.create_task(worker.drain())
        self.tasks.append(task)
        return task

    async def began(self, count: int) -> None:
        async with asyncio.timeout(30):
            while len(self.log) < count:
                await asyncio.sleep(0.02)

    async def job(self, job_id: str) -> Job:
        return await Catalog(self.rag.ports.records).job("acme", job_id)

    async def done(self, job_id: str) -> Job:
        """Both workers go on until the job has ended."""
        async with asyncio.timeout(60):
            while not (job := await self.job(job_id)).status.ended:
                await asyncio.gather(self.one.drain(), self.two.drain())
        return job


@asynccontextmanager
async def _pair(folder: Path, endpoint: str, *, lease_s: float) -> AsyncIterator[Pair]:
    bucket, queue, table = make_bucket(endpoint), make_queue(endpoint), make_table(endpoint)

    def stores() -> dict[str, Any]:
        records = DynamoRecords(table, endpoint_url=endpoint)
        return {
            "objects": S3Objects(bucket, endpoint_url=endpoint),
            "records": records,
            "work": SqsWork(queue, records=records, endpoint_url=endpoint),
        }

    gate, log = asyncio.Event(), []
    async with running(folder, **stores()) as rag:
        workers = []
        for name in ("one", "two"):
            worker = assemble_worker(replace(rag.worker_ports, **stores()), GatedReader(name, log, gate))
            workers.append(replace(worker, lease_s=lease_s))
        pair = Pair(rag, *workers, gate, log)
        yield pair
        gate.set()
        await asyncio.gather(*pair.tasks, return_exceptions=True)


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.rag.worker._MAX_BACKOFF_S", 0.01)
    monkeypatch.setattr("app.rag.worker._MAX_TURN_S", 3.0)
    monkeypatch.setattr("app.adapters.sqs._LOOK_S", 0.0)
    monkeypatch.setattr("app.adapters.sqs._LOST_S", 1.0)


@pytest.fixture
async def pair(tmp_path: Path, endpoint: str) -> AsyncIterator[Pair]:
    async with _pair(tmp_path, endpoint, lease_s=30) as started:
        yield started


@pytest.fixture
async def hasty(tmp_path: Path, endpoint: str) -> AsyncIterator[Pair]:
    """Leases of two seconds, so that a test can let one run out."""
    async with _pair(tmp_path, endpoint, lease_s=2) as started:
        yield started


async def test_a_job_under_way_in_one_worker_is_not_touched_by_another_that_starts(pair: Pair) -> None:
    taken = await pair.rag.upload("Under way.", ingest=False)
    working = pair.start(pair.one)
    await pair.began(1)
    await pair.two.resume(["acme"])
    await pair.two.drain()
    job = await pair.job(taken["job_id"])
    assert (job.status, job.attempts, pair.log) == (JobStatus.RUNNING, 1, [("one", "Under way.")])
    pair.gate.set()
    await working
    assert (await pair.job(taken["job_id"])).status is JobStatus.DONE
    assert len(await pair.rag.found("under way")) == 1


async def test_a_heartbeat_holds_a_job_longer_than_its_lease(hasty: Pair) -> None:
    taken = await hasty.rag.upload("Takes its time.", ingest=False)
    working = hasty.start(hasty.one)
    await hasty.began(1)
    for _ in range(3):  # each look waits a second
        await hasty.two.drain()
    assert hasty.log == [("one", "Takes its time.")]
    hasty.gate.set()
    await working
    assert (await hasty.job(taken["job_id"])).attempts == 1


async def test_the_job_of_a_worker_that_died_goes_on_in_the_other(hasty: Pair) -> None:
    taken = await hasty.rag.upload("Left behind.", ingest=False)
    dying = hasty.start(hasty.one)
    await hasty.began(1)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    hasty.gate.set()
    job = await hasty.done(taken["job_id"])
    assert (job.status, job.attempts) == (JobStatus.DONE, 2)
    assert len(await hasty.rag.found("left behind")) == 1


async def test_forty_jobs_are_shared_and_each_is_done_once(pair: Pair) -> None:
    taken = [await pair.rag.upload(f"Share number {number}.", ingest=False) for number in range(40)]
    pair.gate.set()
    pair.one.__dict__["parallel"] = pair.two.__dict__["parallel"] = 3
    await asyncio.gather(pair.one.drain(), pair.two.drain())
    assert sorted(text for _, text in pair.log) == sorted(f"Share number {number}." for number in range(40))
    assert {name for name, _ in pair.log} == {"one", "two"}
    for one in taken:
        job = await pair.job(one["job_id"])
        assert (job.status, job.attempts) == (JobStatus.DONE, 1)
    assert await pair.rag.ports.work.depth() == 0


async def test_two_versions_of_a_document_are_never_brought_in_at_the_same_time(pair: Pair) -> None:
    taken = await pair.rag.upload("First version.", ingest=False)
    working = pair.start(pair.one)
    await pair.began(1)
    path = f"/v1/documents/{taken['document_id']}"
    answer = await pair.rag.http.put(path, json={"content_base64": "U2Vjb25kIHZlcnNpb24u"})
    assert answer.status_code in (200, 202)
    await pair.two.drain()
    assert pair.log == [("one", "First version.")]
    pair.gate.set()
    await working
    second = await pair.done(answer.json()["job_id"])
    assert second.status is JobStatus.DONE
    assert (await pair.rag.get(path))["version"] == 2
    assert second.attempts == 1  # standing back is not an attempt


async def test_a_deletion_waits_for_the_ingestion_in_another_worker_and_leaves_nothing(pair: Pair) -> None:
    taken = await pair.rag.upload("Soon gone.", ingest=False)
    working = pair.start(pair.one)
    await pair.began(1)
    path = f"/v1/documents/{taken['document_id']}"
    assert (await pair.rag.http.delete(path, params={"wait": 0})).status_code == 202
    await pair.two.drain()
    assert (await pair.rag.get(f"{path}/residue"))["total"] > 0
    pair.gate.set()
    await working
    async with asyncio.timeout(60):
        while (await pair.rag.get(f"{path}/residue"))["total"]:
            await asyncio.gather(pair.one.drain(), pair.two.drain())
    assert not await pair.rag.found("soon gone")


async def test_who_lost_the_lease_tells_no_outcome(hasty: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """One's heartbeats do not get through; two takes the job over; then one's reading fails."""

    async def deaf(*_: Any, **__: Any) -> None:
        raise Unavailable("cut off")

    class Failing(GatedReader):
        async def read(self, content: bytes, *, filename: str) -> ExtractedText:
            self.log.append((self.name, content.decode()))
            await taken_over.wait()
            raise RuntimeError("the outcome of the one that lost it")

    taken_over, slow = asyncio.Event(), asyncio.Event()
    taken = await hasty.rag.upload("Whose is it?", ingest=False)
    object.__setattr__(hasty.one.ingest, "reader", Failing("one", hasty.log, hasty.gate))
    object.__setattr__(hasty.two.ingest, "reader", GatedReader("two", hasty.log, slow))
    object.__setattr__(hasty.one, "max_attempts", 1)  # its failure would be the job's last
    extend = hasty.one.work.extend
    monkeypatch.setattr(hasty.one.work, "extend", deaf)
    first = hasty.start(hasty.one)
    await hasty.began(1)
    second = hasty.start(hasty.two)
    async with asyncio.timeout(30):
        while len(hasty.log) < 2:
            if second.done():
                second = hasty.start(hasty.two)
            await asyncio.sleep(0.02)
    monkeypatch.setattr(hasty.one.work, "extend", extend)
    taken_over.set()
    await first
    job = await hasty.job(taken["job_id"])
    assert (job.status, job.attempts, job.failure) == (JobStatus.RUNNING, 2, None)
    slow.set()
    await second
    assert (await hasty.job(taken["job_id"])).status is JobStatus.DONE


async def test_a_queue_that_was_emptied_by_hand_is_filled_from_the_records_by_itself(pair: Pair) -> None:
    taken = [await pair.rag.upload(f"Purged {number}.", ingest=False) for number in range(3)]
    work = pair.rag.ports.work
    assert isinstance(work, SqsWork)
    work.client.purge_queue(QueueUrl=work.queue_url)
    assert await work.depth() == 0
    await asyncio.sleep(1.1)  # younger ones may be on their way
    pair.gate.set()
    await pair.one.drain()
    for one in taken:
        assert (await pair.job(one["job_id"])).status is JobStatus.DONE


async def test_a_dead_lettered_job_still_ends(tmp_path: Path, endpoint: str) -> None:
    """A redrive policy that gives up at the second delivery, and a worker that lets every lease run out."""
    records = DynamoRecords(make_table(endpoint), endpoint_url=endpoint)
    work = SqsWork(make_queue(endpoint, max_receives=1), records=records, endpoint_url=endpoint)
    dead = SqsWork(f"{work.queue_url}-dead", records=records, endpoint_url=endpoint)
    async with running(tmp_path, records=records, work=work) as rag:
        taken = await rag.upload("Given up by the queue.", ingest=False)
        [lease] = await work.receive(limit=1, lease_s=1)
        await asyncio.sleep(1.2)
        assert not await work.leased(lease.job_id)
        async with asyncio.timeout(30):
            while (await rag.get(f"/v1/jobs/{taken['job_id']}"))["status"] != "done":
                await rag.worker.drain()
        assert await dead.depth() == 1
        assert len(await rag.found("given up by the queue")) == 1
        with pytest.raises(LeaseLost):
            await work.finish(lease)


async def test_a_worker_that_starts_many_times_does_not_fill_the_queue_with_twins(pair: Pair) -> None:
    await pair.rag.upload("Only once.", ingest=False)
    for _ in range(5):
        await pair.two.resume(["acme"])
    assert await pair.rag.ports.work.depth() == 1
