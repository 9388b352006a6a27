"""How the files of a store stand: what ingestion has made of each, and the counts that clients poll."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from app.kernel.documents import DocumentStatus
from app.kernel.errors import Conflict, NotFound, UnsupportedDocument
from app.rag.catalog import Document, Failure
from app.rag.openai_wire.cursors import Stretch
from app.rag.openai_wire.holdings import Batch, Member
from app.rag.openai_wire.ids import file_id_of
from app.rag.openai_wire.schemas import FileCounts, LastError, StoreFileView
from app.rag.openai_wire.stores import VectorStores
from app.web.problems import STATUS

Standing = Literal["in_progress", "completed", "cancelled", "failed"]

# Every document is cut once, for all stores: chunks of 256 tokens that overlap by 32.
CHUNKING = {"type": "static", "static": {"max_chunk_size_tokens": 256, "chunk_overlap_tokens": 32}}
_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts of a store or batch, and the bytes of its files."""

    counts: FileCounts
    usage_bytes: int


def standing_of(member: Member, document: Document) -> Standing:
    if member.cancelled:
        return "cancelled"
    if document.version:
        return "completed"
    if document.status is DocumentStatus.FAILED:
        return "cancelled" if document.failure and document.failure.code == "cancelled" else "failed"
    return "in_progress"


def file_view(member: Member, document: Document) -> StoreFileView:
    standing = standing_of(member, document)
    return StoreFileView(
        id=file_id_of(member.document_id),
        created_at=member.created_at,
        usage_bytes=document.size if standing == "completed" else 0,
        vector_store_id=member.store_id,
        status=standing,
        last_error=_last_error(document.failure) if standing == "failed" and document.failure else None,
        attributes=dict(member.attributes),
        chunking_strategy=CHUNKING,
    )


async def with_documents(
    stores: VectorStores, tenant: str, members: list[Member]
) -> list[tuple[Member, Document]]:
    """The members whose documents are still there, in order."""

    async def document(member: Member) -> Document | None:
        try:
            return await stores.live_document(tenant, member.document_id)
        except NotFound:
            return None

    found: list[tuple[Member, Document]] = []
    for start in range(0, len(members), _AT_ONCE):
        part = members[start : start + _AT_ONCE]
        documents = await asyncio.gather(*map(document, part))
        found += [(member, one) for member, one in zip(part, documents, strict=True) if one is not None]
    return found


async def count_store(stores: VectorStores, tenant: str, store_id: str) -> Counted:
    """Files that were seen ready before are not looked up again: they stay so until they are deleted."""
    tally = _Tally()
    async for part in _in_parts(stores.members(tenant, store_id)):
        await _count(stores, tenant, part, tally)
    return tally.counted()


async def count_batch(stores: VectorStores, tenant: str, batch: Batch) -> Counted:
    tally, after = _Tally(), None
    while True:
        part, after = await stores.read_batch_members(tenant, batch, Stretch(after, 1_000))
        await _count(stores, tenant, part, tally)
        if after is None:
            return tally.counted()


class _Tally:
    def __init__(self) -> None:
        self._by_standing: dict[str, int] = {}
        self._bytes = 0

    def add(self, standing: Standing, size: int) -> None:
        self._by_standing[standing] = self._by_standing.get(standing, 0) + 1
        self._bytes += size if standing == "completed" else 0

    def counted(self) -> Counted:
        return Counted(FileCounts(**self._by_standing, total=sum(self._by_standing.values())), self._bytes)


async def _count(stores: VectorStores, tenant: str, members: list[Member], tally: _Tally) -> None:
    unsure = []
    for member in members:
        if member.completed_bytes is not None and not member.cancelled:
            tally.add("completed", member.completed_bytes)
        else:
            unsure.append(member)
    for member, document in await with_documents(stores, tenant, unsure):
        standing = standing_of(member, document)
        tally.add(standing, document.size)
        if standing == "completed":
            with suppress(Conflict):  # somebody changed it: the next count notes it
                await _note(stores, tenant, member, document.size)


async def _note(stores: VectorStores, tenant: str, member: Member, size: int) -> None:
    if member.revision:
        await stores.save_member(tenant, replace(member, completed_bytes=size))


async def _in_parts(members: AsyncIterator[Member]) -> AsyncIterator[list[Member]]:
    part: list[Member] = []
    async for member in members:
        part.append(member)
        if len(part) == _AT_ONCE:
            yield part
            part = []
    yield part


def _last_error(failure: Failure) -> LastError:
    if failure.status == STATUS[UnsupportedDocument]:
        return LastError(code="unsupported_file", message=failure.detail)
    return LastError(code="invalid_file" if failure.status < 500 else "server_error", message=failure.detail)
