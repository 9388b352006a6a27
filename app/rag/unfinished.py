"""Finds what died half made and queues it: the queue may be lost, the records are not."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from app.kernel.documents import DocumentStatus
from app.kernel.errors import Conflict, NotFound
from app.kernel.ports.work import Work
from app.rag.catalog import Catalog, ingestion_of
from app.rag.delete import Delete


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Safe beside uploads, deletions and workers that live: it does what they do and gives way to them."""

    catalog: Catalog
    work: Work
    delete: Delete

    async def queue(self, tenants: Sequence[str]) -> None:
        """Reads every record of every document and job of these tenants."""
        for tenant in tenants:
            await self._mend_documents(tenant)
            async for job in self.catalog.every_job(tenant):
                if not job.status.ended:
                    await self.work.send(job.queue_id)

    async def _mend_documents(self, tenant: str) -> None:
        """Give a job to documents whose upload or deletion died before it had written one."""
        async for document in self.catalog.every_document(tenant):
            with suppress(NotFound, Conflict):  # it has a job, or a worker has just ended it
                if document.status is DocumentStatus.DELETING:
                    await self.delete.request(tenant, document.document_id)
                elif document.status is DocumentStatus.PENDING:
                    await self.catalog.save_job(ingestion_of(document, timestamp=self.catalog.timestamp()))
