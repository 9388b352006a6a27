"""The routes of file batches: many files put into a vector store with one request, and followed together."""

from dataclasses import replace

from fastapi import APIRouter, Response

from app.kernel.errors import BadInput
from app.rag.openai_wire.cursors import Paged, Stretch, listing, page_of
from app.rag.openai_wire.holdings import Batch, Member, side_by_side
from app.rag.openai_wire.ids import document_id_of
from app.rag.openai_wire.schemas import BatchCreate, BatchView, ListOf, StoreFileCreate, StoreFileView
from app.rag.openai_wire.shape import error_responses
from app.rag.openai_wire.standing import count_batch, standing_of, with_documents
from app.rag.openai_wire.store_files import (
    POLL_AFTER_MS,
    StatusFilter,
    check_chunking,
    existing_files,
    viewed,
)
from app.rag.openai_wire.stores import VectorStores
from app.rag.routes.parameters import Tenant

_BATCH = "/vector_stores/{vector_store_id}/file_batches/{batch_id}"


def add_file_batches(router: APIRouter, stores: VectorStores) -> None:
    @router.post(
        "/vector_stores/{vector_store_id}/file_batches", tags=["openai"], responses=error_responses(400, 404)
    )
    async def create_batch(vector_store_id: str, body: BatchCreate, tenant: Tenant) -> BatchView:
        """All files or none: one that does not exist refuses the batch."""
        wanted = _wanted(body)
        field = "files" if body.files is not None else "file_ids"
        document_ids = [document_id_of(file.file_id, field=field) for file in wanted]
        await existing_files(stores, tenant, document_ids, field=field)
        await stores.open(tenant, vector_store_id)
        batch = await stores.create_batch(tenant, vector_store_id)
        files = dict(zip(document_ids, wanted, strict=True))
        await side_by_side(
            list(files),
            lambda document_id: stores.add(
                tenant,
                vector_store_id,
                document_id,
                attributes=files[document_id].attributes or {},
                batch_id=batch.batch_id,
            ),
        )
        return await _view(tenant, batch)

    @router.get(_BATCH, tags=["openai"], responses=error_responses(404))
    async def retrieve_batch(
        vector_store_id: str, batch_id: str, tenant: Tenant, response: Response
    ) -> BatchView:
        view = await _view(tenant, await stores.batch(tenant, vector_store_id, batch_id))
        if view.status == "in_progress":
            response.headers["openai-poll-after-ms"] = POLL_AFTER_MS
        return view

    @router.post(f"{_BATCH}/cancel", tags=["openai"], responses=error_responses(404))
    async def cancel_batch(vector_store_id: str, batch_id: str, tenant: Tenant) -> BatchView:
        """Files that are not ready yet do not come into this store; they stay files of the tenant."""
        batch = await stores.batch(tenant, vector_store_id, batch_id)
        if not batch.cancelled:
            batch = await stores.save_batch(tenant, replace(batch, cancelled=True))
        after: str | None = None
        while True:
            members, after = await stores.read_batch_members(tenant, batch, Stretch(after, 1_000))
            for member, document in await with_documents(stores, tenant, members):
                if standing_of(member, document) == "in_progress":
                    await stores.save_member(tenant, replace(member, cancelled=True))
            if after is None:
                return await _view(tenant, batch)

    @router.get(f"{_BATCH}/files", tags=["openai"], responses=error_responses(400, 404))
    async def list_batch_files(
        vector_store_id: str, batch_id: str, tenant: Tenant, cursor: Paged, status: StatusFilter = None
    ) -> ListOf[StoreFileView]:
        batch = await stores.batch(tenant, vector_store_id, batch_id)

        async def read(stretch: Stretch) -> tuple[list[Member], str | None]:
            return await stores.read_batch_members(tenant, batch, stretch)

        page = await page_of(viewed(stores, tenant, read, status), cursor, key=document_id_of)
        return ListOf[StoreFileView](**listing(page.items, more=page.more))

    async def _view(tenant: str, batch: Batch) -> BatchView:
        counts = (await count_batch(stores, tenant, batch)).counts
        under_way = counts.in_progress > 0
        hopeless = counts.total > 0 and counts.failed == counts.total
        return BatchView(
            id=batch.batch_id, created_at=batch.created_at, vector_store_id=batch.store_id, file_counts=counts,
            status="cancelled" if batch.cancelled
            else "in_progress" if under_way
            else "failed" if hopeless
            else "completed",
        )  # fmt: skip


def _wanted(body: BatchCreate) -> list[StoreFileCreate]:
    """Raises BadInput unless exactly one of the two ways to name files is used."""
    if (body.file_ids is None) == (body.files is None):
        raise BadInput(
            "Name the files of a batch by `file_ids` or by `files`, one of the two.",
            code="invalid_value", field="file_ids",
        )  # fmt: skip
    if body.files is not None:
        for file in body.files:
            check_chunking(file.chunking_strategy)
        return body.files
    check_chunking(body.chunking_strategy)
    return [StoreFileCreate(file_id=file_id, attributes=body.attributes) for file_id in body.file_ids or ()]
