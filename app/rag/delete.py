"""Deletes a document: unseen at once, then everything of it goes, then one line says that it was."""

from dataclasses import dataclass, replace

from app.kernel.documents import DocumentStatus, JobKind, JobStatus
from app.kernel.errors import Conflict, NotFound
from app.kernel.ports.index import Index
from app.kernel.ports.objects import Objects
from app.kernel.ports.work import Work
from app.rag import layout
from app.rag.answer_cache import AnswerCache
from app.rag.catalog import Catalog, Document, Job, Tombstone, job_id_of
from app.rag.conversation.quotes import Quotes
from app.rag.ingest import Observer, unobserved

PURGE_STEPS = ("purging", "withdrawing", "burying", "forgetting")


@dataclass(frozen=True, slots=True)
class Residue:
    """What is left of a document, by store, and the name of its tombstone."""

    objects: int
    records: int
    index: int
    caches: int
    conversations: int
    tombstone: str | None

    @property
    def total(self) -> int:
        return self.objects + self.records + self.index + self.caches + self.conversations


@dataclass(frozen=True, slots=True)
class Delete:
    """`request` runs in the API and hides the document; `purge` runs in the worker and removes it."""

    catalog: Catalog
    objects: Objects
    index: Index
    work: Work
    answers: AnswerCache
    observe: Observer = unobserved

    async def request(self, tenant: str, document_id: str) -> Job:
        """Hide the document before this returns and queue its removal. Again while it runs: the same job."""
        document = await self.catalog.change_document(tenant, document_id, _deleting)
        await self.index.withdraw(tenant, document_id)
        await self.catalog.forget_belongings(tenant, document_id)
        for job in await self.catalog.all_jobs_of(tenant, document_id):
            await self.catalog.release_claim(tenant, job.sha256, document_id)
        await self.catalog.release_claim(tenant, document.sha256, document_id)
        timestamp = self.catalog.timestamp()
        job = Job(
            tenant, document.job_id, document_id, JobKind.DELETE, JobStatus.QUEUED, document.latest,
            document.filename, {}, document.sha256, document.size, created_at=timestamp, updated_at=timestamp,
        )  # fmt: skip
        try:
            job = await self.catalog.save_job(job)
        except Conflict:
            job = await self.catalog.job(tenant, document.job_id)
            if job.status.ended:  # it failed, or its end is only a moment away: a second removal does no harm
                job = await self.catalog.save_job(
                    replace(job, status=JobStatus.QUEUED, attempts=0, failure=None)
                )
        await self.work.send(job.queue_id)
        return job

    async def purge(self, job: Job) -> None:
        """Remove every trace but the tombstone. `observe` is told of each of PURGE_STEPS before it is taken."""
        tombstone = Tombstone(job.document_id, job.job_id, self.catalog.timestamp())
        await self.observe("purging")
        await self.objects.purge(layout.document_prefix(job.tenant, job.document_id))
        await self.observe("withdrawing")
        await self.index.withdraw(job.tenant, job.document_id)
        await self.answers.forget(job.tenant, job.document_id)
        await self.observe("burying")
        await self.catalog.bury(job.tenant, tombstone)
        await self.observe("forgetting")
        await Quotes(self.catalog).forget_document(job.tenant, job.document_id)
        await self.catalog.forget(job.tenant, job.document_id)

    async def residue(self, tenant: str, document_id: str) -> Residue:
        """Count what is left. Raises NotFound for a document that never was."""
        try:
            tombstone = f"tombstones/{(await self.catalog.tombstone(tenant, document_id)).document_id}"
        except NotFound:
            await self.catalog.document(tenant, document_id)
            tombstone = None
        return Residue(
            objects=await self.objects.residue(layout.document_prefix(tenant, document_id)),
            records=await self.catalog.residue(tenant, document_id),
            index=await self.index.residue(tenant, document_id),
            caches=await self.answers.residue(tenant, document_id),
            conversations=await Quotes(self.catalog).residue(tenant, document_id),
            tombstone=tombstone,
        )


def _deleting(document: Document) -> Document:
    if document.status is DocumentStatus.DELETING:
        return document
    return replace(
        document, status=DocumentStatus.DELETING, job_id=job_id_of(document.document_id, document.latest + 1)
    )
