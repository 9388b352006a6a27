"""The use cases of the RAG app over one set of ports, as the routes and the tools use them."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from app.kernel.documents import DocumentStatus, JobKind, JobStatus
from app.kernel.errors import NotFound
from app.kernel.ports.index import Index
from app.kernel.ports.objects import Objects
from app.rag.ask import Ask
from app.rag.catalog import Catalog, Document, Job, Tombstone, document_id_of_job
from app.rag.conversation.converse import Converse
from app.rag.delete import Delete
from app.rag.describe import Describe
from app.rag.search import Search
from app.rag.upload import Upload

_T = TypeVar("_T")

# A look costs 40 µs; 15 ms is not felt by a person and adds little to a small upload.
_POLL_S = 0.015


@dataclass(frozen=True, slots=True)
class RagService:
    """Everything an HTTP request can ask for."""

    catalog: Catalog
    objects: Objects
    index: Index
    upload: Upload
    delete: Delete
    describe: Describe
    search: Search
    ask: Ask
    ask_lite: Ask
    ask_pro: Ask
    converse: Converse
    embedder_name: str

    async def document(self, tenant: str, document_id: str) -> Document:
        """A document that is not deleted or being deleted."""
        document = await self.catalog.document(tenant, document_id)
        if document.status is DocumentStatus.DELETING:
            raise NotFound(f"No document {document_id!r}.", code="document_not_found")
        return document

    async def readable(self, tenant: str, document_id: str) -> Document:
        """A document of which some version is ready."""
        document = await self.document(tenant, document_id)
        if document.version == 0:
            raise NotFound(
                f"Document {document_id!r} has no readable version yet; it is {document.status.value}.",
                code="document_not_ready",
            )
        return document

    async def read(
        self, tenant: str, document_id: str, part: Callable[[Document], Awaitable[_T]]
    ) -> tuple[Document, _T]:
        """The visible version of a document and what `part` reads of it; again when it was replaced meanwhile."""
        while True:
            document = await self.readable(tenant, document_id)
            try:
                return document, await part(document)
            except NotFound:
                if (await self.readable(tenant, document_id)).version == document.version:
                    raise

    async def documents(
        self, tenant: str, *, after: str | None, limit: int, newest_first: bool = False
    ) -> tuple[list[Document], str | None]:
        """A page of the documents that are not being deleted."""
        page, following = await self.catalog.documents(
            tenant, after=after, limit=limit, newest_first=newest_first
        )
        return [found for found in page if found.status is not DocumentStatus.DELETING], following

    async def job(self, tenant: str, job_id: str) -> Job:
        """A job; the deletion that removed its own record is told from the tombstone."""
        try:
            return await self.catalog.job(tenant, job_id)
        except NotFound:
            tombstone = await self._tombstone_of(tenant, job_id)
            return Job(
                tenant, job_id, tombstone.document_id, JobKind.DELETE, JobStatus.DONE, 0, "", {}, "", 0,
                created_at=tombstone.deleted_at, updated_at=tombstone.deleted_at,
            )  # fmt: skip

    async def _tombstone_of(self, tenant: str, job_id: str) -> Tombstone:
        missing = NotFound(f"No job {job_id!r}.", code="job_not_found")
        try:
            tombstone = await self.catalog.tombstone(tenant, document_id_of_job(job_id))
        except NotFound:
            raise missing from None
        if tombstone.job_id != job_id:
            raise missing
        return tombstone

    async def wait(self, tenant: str, job_id: str, *, wait_s: float) -> Job:
        """The job when it has ended, or as it stands after `wait_s`."""
        deadline = time.monotonic() + wait_s
        while True:
            job = await self.job(tenant, job_id)
            if job.status.ended or time.monotonic() >= deadline:
                return job
            await asyncio.sleep(_POLL_S)

    async def follow(self, tenant: str, job_id: str) -> AsyncIterator[Job]:
        """The job now and after each change, until it has ended."""
        last: Job | None = None
        while True:
            job = await self.job(tenant, job_id)
            if last is None or (job.status, job.step, job.attempts) != (
                last.status,
                last.step,
                last.attempts,
            ):
                yield job
            if job.status.ended:
                return
            last = job
            await asyncio.sleep(_POLL_S * 4)
