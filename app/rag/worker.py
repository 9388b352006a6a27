"""Leases jobs and brings each to done or failed, whatever dies on the way."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from weakref import WeakValueDictionary

from prometheus_client import Counter

from app.kernel.documents import DocumentStatus, JobKind, JobStatus
from app.kernel.errors import (
    BadInput,
    Conflict,
    EmbedderMismatch,
    GenaiError,
    LeaseLost,
    NotFound,
    Unavailable,
    UnreadableDocument,
)
from app.kernel.ports.notify import Notify
from app.kernel.ports.work import Lease, Work
from app.rag.catalog import Catalog, Failure, Job, document_id_of_job
from app.rag.delete import Delete
from app.rag.ingest import Cancelled, Ingest
from app.rag.reindex import Reindex
from app.rag.turns import Turns
from app.rag.unfinished import Unfinished
from app.web.problems import status_of

_log = logging.getLogger("genai.worker")
_JOBS = Counter("genai_jobs_total", "Jobs that ended, by kind and how", ["kind", "outcome"])

_FIRST_STEP = {JobKind.INGEST: "reading", JobKind.DELETE: "", JobKind.REINDEX: ""}
_IDLE_WAIT_S = 1.0
_MAX_BACKOFF_S = 60.0
_MAX_TURN_S = 20.0  # until a job asks again whether another worker is done with its document
_QUEUE_PAUSE_S = 1.0
_AWAY_PAUSE_S = 2.0  # until a job whose store or model was away tries it again
# How often a running worker looks for what an API process left half made; a look reads every record of every tenant.
_MEND_S = 3_600.0


@dataclass(frozen=True)
class Worker:
    """Takes up to `parallel` jobs at a time. A job that fails `max_attempts` times for a passing reason fails.

    What fails because a store or a model is away waits, however long that takes, and no attempt is counted: the document
    was accepted, and nothing is wrong with it.

    A job under way in a worker that died may be what killed it. After `together` such deaths it runs alone, so that
    the others cannot be blamed, and after `max_attempts` more it fails.

    Several workers may share the queue. Who has the lease on a job is the only one that works on it, so one found
    running was left by a worker that died or lost its lease; and whoever lost it writes no outcome. Jobs of one document
    run one after the other, also when different workers hold them.
    """

    catalog: Catalog
    work: Work
    ingest: Ingest
    delete: Delete
    reindex: Reindex
    notify: Notify
    parallel: int = 32
    lease_s: float = 30.0
    max_attempts: int = 5
    together: int = 2
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    _turns: Turns = field(default_factory=Turns)
    _held: set[str] = field(default_factory=set)
    _tenants: list[str] = field(default_factory=list)

    async def resume(self, tenants: Sequence[str]) -> None:
        """Queue what the records say is unfinished: the queue may be lost, the records are not.

        A queue of this machine alone frees what a dead worker had leased; on a shared one other workers' leases stand.
        """
        self._tenants[:] = tenants
        await self.work.reclaim()
        await self._unfinished.queue(tenants)

    @property
    def _unfinished(self) -> Unfinished:
        return Unfinished(self.catalog, self.work, self.delete)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then let running jobs end."""
        running: set[asyncio.Task[None]] = set()
        mending = asyncio.create_task(self._mend_now_and_then())
        while not stop.is_set():
            running = {task for task in running if not task.done()}
            try:
                free = self.parallel - len(running)
                leases = await self._receive(free, stop) if free else await _any_done(running)
            except Unavailable as error:
                _log.warning("The work queue does not answer: %s", error.detail)
                await _pause(stop)
                continue
            except Exception:  # noqa: BLE001 - the process that ingests outlives any fault of its queue
                _log.exception("The work queue failed in a way nobody foresaw; it is asked again")
                await _pause(stop)
                continue
            running |= {asyncio.create_task(self._handle(lease)) for lease in leases}
        mending.cancel()
        await asyncio.gather(mending, *running, return_exceptions=True)

    async def _mend_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(_MEND_S)
            try:
                await self._unfinished.queue(self._tenants)
            except GenaiError as error:
                _log.warning("What is unfinished could not be looked up: %s", error.detail)

    async def drain(self) -> None:
        """Work until nothing is ready; for tools that run without a service."""
        while leases := await self.work.receive(limit=self.parallel, lease_s=self.lease_s):
            await asyncio.gather(*(self._handle(lease) for lease in leases), return_exceptions=True)

    async def _receive(self, free: int, stop: asyncio.Event) -> Sequence[Lease]:
        receiving = asyncio.create_task(
            self.work.receive(limit=free, lease_s=self.lease_s, wait_s=_IDLE_WAIT_S)
        )
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({receiving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        # A receive under way is let end: a lease taken and forgotten would only come back after its time.
        return await receiving

    async def _handle(self, lease: Lease) -> None:
        tenant, _, job_id = lease.job_id.partition("/")
        self._held.add(lease.job_id)
        try:
            async with self._heartbeat(lease), self._lock(document_id_of_job(job_id)):
                await self._take_up(lease, tenant, job_id)
        finally:
            self._held.discard(lease.job_id)

    async def _take_up(self, lease: Lease, tenant: str, job_id: str) -> None:
        try:
            job = await self.catalog.job(tenant, job_id)
            if await self._document_is_busy(job):
                await self._give_back(lease, attempts=lease.attempt, most_s=_MAX_TURN_S)
                return
            async with self._turn(job):
                await self._attempt(job, lease)
        except LeaseLost as error:
            _log.info("Job %s goes on elsewhere: %s", job_id, error.detail)
        except NotFound:
            await self._leave(lease)
        except Conflict as error:
            _log.warning("Job %s has to wait: %s", job_id, error.detail)
            await self._give_back(lease)
        except Unavailable as error:
            _log.warning("Job %s has to wait: %s", job_id, error.detail)
            await self._stand_back(lease)

    async def _document_is_busy(self, job: Job) -> bool:
        """Whether another worker is at another job of this document.

        Our own lease was written before this look, so of two workers that come together at least one sees the other;
        when both do, both stand back for a time that is drawn at random.
        """
        for other in await self.catalog.all_jobs_of(job.tenant, job.document_id):
            mine = other.queue_id in self._held  # this process takes them in turn
            if not (mine or other.status.ended) and await self.work.leased(other.queue_id):
                return True
        return False

    def _lock(self, document_id: str) -> asyncio.Lock:
        """One job of a document at a time; a lock lives as long as somebody holds or awaits it."""
        lock = self._locks.get(document_id)
        if lock is None:
            lock = self._locks[document_id] = asyncio.Lock()
        return lock

    def _turn(self, job: Job) -> AbstractAsyncContextManager[None]:
        suspect = _died(job) and job.attempts >= self.together
        return self._turns.alone() if suspect else self._turns.together()

    async def _attempt(self, job: Job, lease: Lease) -> None:
        if job.status.ended:
            await self._leave(lease)
            return
        before = job
        most = self.together + self.max_attempts
        if _died(job) and job.attempts >= most and job.kind is JobKind.INGEST:
            await self._fail(job, _deadly(job))
            await self._leave(lease)
            return
        try:
            job = await self.catalog.save_job(
                replace(job, status=JobStatus.RUNNING, attempts=job.attempts + 1, step=_FIRST_STEP[job.kind])
            )
            await self._carry_out(job)
        except Cancelled:
            await self._check(lease)
            await self._note_cancelled(job)
        except (BadInput, EmbedderMismatch) as error:
            await self._check(lease)
            await self._fail(job, error)
        except LeaseLost:
            raise
        except Unavailable as error:
            _log.warning("Job %s has to wait: %s", job.job_id, error.detail)
            await self._stand_back(lease, before)
            return
        except Exception as error:  # noqa: BLE001 - any other fault is tried again, then told; it must not end the worker
            await self._check(lease)
            if job.attempts < self.max_attempts:
                _log.warning("Job %s attempt %d: %r", job.job_id, job.attempts, error)
                await self._note_waiting(job)
                await self._give_back(lease, attempts=job.attempts)
                return
            _log.error("Job %s gave up", job.job_id, exc_info=error)
            await self._fail(job, error)
        else:
            _JOBS.labels(job.kind.value, "done").inc()
        await self._leave(lease)

    async def _check(self, lease: Lease) -> None:
        """Raises LeaseLost: then the outcome is another worker's to tell."""
        await self.work.extend(lease, lease_s=self.lease_s)

    async def _stand_back(self, lease: Lease, before: Job | None = None) -> None:
        """Give the job back as it was `before` this attempt, as soon as the stores that were away take note of it.

        Without that the job would look like one that killed its worker, and wait until its lease has run out.
        """
        deadline = time.monotonic() + self.lease_s
        while time.monotonic() < deadline:
            try:
                await self._check(lease)
                if before is not None:
                    await self._note_not_begun(before)
                most_s = min(_AWAY_PAUSE_S, _MAX_BACKOFF_S)
                await self.work.release(lease, delay_s=most_s * random.uniform(0.25, 1.0))  # noqa: S311 - as _give_back
                return
            except LeaseLost:
                return
            except Unavailable:
                await asyncio.sleep(_QUEUE_PAUSE_S)

    async def _note_not_begun(self, before: Job) -> None:
        with suppress(NotFound, Conflict):
            current = await self.catalog.job(before.tenant, before.job_id)
            if current.status is JobStatus.RUNNING and current.attempts > before.attempts:
                await self.catalog.save_job(
                    replace(current, status=JobStatus.QUEUED, step="", attempts=before.attempts)
                )

    async def _note_waiting(self, job: Job) -> None:
        """Say that this attempt ended in order; a job found running was left by a worker that died."""
        with suppress(NotFound, Conflict):
            current = await self.catalog.job(job.tenant, job.job_id)
            if current.status is JobStatus.RUNNING:
                await self.catalog.save_job(replace(current, status=JobStatus.QUEUED))

    async def _note_cancelled(self, job: Job) -> None:
        _JOBS.labels(job.kind.value, "cancelled").inc()
        with suppress(NotFound, Conflict):
            current = await self.catalog.job(job.tenant, job.job_id)
            if current.status is JobStatus.RUNNING:  # its document is being deleted
                await self.catalog.save_job(replace(current, status=JobStatus.CANCELLED))

    async def _carry_out(self, job: Job) -> None:
        match job.kind:
            case JobKind.INGEST:
                await self.ingest(job)
            case JobKind.DELETE:
                await self.delete.purge(job)
            case JobKind.REINDEX:
                done = await self.reindex(embed=bool(job.metadata["embed"]))
                await self.catalog.save_job(
                    replace(
                        job, status=JobStatus.DONE, step=f"{done.documents} documents, {done.chunks} chunks"
                    )
                )

    async def _fail(self, job: Job, error: Exception) -> None:
        if isinstance(error, GenaiError):
            failure = Failure(error.code, error.detail, status_of(error))
        else:
            failure = Failure(
                "internal_error", "The document could not be processed; the log has the job's id.", 500
            )
        current = await self.catalog.job(job.tenant, job.job_id)
        if current.status.ended:  # cancelled at this moment
            return
        await self.catalog.save_job(replace(current, status=JobStatus.FAILED, failure=failure))
        with suppress(NotFound):
            await self.catalog.change_document(
                job.tenant, job.document_id,
                lambda found: found if found.version >= job.version else replace(
                    found, failure=failure,
                    status=DocumentStatus.FAILED if found.status is DocumentStatus.PENDING else found.status,
                ),
            )  # fmt: skip
        _JOBS.labels(job.kind.value, "failed").inc()
        if failure.status >= 500:
            await self.notify.send(
                subject=f"Job {job.job_id} failed", body=f"{failure.code}: {failure.detail}", severity="error"
            )

    async def _leave(self, lease: Lease) -> None:
        """The job has ended and leaves the queue, unless somebody asked for it again before it had left."""
        with suppress(LeaseLost):
            await self.work.finish(lease)
        tenant, _, job_id = lease.job_id.partition("/")
        with suppress(NotFound):
            if not (await self.catalog.job(tenant, job_id)).status.ended:
                await self.work.send(lease.job_id)

    async def _give_back(self, lease: Lease, *, attempts: int = 1, most_s: float | None = None) -> None:
        delay_s = min(_MAX_BACKOFF_S if most_s is None else most_s, 2.0 ** min(attempts - 1, 16))
        # A queue that does not answer gives it back by itself when the lease runs out.
        with suppress(LeaseLost, Unavailable):
            await self.work.release(lease, delay_s=delay_s * random.uniform(0.5, 1.0))  # noqa: S311 - spreads workers out

    @asynccontextmanager
    async def _heartbeat(self, lease: Lease) -> AsyncIterator[None]:
        """Keep the lease alive; when it is lost, stop the work: somebody else does it now."""
        working = asyncio.current_task()

        async def beat() -> None:
            while True:
                await asyncio.sleep(self.lease_s / 3)
                try:
                    await self.work.extend(lease, lease_s=self.lease_s)
                except LeaseLost:
                    if working is not None:
                        working.cancel()
                    return
                except GenaiError as error:
                    _log.warning("No heartbeat for %s: %s", lease.job_id, error.detail)

        beating = asyncio.create_task(beat())
        try:
            yield
        finally:
            beating.cancel()


def _died(job: Job) -> bool:
    """The attempt before ended without a word."""
    return job.status is JobStatus.RUNNING


def _deadly(job: Job) -> UnreadableDocument:
    return UnreadableDocument(
        f"{job.filename!r} ended the process that worked on it {job.attempts} times; split or simplify it.",
        code="document_deadly",
    )


async def _pause(stop: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), _QUEUE_PAUSE_S)


async def _any_done(running: set[asyncio.Task[None]]) -> Sequence[Lease]:
    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    return ()
