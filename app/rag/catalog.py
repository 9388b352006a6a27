"""Documents, jobs, content claims and tombstones as typed values over the records port."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

from app.kernel.documents import DocumentStatus, JobKind, JobStatus, Metadata
from app.kernel.errors import Conflict, NotFound
from app.kernel.ports.records import Record, Records, all_records
from app.rag.contention import until_written

_CLAIM_TRIES = 8


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed: a stable code, the words, the HTTP status a waiting caller gets."""

    code: str
    detail: str
    status: int


@dataclass(frozen=True, slots=True)
class Document:
    """`version` is the one that answers queries (0: none yet); `latest` is the newest that was uploaded.

    `described`: the versions up to this one take file name and metadata from here, whatever they came with.
    """

    tenant: str
    document_id: str
    filename: str
    metadata: Metadata
    sha256: str
    size: int
    status: DocumentStatus
    version: int
    latest: int
    created_at: str
    updated_at: str
    job_id: str
    chunks: int = 0
    pages: int | None = None
    title: str | None = None
    warnings: tuple[str, ...] = ()
    failure: Failure | None = None
    described: int = 0
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work on one document. `step` names where it is; `attempts` counts deliveries."""

    tenant: str
    job_id: str
    document_id: str
    kind: JobKind
    status: JobStatus
    version: int
    filename: str
    metadata: Metadata
    sha256: str
    size: int
    created_at: str
    updated_at: str
    step: str = ""
    attempts: int = 0
    failure: Failure | None = None
    revision: int = 0

    @property
    def queue_id(self) -> str:
        """What the work queue carries; ids of tenants and jobs hold no slash."""
        return f"{self.tenant}/{self.job_id}"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """The one line that stays of a deleted document: that it was, and when it went."""

    document_id: str
    job_id: str
    deleted_at: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """Reads and conditional writes. Every method raises NotFound, Conflict or Unavailable as the port does."""

    records: Records
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def timestamp(self) -> str:
        return self.now().isoformat(timespec="milliseconds")

    # documents

    async def document(self, tenant: str, document_id: str) -> Document:
        try:
            return _document(await self.records.get(_documents(tenant), document_id))
        except NotFound:
            raise NotFound(f"No document {document_id!r}.", code="document_not_found") from None

    async def documents(
        self, tenant: str, *, after: str | None, limit: int, newest_first: bool = False
    ) -> tuple[list[Document], str | None]:
        page = await self.records.page(_documents(tenant), after=after, limit=limit, descending=newest_first)
        return [_document(record) for record in page.records], page.after

    async def every_document(self, tenant: str) -> AsyncIterator[Document]:
        async for record in all_records(self.records, _documents(tenant)):
            yield _document(record)

    async def save_document(self, document: Document) -> Document:
        """Write over the revision that was read (0: only when new)."""
        saved = replace(document, updated_at=self.timestamp())
        record = await self.records.put(
            _documents(document.tenant), document.document_id, _plain(saved), expected=document.revision
        )
        return replace(saved, revision=record.revision)

    async def change_document(
        self, tenant: str, document_id: str, change: Callable[[Document], Document]
    ) -> Document:
        """Read, change, write; again when somebody was quicker."""

        async def write() -> Document:
            document = await self.document(tenant, document_id)
            changed = change(document)
            return document if changed == document else await self.save_document(changed)

        return await until_written(write, what=f"Document {document_id!r}")

    # jobs: the id begins with its document's, so that one prefix finds all jobs of a document

    async def job(self, tenant: str, job_id: str) -> Job:
        try:
            return _job(await self.records.get(_jobs(tenant), job_id))
        except NotFound:
            raise NotFound(f"No job {job_id!r}.", code="job_not_found") from None

    async def jobs(
        self,
        tenant: str,
        *,
        document_id: str = "",
        after: str | None = None,
        limit: int = 100,
        newest_first: bool = False,
    ) -> tuple[list[Job], str | None]:
        page = await self.records.page(
            _jobs(tenant), prefix=_job_prefix(document_id), after=after, limit=limit, descending=newest_first
        )
        return [_job(record) for record in page.records], page.after

    async def every_job(self, tenant: str, *, document_id: str = "") -> AsyncIterator[Job]:
        async for record in all_records(self.records, _jobs(tenant), prefix=_job_prefix(document_id)):
            yield _job(record)

    async def save_job(self, job: Job) -> Job:
        saved = replace(job, updated_at=self.timestamp())
        record = await self.records.put(_jobs(job.tenant), job.job_id, _plain(saved), expected=job.revision)
        return replace(saved, revision=record.revision)

    # claims: which document of a tenant holds these bytes

    async def claim(self, tenant: str, sha256: str, document_id: str) -> str:
        """Claim the bytes for a document; returns the document that has them, ours or an earlier one."""
        for _ in range(_CLAIM_TRIES):
            try:
                await self.records.put(_claims(tenant), sha256, {"document_id": document_id}, expected=0)
                return document_id
            except Conflict:
                try:
                    return str((await self.records.get(_claims(tenant), sha256)).value["document_id"])
                except NotFound:
                    continue  # released between the two calls
        raise Conflict("These bytes are being uploaded and deleted by others; try again.")

    async def release_claim(self, tenant: str, sha256: str, document_id: str) -> None:
        """Give the bytes free, unless another document holds them."""
        try:
            record = await self.records.get(_claims(tenant), sha256)
            if record.value["document_id"] == document_id:
                await self.records.delete(_claims(tenant), sha256, expected=record.revision)
        except (NotFound, Conflict):
            return

    # tombstones

    async def bury(self, tenant: str, tombstone: Tombstone) -> None:
        await self.records.put(_tombstones(tenant), tombstone.document_id, asdict(tombstone))

    async def tombstone(self, tenant: str, document_id: str) -> Tombstone:
        record = await self.records.get(_tombstones(tenant), document_id)
        return Tombstone(**record.value)

    async def forget(self, tenant: str, document_id: str) -> None:
        """Remove the document's record and all its jobs; the last job, the deletion's own, goes last.

        A death on the way leaves that job, and with it somebody who finishes.
        """
        await self.forget_belongings(tenant, document_id)
        await self.records.delete(_documents(tenant), document_id)
        for job in await self.all_jobs_of(tenant, document_id):
            await self.records.delete(_jobs(tenant), job.job_id)

    async def forget_job(self, job: Job) -> None:
        await self.records.delete(_jobs(job.tenant), job.job_id)

    async def all_jobs_of(self, tenant: str, document_id: str) -> list[Job]:
        """In their order."""
        return [job async for job in self.every_job(tenant, document_id=document_id)]

    # belongings: records that others keep of a document; each is noted before it is written, so that none is missed

    async def note_belonging(self, tenant: str, document_id: str, *, partition: str, key: str) -> None:
        """Call it before the record is put: the document's deletion removes both."""
        await self.records.put(
            _belongings(tenant), f"{document_id}/{partition}/{key}", {"partition": partition, "key": key}
        )

    async def drop_belonging(self, tenant: str, document_id: str, *, partition: str, key: str) -> None:
        await self.records.delete(partition, key)
        await self.records.delete(_belongings(tenant), f"{document_id}/{partition}/{key}")

    async def forget_belongings(self, tenant: str, document_id: str) -> None:
        async for belonging in self._belongings_of(tenant, document_id):
            await self.drop_belonging(
                tenant, document_id, partition=belonging.value["partition"], key=belonging.value["key"]
            )

    def _belongings_of(self, tenant: str, document_id: str) -> AsyncIterator[Record]:
        return all_records(self.records, _belongings(tenant), prefix=f"{document_id}/")

    async def _residue_of_belongings(self, tenant: str, document_id: str) -> int:
        left = 0
        async for belonging in self._belongings_of(tenant, document_id):
            left += 1
            with suppress(NotFound):
                await self.records.get(belonging.value["partition"], belonging.value["key"])
                left += 1
        return left

    async def residue(self, tenant: str, document_id: str) -> int:
        """Records left of a document besides its tombstone."""
        left = len(await self.all_jobs_of(tenant, document_id))
        left += await self._residue_of_belongings(tenant, document_id)
        try:
            document = await self.document(tenant, document_id)
        except NotFound:
            return left
        try:
            claim = await self.records.get(_claims(tenant), document.sha256)
            return left + 1 + int(claim.value["document_id"] == document_id)
        except NotFound:
            return left + 1


def ingestion_of(document: Document, *, timestamp: str) -> Job:
    """The job that brings the latest version of a document in."""
    return Job(
        document.tenant, document.job_id, document.document_id, JobKind.INGEST, JobStatus.QUEUED,
        document.latest, document.filename, document.metadata, document.sha256, document.size,
        created_at=timestamp, updated_at=timestamp,
    )  # fmt: skip


def job_id_of(document_id: str, number: int) -> str:
    """The number-th job of a document; ids sort in the order of their creation."""
    return f"{_job_prefix(document_id)}{number:06d}"


def document_id_of_job(job_id: str) -> str:
    return "doc_" + job_id.removeprefix("job_").rpartition("_")[0]


def _job_prefix(document_id: str) -> str:
    return f"job_{document_id.removeprefix('doc_')}_" if document_id else "job_"


def _documents(tenant: str) -> str:
    return f"documents#{tenant}"


def _jobs(tenant: str) -> str:
    return f"jobs#{tenant}"


def _claims(tenant: str) -> str:
    return f"claims#{tenant}"


def _belongings(tenant: str) -> str:
    return f"belongings#{tenant}"


def _tombstones(tenant: str) -> str:
    return f"tombstones#{tenant}"


def _plain(value: Document | Job) -> dict[str, Any]:
    # Not asdict, which copies deeply: a job is written a few times and this is a tenth of the cost.
    plain = {name: getattr(value, name) for name in _FIELDS[type(value)]}
    if value.failure is not None:
        plain["failure"] = asdict(value.failure)
    return plain


_FIELDS = {kind: [one.name for one in fields(kind) if one.name != "revision"] for kind in (Document, Job)}


def _failure(raw: Mapping[str, Any] | None) -> Failure | None:
    return Failure(**raw) if raw else None


def _document(record: Record) -> Document:
    value = dict(record.value)
    value["status"] = DocumentStatus(value["status"])
    value["failure"] = _failure(value["failure"])
    value["warnings"] = tuple(value["warnings"])
    return Document(**value, revision=record.revision)


def _job(record: Record) -> Job:
    value = dict(record.value)
    value["kind"], value["status"] = JobKind(value["kind"]), JobStatus(value["status"])
    value["failure"] = _failure(value["failure"])
    return Job(**value, revision=record.revision)
