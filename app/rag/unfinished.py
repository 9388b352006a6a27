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
            after: str | None = None
            while True:
                jobs, after = await self.catalog.jobs(tenant, after=after, limit=1000)
                for job in jobs:
                    if not job.status.ended:
                        await self.work.send(job.queue_id)
                if after is None:
                    break

    async def _mend_documents(self, tenant: str) -> None:
        """Give a job to documents whose upload or deletion died before it had written one."""
        after: str | None = None
        while True:
            documents, after = await self.catalog.documents(tenant, after=after, limit=1000)
            for document in documents:
                with suppress(NotFound, Conflict):  # it has a job, or a worker has just ended it
                    if document.status is DocumentStatus.DELETING:
                        await self.delete.request(tenant, document.document_id)
                    elif document.status is DocumentStatus.PENDING:
                        await self.catalog.save_job(
                            ingestion_of(document, timestamp=self.catalog.timestamp())
                        )
            if after is None:
                return
