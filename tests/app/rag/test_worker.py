"""Jobs end in done or failed, whatever fails or dies on the way, and blameless ones are not blamed."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from app.kernel.documents import ExtractedText, JobStatus
from app.kernel.errors import GenaiError, ProviderRejected, Unavailable
from app.rag.catalog import Catalog
from app.rag.turns import Turns
from tests.app.rag.running import InlineReader, Running

pytestmark = pytest.mark.anyio


class MoodyReader(InlineReader):
    """Fails as often as told."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)

    async def read(self, content: bytes, *, filename: str) -> ExtractedText:
        if self._errors:
            raise self._errors.pop(0)
        return await super().read(content, filename=filename)


def _reads_with(rag: Running, reader: InlineReader) -> None:
    object.__setattr__(rag.worker.ingest, "reader", reader)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.rag.worker._MAX_BACKOFF_S", 0.01)


@pytest.mark.parametrize("error", [RuntimeError("odd"), OSError("disk")])
async def test_a_passing_fault_is_tried_again_until_the_document_is_in(
    rag: Running, error: Exception
) -> None:
    _reads_with(rag, MoodyReader(error, error))
    async with rag.working():
        taken = await rag.upload("Patience.", wait=60, ingest=False)
    assert taken["status"] == "done"
    assert (await rag.get(f"/v1/jobs/{taken['job_id']}"))["attempts"] == 3


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ProviderRejected("no"), 502, "provider_rejected"),
        (RuntimeError("secret /path"), 500, "internal_error"),
    ],
)
async def test_a_fault_that_stays_fails_the_job_with_its_own_status(
    rag: Running, error: Exception, status: int, code: str
) -> None:
    _reads_with(rag, MoodyReader(*[error] * 5))
    async with rag.working():
        answer = await rag.http.post(
            "/upload?wait=60", json={"filename": "a.txt", "content_base64": "SGVsbG8="}
        )
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "secret" not in answer.text
    [job] = (await rag.get("/v1/jobs"))["jobs"]
    assert (job["status"], job["attempts"], job["error"]["code"]) == ("failed", 5, code)
    assert await rag.ports.work.depth() == 0


async def test_a_job_waits_for_a_dependency_that_is_away_however_long_and_nothing_is_counted_against_it(
    rag: Running,
) -> None:
    _reads_with(rag, MoodyReader(*[Unavailable("away")] * 20))
    async with rag.working():
        taken = await rag.upload("Patience.", wait=60, ingest=False)
    assert taken["status"] == "done"
    assert (await rag.get(f"/v1/jobs/{taken['job_id']}"))["attempts"] == 1


async def test_a_job_is_given_back_when_the_stores_that_were_away_with_it_are_back(
    rag: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.rag.worker._QUEUE_PAUSE_S", 0.01)
    records, work, away = rag.worker.catalog.records, rag.worker.work, 0

    def failing(call: Any) -> Any:
        async def fails_at_first(*given: Any, **named: Any) -> Any:
            nonlocal away
            if away:
                away -= 1
                raise Unavailable("away")
            return await call(*given, **named)

        return fails_at_first

    class Leaves(InlineReader):
        async def read(self, content: bytes, *, filename: str) -> ExtractedText:
            nonlocal away
            if not self.left:
                self.left, away = True, 10
                raise Unavailable("away")
            return await super().read(content, filename=filename)

        left = False

    for store, names in ((records, ("get", "put")), (work, ("release", "extend"))):
        for name in names:
            monkeypatch.setattr(store, name, failing(getattr(store, name)))
    _reads_with(rag, Leaves())
    async with rag.working():
        answer = await rag.http.post("/upload", json={"filename": "a.txt", "content_base64": "SGVsbG8="})
        job_id = answer.json()["job_id"]
        async with asyncio.timeout(20):  # less than the lease
            while True:
                seen = await rag.http.get(f"/v1/jobs/{job_id}")
                if seen.status_code == 200 and seen.json()["status"] == "done":
                    break
                await asyncio.sleep(0.02)
    assert seen.json()["attempts"] == 1


async def test_a_retry_asked_for_before_the_failed_job_has_left_the_queue_is_not_lost(
    rag: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = await rag.upload("Hurry.", ingest=False)
    _reads_with(rag, MoodyReader(GenaiError("once"), GenaiError("once")))
    object.__setattr__(rag.worker, "max_attempts", 1)
    finish, asked = rag.worker.work.finish, 0

    async def retry_first(lease):  # type: ignore[no-untyped-def]
        nonlocal asked
        if asked < 2:
            asked += 1
            assert (await rag.http.post(f"/v1/jobs/{taken['job_id']}/retry")).status_code == 202
        await finish(lease)

    monkeypatch.setattr(rag.worker.work, "finish", retry_first)
    await rag.worker.drain()
    assert asked == 2
    assert (await rag.get(f"/v1/jobs/{taken['job_id']}"))["status"] == "done"


async def _die(rag: Running, job_id: str, *, attempts: int) -> None:
    """What the records and the queue look like after that many workers died over this job."""
    catalog = Catalog(rag.ports.records)
    job = await catalog.job("acme", job_id)
    await catalog.save_job(replace(job, status=JobStatus.RUNNING, attempts=attempts))


async def test_leases_of_a_dead_worker_are_free_for_its_successor_at_once(rag: Running) -> None:
    await rag.upload("Leased.", ingest=False)
    assert len(await rag.ports.work.receive(limit=9, lease_s=3600)) == 1
    await rag.worker.resume(["acme"])
    await rag.worker.drain()
    assert len(await rag.found("leased")) == 1


async def test_a_queue_that_was_lost_is_rebuilt_from_the_records(rag: Running) -> None:
    taken = [await rag.upload(f"Queued {number}.", ingest=False) for number in range(3)]
    for one in taken:
        assert await rag.ports.work.cancel(f"acme/{one['job_id']}")
    await rag.worker.resume(["acme", "globex"])
    await rag.worker.drain()
    assert len(await rag.found("queued")) == 3


async def test_an_upload_whose_process_died_between_its_records_gets_its_job_from_the_next_worker(
    rag: Running,
) -> None:
    taken = await rag.upload("Between.", ingest=False)
    await rag.ports.work.cancel(f"acme/{taken['job_id']}")
    await rag.ports.records.delete("jobs#acme", taken["job_id"])
    await rag.worker.resume(["acme"])
    await rag.worker.drain()
    assert (await rag.get(f"/v1/jobs/{taken['job_id']}"))["status"] == "done"


async def test_a_document_that_killed_every_worker_fails_instead_of_looping(rag: Running) -> None:
    taken = await rag.upload("Deadly.", ingest=False)
    await _die(rag, taken["job_id"], attempts=7)
    await rag.worker.resume(["acme"])
    await rag.worker.drain()
    document = await rag.get(f"/v1/documents/{taken['document_id']}")
    assert (document["status"], document["error"]["code"]) == ("failed", "document_deadly")
    assert await rag.ports.work.depth() == 0
    retried = await rag.http.post(f"/v1/jobs/{taken['job_id']}/retry")
    assert retried.status_code == 202
    await rag.worker.drain()
    assert len(await rag.found("deadly")) == 1


async def test_a_deletion_is_never_given_up_for_deaths(rag: Running) -> None:
    taken = await rag.upload("Removed.")
    path = f"/v1/documents/{taken['document_id']}"
    job = (await rag.http.delete(path, params={"wait": 0})).json()
    await _die(rag, job["job_id"], attempts=50)
    await rag.worker.drain()
    assert (await rag.get(f"{path}/residue"))["total"] == 0


async def test_a_suspect_runs_alone_so_that_its_neighbours_cannot_be_blamed(rag: Running) -> None:
    suspect = await rag.upload("Suspect.", filename="suspect.txt", ingest=False)
    for number in range(4):
        await rag.upload(f"Innocent {number}.", filename=f"{number}.txt", ingest=False)
    await _die(rag, suspect["job_id"], attempts=2)
    inside: set[str] = set()
    company: dict[str, set[str]] = {}

    class Watched(InlineReader):
        async def read(self, content: bytes, *, filename: str) -> ExtractedText:
            inside.add(filename)
            await asyncio.sleep(0.02)
            company[filename] = set(inside)
            inside.discard(filename)
            return await super().read(content, filename=filename)

    _reads_with(rag, Watched())
    await rag.worker.drain()
    assert company.pop("suspect.txt") == {"suspect.txt"}
    assert any(len(others) > 1 for others in company.values())
    assert len(await rag.found("innocent", mode="lexical")) == 4


async def test_jobs_of_one_document_run_one_after_the_other(rag: Running) -> None:
    taken = await rag.upload("Version 1.", ingest=False)
    path = f"/v1/documents/{taken['document_id']}"
    for number in range(2, 6):
        await rag.http.put(
            path, json={"content_base64": "VmVyc2lvbiA=" if number == 2 else f"VmVyc2lvbi{number}u"}
        )
    inside = most = 0

    class Watched(InlineReader):
        async def read(self, content: bytes, *, filename: str) -> ExtractedText:
            nonlocal inside, most
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= 1
            return await super().read(content, filename=filename)

    _reads_with(rag, Watched())
    await rag.worker.drain()
    assert most == 1
    assert (await rag.get(path))["version"] == 5


async def test_a_lost_lease_stops_the_work_and_leaves_the_job_to_its_new_owner(rag: Running) -> None:
    taken = await rag.upload("Mine or yours.", ingest=False)
    object.__setattr__(rag.worker, "lease_s", 0.15)
    started, finished = asyncio.Event(), []

    class Slow(InlineReader):
        async def read(self, content: bytes, *, filename: str) -> ExtractedText:
            started.set()
            await asyncio.sleep(30)
            finished.append(filename)
            return await super().read(content, filename=filename)

    _reads_with(rag, Slow())
    working = asyncio.create_task(rag.worker.drain())
    await started.wait()
    await rag.ports.work.reclaim()
    [lease] = await rag.ports.work.receive(limit=1, lease_s=60)
    async with asyncio.timeout(20):
        await working
    assert finished == [] and lease.job_id == f"acme/{taken['job_id']}"
    await rag.ports.work.release(lease)
    _reads_with(rag, InlineReader())
    await rag.worker.drain()
    assert len(await rag.found("mine or yours")) == 1


async def test_a_stop_lets_the_running_job_end(rag: Running) -> None:
    begun = asyncio.Event()

    class Slow(InlineReader):
        async def read(self, content: bytes, *, filename: str) -> ExtractedText:
            begun.set()
            await asyncio.sleep(0.3)
            return await super().read(content, filename=filename)

    _reads_with(rag, Slow())
    taken = await rag.upload("Let me end.", ingest=False)
    async with rag.working():
        await begun.wait()
    assert (await rag.get(f"/v1/jobs/{taken['job_id']}"))["status"] == "done"


async def test_who_is_alone_has_no_company_and_nobody_waits_for_ever() -> None:
    turns, inside, seen = Turns(), 0, []

    async def visit(*, alone: bool) -> None:
        nonlocal inside
        async with turns.alone() if alone else turns.together():
            inside += 1
            await asyncio.sleep(0.001)
            seen.append((alone, inside))
            inside -= 1

    async with asyncio.timeout(20):
        await asyncio.gather(*(visit(alone=number % 3 == 0) for number in range(30)))
    assert len(seen) == 30
    assert {company for alone, company in seen if alone} == {1}
    assert max(company for alone, company in seen if not alone) > 1
