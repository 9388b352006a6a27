"""Accepts a document: claims its bytes, keeps them, queues the ingestion. After that nothing is lost."""

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.kernel.documents import DocumentStatus, JobKind, JobStatus, Metadata, new_id, sha256_hex
from app.kernel.errors import BadInput, Conflict, LimitExceeded, NotFound
from app.kernel.ports.objects import Objects
from app.kernel.ports.work import Work
from app.rag.catalog import Catalog, Document, Failure, Job, ingestion_of, job_id_of
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
                return await self._known(await self.catalog.document(tenant, document_id), sha256)
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
            return await self._known(await self.catalog.document(tenant, document_id), sha256)
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
            return await self._known(document, sha256)
        # The number is reserved before the bytes are written, so two writers never share a version.
        document = await self.catalog.change_document(
            tenant, document_id, lambda found: replace(_checked_live(found), latest=found.latest + 1)
        )
        version = document.latest
        await self._keep_version(document, sha256, content)
        # The record keeps describing the visible version; the job carries what the new one will be.
        job = await self._queue(
            replace(document, job_id=job_id_of(document_id, version)),
            filename=filename, metadata=metadata, sha256=sha256, size=len(content),
        )  # fmt: skip
        document = await self.catalog.change_document(
            tenant, document_id, lambda found: replace(found, job_id=max(found.job_id, job.job_id))
        )
        return Accepted(document, job)

    async def _keep_version(self, document: Document, sha256: str, content: bytes) -> None:
        """Store the bytes of `latest`; when the document was deleted meanwhile nothing of them may stay."""
        tenant, document_id = document.tenant, document.document_id
        prefix = version_prefix(tenant, document_id, document.latest)
        await self.objects.put(prefix + "original", content)
        try:
            await self._live(tenant, document_id)
        except NotFound:
            await self.objects.purge(prefix)
            await self.catalog.release_claim(tenant, sha256, document_id)
            raise

    async def retry(self, tenant: str, job_id: str) -> Job:
        """Queue a failed or cancelled job once more."""
        job = await self.catalog.job(tenant, job_id)
        if job.status not in (JobStatus.FAILED, JobStatus.CANCELLED):
            raise Conflict(
                f"Job {job_id!r} is {job.status.value}; only a failed or cancelled one can be retried."
            )
        if job.kind is not JobKind.INGEST:
            return await self._queue_again(job)
        document = await self._live(tenant, job.document_id)
        if job.version < document.latest:
            raise Conflict(
                f"Job {job_id!r} is of version {job.version}; version {document.latest} came after it."
            )
        if document.version == 0:
            await self.catalog.change_document(
                tenant,
                job.document_id,
                lambda found: replace(_checked_live(found), status=DocumentStatus.PENDING, failure=None),
            )
        return await self._queue_again(job)

    async def _queue_again(self, job: Job) -> Job:
        try:
            job = await self.catalog.save_job(
                replace(job, status=JobStatus.QUEUED, attempts=0, step="", failure=None)
            )
        except Conflict:  # somebody else queued it again at this moment
            job = await self.catalog.job(job.tenant, job.job_id)
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
        wanted = any(
            job.sha256 == sha256 and (not job.status.ended or job.version == holder.latest) for job in jobs
        )
        if holder.status is not DocumentStatus.DELETING and (holder.sha256 == sha256 or wanted):
            return owner
        await self.catalog.release_claim(tenant, sha256, owner)
        return await self.catalog.claim(tenant, sha256, document_id)

    async def cancel(self, tenant: str, job_id: str) -> Job:
        """Stop a job that has not reached its switch; the version that answers now goes on answering."""
        job = await self._mark_cancelled(
            tenant, job_id, failure := Failure("cancelled", "The job was cancelled.", 409)
        )
        await self.work.cancel(job.queue_id)
        await self.catalog.change_document(
            tenant, job.document_id,
            lambda found: replace(
                found, failure=failure,
                status=DocumentStatus.FAILED if found.status is DocumentStatus.PENDING else found.status,
            ),
        )  # fmt: skip
        return job

    async def _mark_cancelled(self, tenant: str, job_id: str, failure: Failure) -> Job:
        while True:
            job = await self.catalog.job(tenant, job_id)
            if job.kind is not JobKind.INGEST or job.status.ended or job.step in ("indexing", "publishing"):
                raise Conflict(
                    f"Job {job_id!r} is {job.step or job.status.value}; it cannot be cancelled any more."
                )
            try:
                return await self.catalog.save_job(replace(job, status=JobStatus.CANCELLED, failure=failure))
            except Conflict:  # it took its next step at this moment
                continue

    async def _known(self, document: Document, sha256: str) -> Accepted:
        """The job that brought or brings these bytes into the document; a failed one is tried again."""
        jobs = await self.catalog.all_jobs_of(document.tenant, document.document_id)
        of_bytes = [job for job in jobs if job.kind is JobKind.INGEST and job.sha256 == sha256]
        if not of_bytes:  # the first upload died between the two records, or the records were restored
            return Accepted(document, await self._queue(document), document.document_id)
        job = of_bytes[-1]
        visible = document.version > 0 and document.sha256 == sha256
        if job.status in (JobStatus.FAILED, JobStatus.CANCELLED) and not visible:
            job = await self.retry(document.tenant, job.job_id)
        elif not job.status.ended:
            await self.work.send(job.queue_id)  # no-op when it is queued; mends a death before the first send
        return Accepted(document, job, document.document_id)

    async def _queue(self, document: Document, **of_new_version: Any) -> Job:
        job = replace(ingestion_of(document, timestamp=self.catalog.timestamp()), **of_new_version)
        try:
            job = await self.catalog.save_job(job)
        except Conflict:  # somebody finished the same half-made upload
            job = await self.catalog.job(document.tenant, document.job_id)
        await self.work.send(job.queue_id)
        return job

    async def _live(self, tenant: str, document_id: str) -> Document:
        return _checked_live(await self.catalog.document(tenant, document_id))

    def _check_size(self, content: bytes) -> None:
        if len(content) > self.max_bytes:
            raise LimitExceeded(
                f"The document has {len(content):,} bytes; at most {self.max_bytes:,} are taken. "
                "Split it or raise GENAI_MAX_UPLOAD_MB.",
                code="document_too_large",
            )


def _checked_live(document: Document) -> Document:
    if document.status is DocumentStatus.DELETING:
        raise NotFound(f"No document {document.document_id!r}.", code="document_not_found")
    return document


def clean_filename(raw: str) -> str:
    """The last path part without control and direction-changing characters. Raises BadInput when nothing is left."""
    name = raw.replace("\\", "/").rpartition("/")[2]
    name = "".join(
        letter for letter in name if unicodedata.category(letter) not in ("Cc", "Cf", "Cs")
    ).strip()
    if not name or len(name) > _MAX_FILENAME:
        raise BadInput(
            f"The file name {raw[:80]!r} is empty or longer than {_MAX_FILENAME} characters; send another.",
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
            if not (_storable(key) and _storable(item)):
                raise BadInput(
                    f"Metadata {ascii(key)[:80]} holds half a character or a number beyond 64 bits; send other values.",
                    code="bad_metadata",
                )
    return dict(raw)


def _storable(item: Any) -> bool:
    """Whether every store and every JSON reader takes it: no lone surrogates, no NaN, no number beyond 64 bits."""
    if isinstance(item, str):
        return not any("\ud800" <= letter <= "\udfff" for letter in item)
    if isinstance(item, float):
        return math.isfinite(item)
    return not isinstance(item, int) or -(2**63) <= item < 2**63
