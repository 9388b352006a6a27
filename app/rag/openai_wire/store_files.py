"""The routes of the files in a vector store: put in, looked at, given other attributes, read, taken out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from app.kernel.errors import BadInput, NotFound
from app.rag import layout
from app.rag.catalog import Document
from app.rag.openai_wire.cursors import Paged, Read, Stretch, listing, page_of
from app.rag.openai_wire.holdings import Member, side_by_side
from app.rag.openai_wire.ids import document_id_of, file_id_of, no_such_file
from app.rag.openai_wire.schemas import (
    ChunkingStrategy,
    Deleted,
    FileContent,
    FileContentPage,
    ListOf,
    StoreFileCreate,
    StoreFileUpdate,
    StoreFileView,
)
from app.rag.openai_wire.shape import error_responses
from app.rag.openai_wire.standing import CHUNKING, file_view, standing_of, with_documents
from app.rag.openai_wire.stores import VectorStores
from app.rag.routes.parameters import Tenant
from app.rag.service import RagService

StatusFilter = Annotated[
    Literal["in_progress", "completed", "failed", "cancelled"] | None, Query(alias="filter")
]
# How long the official client's poll helpers wait before they ask again; small files take less than this.
POLL_AFTER_MS = "250"


def add_store_files(router: APIRouter, service: RagService, stores: VectorStores) -> None:
    @router.post(
        "/vector_stores/{vector_store_id}/files", tags=["openai"], responses=error_responses(400, 404)
    )
    async def create_store_file(vector_store_id: str, body: StoreFileCreate, tenant: Tenant) -> StoreFileView:
        check_chunking(body.chunking_strategy)
        document_id = document_id_of(body.file_id)
        await existing_files(stores, tenant, [document_id], field="file_id")
        await stores.open(tenant, vector_store_id)
        member = await stores.add(tenant, vector_store_id, document_id, attributes=body.attributes or {})
        return file_view(member, await stores.live_document(tenant, document_id))

    @router.get(
        "/vector_stores/{vector_store_id}/files", tags=["openai"], responses=error_responses(400, 404)
    )
    async def list_store_files(
        vector_store_id: str, tenant: Tenant, cursor: Paged, status: StatusFilter = None
    ) -> ListOf[StoreFileView]:
        """By the age of the files."""
        await stores.store(tenant, vector_store_id)

        async def read(stretch: Stretch) -> tuple[list[Member], str | None]:
            return await stores.read_members(tenant, vector_store_id, stretch)

        page = await page_of(viewed(stores, tenant, read, status), cursor, key=document_id_of)
        return ListOf[StoreFileView](**listing(page.items, more=page.more))

    @router.get(
        "/vector_stores/{vector_store_id}/files/{file_id}", tags=["openai"], responses=error_responses(404)
    )
    async def retrieve_store_file(
        vector_store_id: str, file_id: str, tenant: Tenant, response: Response
    ) -> StoreFileView:
        view = file_view(*await _member(tenant, vector_store_id, file_id))
        if view.status == "in_progress":
            response.headers["openai-poll-after-ms"] = POLL_AFTER_MS
        return view

    @router.post(
        "/vector_stores/{vector_store_id}/files/{file_id}",
        tags=["openai"],
        responses=error_responses(400, 404),
    )
    async def update_store_file(
        vector_store_id: str, file_id: str, body: StoreFileUpdate, tenant: Tenant
    ) -> StoreFileView:
        member, document = await _member(tenant, vector_store_id, file_id)
        member = await stores.save_member(tenant, replace(member, attributes=body.attributes or {}))
        return file_view(member, document)

    @router.delete(
        "/vector_stores/{vector_store_id}/files/{file_id}", tags=["openai"], responses=error_responses(404)
    )
    async def delete_store_file(vector_store_id: str, file_id: str, tenant: Tenant) -> Deleted:
        """Out of this store; the file itself stays until DELETE /v1/files."""
        member, _ = await _member(tenant, vector_store_id, file_id)
        await stores.remove(tenant, member)
        return Deleted(id=file_id, object="vector_store.file.deleted")

    @router.get(
        "/vector_stores/{vector_store_id}/files/{file_id}/content",
        tags=["openai"],
        responses=error_responses(404),
    )
    async def store_file_content(vector_store_id: str, file_id: str, tenant: Tenant) -> FileContentPage:
        """The text as it was extracted: what the offsets of citations count in."""
        await _member(tenant, vector_store_id, file_id)

        async def text_of(document: Document) -> str:
            prefix = layout.version_prefix(tenant, document.document_id, document.version)
            return layout.decode_extracted(await service.objects.get(prefix + "extracted.json")).text

        _, text = await service.read(tenant, document_id_of(file_id), text_of)
        return FileContentPage(data=[FileContent(text=text)])

    async def _member(tenant: str, store_id: str, file_id: str) -> tuple[Member, Document]:
        await stores.store(tenant, store_id)
        try:
            document_id = document_id_of(file_id)
            member = await stores.member(tenant, store_id, document_id)
            return member, await stores.live_document(tenant, document_id)
        except NotFound:
            raise NotFound(
                f"No file {file_id[:80]!r} in vector store {store_id!r}.",
                code="file_not_found",
                field="file_id",
            ) from None


def viewed(stores: VectorStores, tenant: str, read: Read[Member], status: str | None) -> Read[StoreFileView]:
    """The members of a page as clients see them, those of one status if one is asked for."""

    async def read_views(stretch: Stretch) -> tuple[list[StoreFileView], str | None]:
        members, following = await read(stretch)
        found = await with_documents(stores, tenant, members)
        return [
            file_view(member, document)
            for member, document in found
            if status in (None, standing_of(member, document))
        ], following

    return read_views


async def existing_files(
    stores: VectorStores, tenant: str, document_ids: Sequence[str], *, field: str
) -> None:
    """Raises NotFound for one that is not there, before anything is written."""

    async def check(document_id: str) -> None:
        try:
            await stores.live_document(tenant, document_id)
        except NotFound:
            raise no_such_file(file_id_of(document_id), field=field) from None

    await side_by_side(document_ids, check)


def check_chunking(strategy: ChunkingStrategy | None) -> None:
    """Raises BadInput for another way to cut than the one there is."""
    if strategy is None or strategy.type == "auto" or strategy.model_dump() == CHUNKING:
        return
    raise BadInput(
        "Documents are cut once, for all stores, into chunks of 256 tokens that overlap by 32; use the strategy 'auto'.",
        code="unsupported_value", field="chunking_strategy",
    )  # fmt: skip
