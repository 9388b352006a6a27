"""Changes a document's file name or metadata without a new version, in the record, the index and the manifest."""

from dataclasses import dataclass, replace

from app.kernel.documents import DocumentStatus, DocumentVersion, Metadata
from app.kernel.errors import NotFound
from app.kernel.ports.index import Index
from app.kernel.ports.objects import Objects
from app.rag import layout
from app.rag.catalog import Catalog, Document


@dataclass(frozen=True, slots=True)
class Describe:
    """The record decides; `spread` brings the others in step with it."""

    catalog: Catalog
    objects: Objects
    index: Index

    async def __call__(
        self, tenant: str, document_id: str, *, filename: str | None, metadata: Metadata | None
    ) -> Document:
        """Raises NotFound. A version that is on its way takes the new description too, not the one it came with."""

        def change(found: Document) -> Document:
            if found.status is DocumentStatus.DELETING:
                raise NotFound(f"No document {document_id!r}.", code="document_not_found")
            return replace(
                found,
                filename=filename or found.filename,
                metadata=found.metadata if metadata is None else metadata,
                described=found.latest,
            )

        return await self.spread(await self.catalog.change_document(tenant, document_id, change))

    async def spread(self, document: Document) -> Document:
        """Tell the index and the manifest of the visible version; again when another version took its place."""
        while document.version:
            await self.index.describe(
                DocumentVersion(
                    document.tenant, document.document_id, document.version, document.filename,
                    document.metadata,
                )
            )  # fmt: skip
            rewritten = await self._rewrite_manifest(document)
            current = await self.catalog.document(document.tenant, document.document_id)
            if current.version == document.version and current.status is not DocumentStatus.DELETING:
                return current
            if rewritten:  # it may have been removed before we wrote it: a lone manifest must not stay
                await self.objects.purge(_prefix(document))
            if current.status is DocumentStatus.DELETING:
                raise NotFound(f"No document {document.document_id!r}.", code="document_not_found")
            document = current
        return document

    async def _rewrite_manifest(self, document: Document) -> bool:
        # The manifest is what a rebuild reads: it must not bring the old name back.
        key = _prefix(document) + "manifest.json"
        try:
            manifest = layout.decode_manifest(await self.objects.get(key))
        except NotFound:
            return False
        manifest = replace(manifest, filename=document.filename, metadata=document.metadata)
        await self.objects.put(key, layout.encode_manifest(manifest))
        return True


def _prefix(document: Document) -> str:
    return layout.version_prefix(document.tenant, document.document_id, document.version)
