"""The routes of vector stores themselves: named sets of the tenant's files to search in."""

from typing import Any

from fastapi import APIRouter

from app.rag.openai_wire.cursors import Paged, listing, page_of
from app.rag.openai_wire.holdings import VectorStore, side_by_side
from app.rag.openai_wire.ids import document_id_of
from app.rag.openai_wire.schemas import Deleted, ExpiresAfter, ListOf, StoreCreate, StoreUpdate, StoreView
from app.rag.openai_wire.shape import error_responses
from app.rag.openai_wire.standing import count_store
from app.rag.openai_wire.store_files import check_chunking, existing_files
from app.rag.openai_wire.stores import VectorStores
from app.rag.routes.parameters import Tenant


def add_vector_stores(router: APIRouter, stores: VectorStores) -> None:
    @router.post("/vector_stores", tags=["openai"], responses=error_responses(400, 404))
    async def create_store(body: StoreCreate, tenant: Tenant) -> StoreView:
        """A store, with files in it if any are named. They are searched as soon as they are ready."""
        check_chunking(body.chunking_strategy)
        document_ids = [document_id_of(file_id, field="file_ids") for file_id in body.file_ids]
        await existing_files(stores, tenant, document_ids, field="file_ids")
        store = await stores.create(
            tenant, name=body.name, description=body.description, metadata=body.metadata or {},
            expires_after_days=body.expires_after.days if body.expires_after else None,
        )  # fmt: skip
        await side_by_side(
            list(dict.fromkeys(document_ids)),
            lambda document_id: stores.add(tenant, store.store_id, document_id, attributes={}),
        )
        return await _view(tenant, store)

    @router.get("/vector_stores", tags=["openai"], responses=error_responses(400))
    async def list_stores(tenant: Tenant, cursor: Paged) -> ListOf[StoreView]:
        page = await page_of(lambda stretch: stores.read_stores(tenant, stretch), cursor)
        views = [await _view(tenant, store) for store in page.items]
        return ListOf[StoreView](**listing(views, more=page.more))

    @router.get("/vector_stores/{vector_store_id}", tags=["openai"], responses=error_responses(404))
    async def retrieve_store(vector_store_id: str, tenant: Tenant) -> StoreView:
        return await _view(tenant, await stores.store(tenant, vector_store_id))

    @router.post("/vector_stores/{vector_store_id}", tags=["openai"], responses=error_responses(400, 404))
    async def update_store(vector_store_id: str, body: StoreUpdate, tenant: Tenant) -> StoreView:
        """Only what is sent changes; expires_after null lets it live on."""
        changes: dict[str, Any] = {"last_active_at": stores.now()}
        if "name" in body.model_fields_set:
            changes["name"] = body.name or ""
        if "metadata" in body.model_fields_set:
            changes["metadata"] = body.metadata or {}
        if "expires_after" in body.model_fields_set:
            changes["expires_after_days"] = body.expires_after.days if body.expires_after else None
        return await _view(tenant, await stores.change(tenant, vector_store_id, **changes))

    @router.delete("/vector_stores/{vector_store_id}", tags=["openai"], responses=error_responses(404))
    async def delete_store(vector_store_id: str, tenant: Tenant) -> Deleted:
        """The store goes, its files stay."""
        await stores.delete(tenant, vector_store_id)
        return Deleted(id=vector_store_id, object="vector_store.deleted")

    async def _view(tenant: str, store: VectorStore) -> StoreView:
        counted = await count_store(stores, tenant, store.store_id)
        under_way = counted.counts.in_progress > 0
        return StoreView(
            id=store.store_id, created_at=store.created_at, name=store.name, description=store.description,
            usage_bytes=counted.usage_bytes, file_counts=counted.counts,
            status="expired" if stores.expired(store) else "in_progress" if under_way else "completed",
            expires_after=_policy(store), expires_at=store.expires_at, last_active_at=store.last_active_at,
            metadata=dict(store.metadata),
        )  # fmt: skip


def _policy(store: VectorStore) -> ExpiresAfter | None:
    days = store.expires_after_days
    return None if days is None else ExpiresAfter(anchor="last_active_at", days=days)
