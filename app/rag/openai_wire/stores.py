"""Vector stores, the files in them and their batches, as records written conditionally."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.kernel.documents import DocumentStatus, new_id
from app.kernel.errors import BadInput, Conflict, NotFound
from app.kernel.ports.records import Records, all_records
from app.rag.catalog import Catalog, Document
from app.rag.contention import until_written
from app.rag.openai_wire.cursors import Stretch
from app.rag.openai_wire.holdings import (
    Batch,
    Member,
    VectorStore,
    member_of,
    plain,
    side_by_side,
    store_of,
)

_ID = re.compile(r"(?:vs|vsfb)_[0-9a-f]{27}")
# A search is activity; the record is written again when the minute has changed.
_TOUCH_S = 60
_STORES, _FILES, _BATCHES, _BATCH_FILES = "vector_stores", "vector_store_files", "file_batches", "batch_files"


@dataclass(frozen=True, slots=True)
class VectorStores:
    """Every record of a document here is noted as its belonging, so that its deletion removes it and residue counts it."""

    catalog: Catalog

    @property
    def records(self) -> Records:
        return self.catalog.records

    def now(self) -> int:
        return int(self.catalog.now().timestamp())

    # stores

    async def create(self, tenant: str, **of_store: Any) -> VectorStore:
        now = self.now()
        store = VectorStore(new_id("vs"), created_at=now, last_active_at=now, **of_store)
        return await self._save_store(tenant, store)

    async def store(self, tenant: str, store_id: str) -> VectorStore:
        if not _ID.fullmatch(store_id):
            raise _no_store(store_id)
        try:
            store = store_of(await self.records.get(_in(_STORES, tenant), store_id))
        except NotFound:
            raise _no_store(store_id) from None
        if store.deleted:
            raise _no_store(store_id)
        return store

    async def open(self, tenant: str, store_id: str) -> VectorStore:
        """A store that can be searched and added to, marked as active. Raises BadInput when it has expired."""
        store = await self.store(tenant, store_id)
        now = self.now()
        if self.expired(store):
            raise BadInput(
                f"The vector store {store_id!r} has expired; update its expires_after or make another.",
                code="vector_store_expired", field="vector_store_id",
            )  # fmt: skip
        if now - store.last_active_at >= _TOUCH_S:
            try:
                return await self._save_store(tenant, replace(store, last_active_at=now))
            except Conflict:
                return store  # somebody else is active at this moment
        return store

    def expired(self, store: VectorStore) -> bool:
        return store.expires_at is not None and self.now() >= store.expires_at

    async def change(self, tenant: str, store_id: str, **changes: Any) -> VectorStore:
        """Set fields of the record as it stands."""

        async def write() -> VectorStore:
            return await self._save_store(tenant, replace(await self.store(tenant, store_id), **changes))

        return await until_written(write, what=f"The vector store {store_id!r}")

    async def read_stores(self, tenant: str, stretch: Stretch) -> tuple[list[VectorStore], str | None]:
        page = await self.records.page(
            _in(_STORES, tenant), after=stretch.after, limit=stretch.limit, descending=stretch.descending
        )
        return [store for store in map(store_of, page.records) if not store.deleted], page.after

    async def delete(self, tenant: str, store_id: str) -> None:
        """Unseen at once, then its files leave it, then its batches and itself go; the documents stay."""
        if not (await self.store(tenant, store_id)).deleted:
            await self.change(tenant, store_id, deleted=True)
        members = [member async for member in self.members(tenant, store_id)]
        await side_by_side(members, lambda member: self.remove(tenant, member))
        async for record in all_records(self.records, _in(_BATCHES, tenant), prefix=f"{store_id}/"):
            await self.records.delete(_in(_BATCHES, tenant), record.key)
        await self.records.delete(_in(_STORES, tenant), store_id)

    async def _save_store(self, tenant: str, store: VectorStore) -> VectorStore:
        record = await self.records.put(
            _in(_STORES, tenant), store.store_id, plain(store), expected=store.revision
        )
        return replace(store, revision=record.revision)

    # files of a store

    async def add(
        self,
        tenant: str,
        store_id: str,
        document_id: str,
        *,
        attributes: Mapping[str, str | bool | int | float],
        batch_id: str = "",
    ) -> Member:
        """Put a document into a store; one that is in it already takes the new attributes. Raises NotFound."""
        member = Member(store_id, document_id, attributes, self.now(), batch_id)
        await self._write(tenant, document_id, _FILES, f"{store_id}/{document_id}", plain(member))
        if batch_id:
            await self._write(tenant, document_id, _BATCH_FILES, f"{store_id}/{batch_id}/{document_id}", {})
        try:  # looked at after the write: a deletion from here on finds it
            await self.store(tenant, store_id)
            await self.live_document(tenant, document_id)
        except NotFound:
            await self.remove(tenant, member)
            raise
        return member

    async def live_document(self, tenant: str, document_id: str) -> Document:
        """Raises NotFound for one that is deleted or being deleted."""
        document = await self.catalog.document(tenant, document_id)
        if document.status is DocumentStatus.DELETING:
            raise NotFound(f"No document {document_id!r}.", code="document_not_found")
        return document

    async def member(self, tenant: str, store_id: str, document_id: str) -> Member:
        return member_of(await self.records.get(_in(_FILES, tenant), f"{store_id}/{document_id}"))

    async def save_member(self, tenant: str, member: Member) -> Member:
        key = f"{member.store_id}/{member.document_id}"
        record = await self.records.put(
            _in(_FILES, tenant), key, plain(member), expected=member.revision or None
        )
        return replace(member, revision=record.revision)

    async def read_members(
        self, tenant: str, store_id: str, stretch: Stretch
    ) -> tuple[list[Member], str | None]:
        """By the age of the files."""
        prefix = f"{store_id}/"
        page = await self.records.page(
            _in(_FILES, tenant), prefix=prefix, limit=stretch.limit, descending=stretch.descending,
            after=None if stretch.after is None else prefix + stretch.after,
        )  # fmt: skip
        following = page.after.removeprefix(prefix) if page.after is not None else None
        return [member_of(record) for record in page.records], following

    async def members(self, tenant: str, store_id: str) -> AsyncIterator[Member]:
        async for record in all_records(self.records, _in(_FILES, tenant), prefix=f"{store_id}/"):
            yield member_of(record)

    async def remove(self, tenant: str, member: Member) -> None:
        """Take a document out of a store and of the batch that brought it; the document itself stays."""
        place = f"{member.store_id}/{member.document_id}"
        await self._erase(tenant, member.document_id, _FILES, place)
        if member.batch_id:
            place = f"{member.store_id}/{member.batch_id}/{member.document_id}"
            await self._erase(tenant, member.document_id, _BATCH_FILES, place)

    # batches

    async def create_batch(self, tenant: str, store_id: str) -> Batch:
        return await self.save_batch(tenant, Batch(store_id, new_id("vsfb"), self.now()))

    async def batch(self, tenant: str, store_id: str, batch_id: str) -> Batch:
        await self.store(tenant, store_id)
        missing = NotFound(
            f"No file batch {batch_id[:80]!r} in vector store {store_id!r}.",
            code="file_batch_not_found", field="batch_id",
        )  # fmt: skip
        if not _ID.fullmatch(batch_id):
            raise missing
        try:
            record = await self.records.get(_in(_BATCHES, tenant), f"{store_id}/{batch_id}")
        except NotFound:
            raise missing from None
        return Batch(**record.value, revision=record.revision)

    async def save_batch(self, tenant: str, batch: Batch) -> Batch:
        record = await self.records.put(
            _in(_BATCHES, tenant),
            f"{batch.store_id}/{batch.batch_id}",
            plain(batch),
            expected=batch.revision,
        )
        return replace(batch, revision=record.revision)

    async def read_batch_members(
        self, tenant: str, batch: Batch, stretch: Stretch
    ) -> tuple[list[Member], str | None]:
        prefix = f"{batch.store_id}/{batch.batch_id}/"
        page = await self.records.page(
            _in(_BATCH_FILES, tenant), prefix=prefix, limit=stretch.limit, descending=stretch.descending,
            after=None if stretch.after is None else prefix + stretch.after,
        )  # fmt: skip
        members = []
        for record in page.records:
            try:
                members.append(await self.member(tenant, batch.store_id, record.key.removeprefix(prefix)))
            except NotFound:
                continue  # taken out between the two reads
        return members, page.after.removeprefix(prefix) if page.after is not None else None

    async def _write(
        self, tenant: str, document_id: str, kind: str, key: str, value: Mapping[str, Any]
    ) -> None:
        partition = _in(kind, tenant)
        await self.catalog.note_belonging(tenant, document_id, partition=partition, key=key)
        await self.records.put(partition, key, value)

    async def _erase(self, tenant: str, document_id: str, kind: str, key: str) -> None:
        await self.catalog.drop_belonging(tenant, document_id, partition=_in(kind, tenant), key=key)


def _no_store(store_id: str) -> NotFound:
    return NotFound(
        f"No vector store {store_id[:80]!r}.", code="vector_store_not_found", field="vector_store_id"
    )


def _in(kind: str, tenant: str) -> str:
    return f"{kind}#{tenant}"
