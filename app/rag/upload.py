"""Accepts a document: claims its bytes, keeps them, queues the ingestion. After that nothing is lost."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.kernel.documents import DocumentStatus, JobKind, JobStatus, Metadata, new_id, sha256_hex
from app.kernel.errors import BadInput, Conflict, LimitExceeded, NotFound
from app.kernel.ports.objects import Objects
from app.kernel.ports.work import Work
from app.rag.catalog import Catalog, Document, Failure, Job, job_id_of
from app.rag.layout import version_prefix

_MAX_FILENAME = 255
_MAX_METADATA_KEYS = 64
_MAX_METADATA_CHARS = 16_384


@dataclass(frozen=True, slots=True)
class Accepted:
    """The document and the job that brings it in; `duplicate_of` when the tenant had these bytes already."""

    document: Document
    job: Job
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """The way in for new documents and new versions."""

    catalog: Catalog
    objects: Objects
    work: Work
    max_bytes: int

    async def add(self, tenant: str, *, filename: str, content: bytes, metadata: Metadata) -> Accepted:
        """A new document, or the one that already holds these bytes (tried again when it had failed)."""
        self._check_size(content)
        sha256 = sha256_hex(content)
        fresh_id = new_id("doc")
        document_id = await self._claim(tenant, sha256, fresh_id)
        if document_id != fresh_id:
            try:
                return await self._known(await self.catalog.document(tenant, document_id))
            except NotFound:
                pass  # an upload of the same bytes died, or runs, between claim and record: finish it
        await self.objects.put(version_prefix(tenant, document_id, 1) + "original", content)
        timestamp = self.catalog.timestamp()
        document = Document(
            tenant, document_id, filename, metadata, sha256, len(content), DocumentStatus.PENDING,
            version=0, latest=1, created_at=timestamp, updated_at=timestamp, job_id=job_id_of(document_id, 1),
        )  # fmt: skip
        try:
            document = await self.catalog.save_document(document)
        except Conflict:
            return await self._known(await self.catalog.document(tenant, document_id))
        return Accepted(document, await self._queue(document))

    async def replace(
        self,
        tenant: str,
        document_id: str,
        *,
        filename: str | None,
        content: bytes,
        metadata: Metadata | None,
    ) -> Accepted:
        """A new version of a document; the old one answers until the new one is whole."""
        self._check_size(content)
        document = await self._live(tenant, document_id)
        sha256 = sha256_hex(content)
        owner = await self._claim(tenant, sha256, document_id)
        if owner != document_id:
            raise Conflict(
                f"These bytes are document {owner!r} already; delete that one first.", code="duplicate"
            )
        filename, metadata = (
            filename or document.filename,
            document.metadata if metadata is None else metadata,
        )
        unchanged = (sha256, filename, metadata) == (document.sha256, document.filename, document.metadata)
        if unchanged and document.latest <= max(document.version, 1):
            return await self._known(document)
        # The number is reserved before the bytes are written, so two writers never share a version.
        document = await self.catalog.change_document(
            tenant, document_id, lambda found: replace(found, latest=found.latest + 1)
        )
        version = document.latest
        await self.objects.put(version_prefix(tenant, document_id, version) + "original", content)
        # The record keeps describing the visible version; the job carries what the new one will be.
        job = await self._queue(
            replace(document, job_id=job_id_of(document_id, version)),
            filename=filename, metadata=metadata, sha256=sha256, size=len(content),
        )  # fmt: skip
        document = await self.catalog.change_document(
            tenant, document_id, lambda found: replace(found, job_id=max(found.job_id, job.job_id))
        )
        return Accepted(document, job)

    async def retry(self, tenant: str, job_id: str) -> Job:
        """Queue a failed or cancelled job once more."""
        job = await self.catalog.job(tenant, job_id)
        if job.status not in (JobStatus.FAILED, JobStatus.CANCELLED):
            raise Conflict(
                f"Job {job_id!r} is {job.status.value}; only a failed or cancelled one can be retried."
            )
        document = await self._live(tenant, job.document_id)
        if job.version < document.latest:
            raise Conflict(
                f"Job {job_id!r} is of version {job.version}; version {document.latest} came after it."
            )
        job = await self.catalog.save_job(
            replace(job, status=JobStatus.QUEUED, attempts=0, step="", failure=None)
        )
        if document.version == 0:
            await self.catalog.change_document(
                tenant,
                job.document_id,
                lambda found: replace(found, status=DocumentStatus.PENDING, failure=None),
            )
        await self.work.send(job.queue_id)
        return job

    async def _claim(self, tenant: str, sha256: str, document_id: str) -> str:
        """Claim the bytes; a claim whose document has moved on to other bytes is taken over."""
        owner = await self.catalog.claim(tenant, sha256, document_id)
        if owner == document_id:
            return owner
        try:
            holder = await self.catalog.document(tenant, owner)
        except NotFound:
            return owner
        jobs = await self.catalog.all_jobs_of(tenant, owner)
        wanted = any(job.sha256 == sha256 and job.version >= holder.version for job in jobs)
        if holder.status is not DocumentStatus.DELETING and (holder.sha256 == sha256 or wanted):
            return owner
        await self.catalog.release_claim(tenant, sha256, owner)
        return await self.catalog.claim(tenant, sha256, document_id)

    async def cancel(self, tenant: str, job_id: str) -> Job:
        """Stop a job that has not reached its switch; the version that answers now goes on answering."""
        job = await self.catalog.job(tenant, job_id)
        if job.kind is not JobKind.INGEST or job.status.ended or job.step in ("indexing", "publishing"):
            raise Conflict(
                f"Job {job_id!r} is {job.step or job.status.value}; it cannot be cancelled any more."
            )
        failure = Failure("cancelled", "The job was cancelled.", 409)
        job = await self.catalog.save_job(replace(job, status=JobStatus.CANCELLED, failure=failure))
        await self.work.cancel(job.queue_id)
        await self.catalog.change_document(
            tenant, job.document_id,
            lambda found: replace(
                found, failure=failure,
                status=DocumentStatus.FAILED if found.status is DocumentStatus.PENDING else found.status,
            ),
        )  # fmt: skip
        return job

    async def _known(self, document: Document) -> Accepted:
        try:
            job = await self.catalog.job(document.tenant, document.job_id)
        except NotFound:  # the first upload died between the two records
            return Accepted(document, await self._queue(document), document.document_id)
        if job.kind is JobKind.INGEST and job.status in (JobStatus.FAILED, JobStatus.CANCELLED):
            job = await self.retry(document.tenant, job.job_id)
        elif not job.status.ended:
            await self.work.send(job.queue_id)  # no-op when it is queued; mends a death before the first send
        return Accepted(document, job, document.document_id)

    async def _queue(self, document: Document, **of_new_version: Any) -> Job:
        timestamp = self.catalog.timestamp()
        job = Job(
            document.tenant, document.job_id, document.document_id, JobKind.INGEST, JobStatus.QUEUED,
            document.latest, document.filename, document.metadata, document.sha256, document.size,
            created_at=timestamp, updated_at=timestamp,
        )  # fmt: skip
        job = replace(job, **of_new_version)
        try:
            job = await self.catalog.save_job(job)
        except Conflict:  # somebody finished the same half-made upload
            job = await self.catalog.job(document.tenant, document.job_id)
        await self.work.send(job.queue_id)
        return job

    async def _live(self, tenant: str, document_id: str) -> Document:
        document = await self.catalog.document(tenant, document_id)
        if document.status is DocumentStatus.DELETING:
            raise NotFound(f"No document {document_id!r}.", code="document_not_found")
        return document

    def _check_size(self, content: bytes) -> None:
        if len(content) > self.max_bytes:
            raise LimitExceeded(
                f"The document has {len(content):,} bytes; at most {self.max_bytes:,} are taken. "
                "Split it or raise GENAI_MAX_UPLOAD_MB.",
                code="document_too_large",
            )


def clean_filename(raw: str) -> str:
    """The last path part without control and direction-changing characters. Raises BadInput when nothing is left."""
    name = raw.replace("\\", "/").rpartition("/")[2]
    name = "".join(
        letter for letter in name if unicodedata.category(letter) not in ("Cc", "Cf", "Cs")
    ).strip()
    if not name or len(name) > _MAX_FILENAME:
        raise BadInput(
            f"The file name {raw[:80]!r} is empty or longer than {_MAX_FILENAME} characters.",
            code="bad_filename",
        )
    return name


def check_metadata(raw: Mapping[str, Any]) -> Metadata:
    """Flat metadata: scalars or lists of scalars under at most 64 names. Raises BadInput."""
    if (
        len(raw) > _MAX_METADATA_KEYS
        or sum(len(key) + len(str(value)) for key, value in raw.items()) > _MAX_METADATA_CHARS
    ):
        raise BadInput(
            f"Metadata may have {_MAX_METADATA_KEYS} names and {_MAX_METADATA_CHARS:,} characters in all.",
            code="bad_metadata",
        )
    for key, value in raw.items():
        for item in value if isinstance(value, list) else [value]:
            if not isinstance(item, (str, int, float, bool)) and item is not None:
                raise BadInput(
                    f"Metadata {key!r} holds {type(item).__name__}; use text, numbers, true, false or lists of them.",
                    code="bad_metadata",
                )
    return dict(raw)
