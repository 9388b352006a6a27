"""Brings one version of a document in: read, chunk, embed, store, index, then one switch makes it visible."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from app.kernel.documents import Chunk, DocumentStatus, DocumentVersion, ExtractedText, JobStatus
from app.kernel.errors import Conflict, NotFound
from app.kernel.ports.embeddings import Embedder
from app.kernel.ports.index import Index
from app.kernel.ports.objects import Objects
from app.rag import layout
from app.rag.batching import Batcher
from app.rag.catalog import Catalog, Document, Job
from app.rag.chunking import chunk
from app.rag.describe import Describe
from app.rag.word_pieces import word_pieces_at_most

if TYPE_CHECKING:
    from app.kernel.ports.embeddings import Matrix

# 64 passages keep both cores busy (132 texts/s with MiniLM) and let small documents pass a large one.
_EMBED_BATCH = 64
_INDEX_BATCH = 64
# A publish costs about 10 ms however much is in it: worth a moment while other documents are close behind.
_LINGER_S = 0.1
# The reader takes two documents at a time; one more waits with its bytes in memory, the others without.
_READING = 3
# Steps that pass sooner are not noted: five notes a document would cost as much as its index.
_NOTE_S = 0.5

STEPS = ("reading", "chunking", "embedding", "storing", "indexing", "publishing", "recording", "finishing")

Observer = Callable[[str], Awaitable[None]]


async def unobserved(step: str) -> None:
    """Nobody watches the steps."""


_Ready = tuple[DocumentVersion, list[Chunk], "Matrix"]


class Reads(Protocol):
    """What ingestion needs of the reader."""

    async def read(self, content: bytes, *, filename: str) -> ExtractedText: ...


class Cancelled(Exception):
    """The job was cancelled or its document deleted while it ran; what it wrote is removed by then."""


@dataclass(frozen=True)
class Ingest:
    """Idempotent: a job that died anywhere is run again from the start and ends the same.

    `observe` is told the name of each of STEPS before it is taken.
    """

    catalog: Catalog
    objects: Objects
    index: Index
    embedder: Embedder
    reader: Reads
    observe: Observer
    _noted: dict[str, float] = field(default_factory=dict)
    _reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_READING))

    async def __call__(self, job: Job) -> Job:
        """Run the job to its end. Raises BadInput for a hopeless document, Unavailable to be tried again."""
        self._noted[job.job_id] = time.monotonic()
        try:
            return await self._bring_in(job)
        finally:
            del self._noted[job.job_id]

    async def _bring_in(self, job: Job) -> Job:
        document = await self._document(job)
        if document.version >= job.version:  # died between the switch and the last record
            await self._clear_older(job)
            return await self._finish(job)
        job = await self._enter(job, "reading")
        prefix = layout.version_prefix(job.tenant, job.document_id, job.version)
        async with self._reading:
            original = await self.objects.get(prefix + "original")
            extracted = await self.reader.read(original, filename=job.filename)
            del original
        job = await self._enter(job, "chunking")
        chunks = await self.cut(extracted)
        job = await self._enter(job, "embedding")
        vectors = await self.embed([piece.indexed_text() for piece in chunks])
        job = await self._enter(await self._described(job), "storing")
        await self.store(self._manifest(job, extracted, chunks), extracted, chunks, vectors)
        job = await self._enter(job, "indexing")
        address = DocumentVersion(job.tenant, job.document_id, job.version, job.filename, job.metadata)
        if not await self._publisher((address, chunks, vectors)):
            raise Cancelled
        await self.observe("recording")
        await self._record(job, extracted, chunks)
        return await self._finish(job)

    async def embed(self, texts: list[str]) -> "Matrix":
        """Embed in slices through the shared batcher: one long document cannot keep the others waiting."""
        import numpy as np

        if not texts:
            return np.zeros((0, self.embedder.dimensions), dtype=np.float32)
        vectors = np.empty((len(texts), self.embedder.dimensions), dtype=np.float32)
        for start in range(0, len(texts), _EMBED_BATCH):
            part = texts[start : start + _EMBED_BATCH]
            vectors[start : start + len(part)] = await asyncio.gather(*map(self._embedder, part))
        return vectors

    @cached_property
    def _embedder(self) -> "Batcher[str, Matrix]":
        async def run(texts: list[str]) -> "list[Matrix]":
            return list(await self.embedder.embed(texts, kind="passage"))

        return Batcher(run, max_items=_EMBED_BATCH, most_running=2)

    @cached_property
    def _publisher(self) -> "Batcher[_Ready, bool]":
        return Batcher(
            self._publish, max_items=_INDEX_BATCH, linger_s=_LINGER_S,
            more_than=lambda waiting: len(self._noted) > waiting,
        )  # fmt: skip

    async def _publish(self, items: "list[_Ready]") -> list[bool]:
        """Put all and make them visible in one switch. False for a document that was deleted meanwhile."""
        for address, chunks, vectors in items:
            await self.index.put(address, chunks, vectors)
        await self.observe("publishing")
        # Looked at after the put: a delete from here on finds the staged chunks and hides them itself.
        alive = [address for address, *_ in items if not await self._deleting(address)]
        try:
            await self.index.publish(alive)
        except NotFound:  # one of them was withdrawn between the look and the switch
            return [address in alive and await self._publish_alone(address) for address, *_ in items]
        return [address in alive for address, *_ in items]

    async def _publish_alone(self, address: DocumentVersion) -> bool:
        try:
            await self.index.publish([address])
        except NotFound:
            return False
        return True

    async def _deleting(self, address: DocumentVersion) -> bool:
        try:
            document = await self.catalog.document(address.tenant, address.document_id)
        except NotFound:
            return True
        return document.status is DocumentStatus.DELETING

    async def cut(self, extracted: ExtractedText) -> list[Chunk]:
        """The chunks of a text, of a size that suits the embedder and MiniLM."""
        # A book takes seconds: off the event loop, so that heartbeats go on.
        return await asyncio.to_thread(chunk, extracted, count_tokens=self._count_tokens)

    def _count_tokens(self, text: str) -> int:
        if self.embedder.counts_word_pieces:
            return self.embedder.count_tokens(text)
        # The chunks must also suit MiniLM, whichever embedder is active: `reindex` may change it later.
        return max(self.embedder.count_tokens(text), word_pieces_at_most(text))

    async def _document(self, job: Job) -> Document:
        """Raises Cancelled for a document that is deleted; what came in beside the deletion is removed then."""
        try:
            document = await self.catalog.document(job.tenant, job.document_id)
        except NotFound:
            await self.objects.purge(layout.version_prefix(job.tenant, job.document_id, job.version))
            await self.catalog.release_claim(job.tenant, job.sha256, job.document_id)
            await self.catalog.forget_job(job)
            raise Cancelled from None
        if document.status is DocumentStatus.DELETING:
            raise Cancelled
        return document

    async def _described(self, job: Job) -> Job:
        """The job with the file name and metadata that were given after it was queued."""
        document = await self._document(job)
        if document.described < job.version:
            return job
        return replace(job, filename=document.filename, metadata=document.metadata)

    async def _enter(self, job: Job, step: str) -> Job:
        """Note the step, unless it is one of a quick succession; a job that somebody cancelled stops here.

        `indexing` is always noted: from there on a job cannot be cancelled.
        """
        await self.observe(step)
        job = replace(job, step=step)
        now = time.monotonic()
        if step != "indexing" and now - self._noted[job.job_id] < _NOTE_S:
            return job
        self._noted[job.job_id] = now
        try:
            return await self.catalog.save_job(job)
        except Conflict:
            current = await self.catalog.job(job.tenant, job.job_id)
            if current.status is JobStatus.CANCELLED:
                raise Cancelled from None
            raise

    async def store(
        self, manifest: layout.Manifest, extracted: ExtractedText, chunks: list[Chunk], vectors: "Matrix"
    ) -> None:
        """Keep the parts of a version, the manifest last: without it the version does not exist."""
        prefix = layout.version_prefix(manifest.tenant, manifest.document_id, manifest.version)
        put = self.objects.put
        await asyncio.gather(
            put(prefix + "extracted.json", layout.encode_extracted(extracted)),
            put(prefix + "chunks.json", layout.encode_chunks(chunks)),
            put(prefix + layout.vectors_name(manifest.fingerprint), layout.encode_vectors(vectors)),
        )
        await put(prefix + "manifest.json", layout.encode_manifest(replace(manifest, chunks=len(chunks))))

    def _manifest(self, job: Job, extracted: ExtractedText, chunks: list[Chunk]) -> layout.Manifest:
        return layout.Manifest(
            job.tenant, job.document_id, job.version, job.filename, job.metadata, job.sha256, job.size,
            len(chunks), extracted.pages, extracted.title, extracted.warnings, job.created_at,
            self.embedder.fingerprint,
        )  # fmt: skip

    async def _record(self, job: Job, extracted: ExtractedText, chunks: list[Chunk]) -> None:
        def switch(document: Document) -> Document:
            if document.status is DocumentStatus.DELETING or document.version >= job.version:
                return document
            kept = document.described >= job.version
            return replace(
                document, status=DocumentStatus.READY, version=job.version,
                filename=document.filename if kept else job.filename,
                metadata=document.metadata if kept else job.metadata,
                sha256=job.sha256, size=job.size, chunks=len(chunks),
                pages=extracted.pages, title=extracted.title, warnings=extracted.warnings, failure=None,
            )  # fmt: skip

        document = await self.catalog.change_document(job.tenant, job.document_id, switch)
        if document.status is DocumentStatus.DELETING:
            await self.index.withdraw(job.tenant, job.document_id)
            raise Cancelled
        if (document.filename, document.metadata) != (job.filename, job.metadata):
            await Describe(self.catalog, self.objects, self.index).spread(document)
        await self._clear_older(job)

    async def _clear_older(self, job: Job) -> None:
        """Remove what the versions before this one left: bytes, parts, their claims on content."""
        if job.version == 1:
            return
        jobs = await self.catalog.all_jobs_of(job.tenant, job.document_id)
        wanted = {other.sha256 for other in jobs if other.version >= job.version}
        for sha256 in {other.sha256 for other in jobs} - wanted:
            await self.catalog.release_claim(job.tenant, sha256, job.document_id)
        prefix = layout.document_prefix(job.tenant, job.document_id)
        found = {key.removeprefix(prefix).partition("/")[0] async for key in self.objects.keys(prefix)}
        for version in sorted(int(name) for name in found if int(name) < job.version):
            await self.objects.purge(layout.version_prefix(job.tenant, job.document_id, version))

    async def _finish(self, job: Job) -> Job:
        await self.observe("finishing")
        return await self.catalog.save_job(replace(job, status=JobStatus.DONE, step="", failure=None))
