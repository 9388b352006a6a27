"""Rebuilds the search index, and records that were lost, from the object store alone."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.kernel.documents import Chunk, DocumentStatus, DocumentVersion
from app.kernel.errors import Conflict, EmbedderMismatch, NotFound
from app.kernel.ports.embeddings import Embedder
from app.kernel.ports.index import RebuildableIndex
from app.kernel.ports.objects import Objects
from app.rag import layout
from app.rag.catalog import Catalog, Document, job_id_of
from app.rag.ingest import Ingest

if TYPE_CHECKING:
    from app.kernel.ports.embeddings import Matrix

_BATCH = 64


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild did."""

    documents: int = 0
    chunks: int = 0
    embedded: int = 0
    restored: int = 0


@dataclass(frozen=True, slots=True)
class Reindex:
    """Fills a new index beside the live one and switches; queries are answered all the while.

    Nothing is embedded again unless `embed`: then documents without vectors of this embedder are cut and
    embedded anew from their stored text.
    """

    catalog: Catalog
    objects: Objects
    index: RebuildableIndex
    embedder: Embedder
    ingest: Ingest

    async def __call__(
        self, *, embed: bool = False, progress: Callable[[Rebuilt], None] = lambda _: None
    ) -> Rebuilt:
        """Raises EmbedderMismatch, before anything changes for searches, when vectors are missing."""
        done = Rebuilt()
        building = await self.index.rebuild(
            fingerprint=self.embedder.fingerprint,
            dimensions=self.embedder.dimensions,
            profile=self.embedder.profile,
        )
        batch: list[DocumentVersion] = []
        async for manifest in self._current(done):
            chunks, vectors = await self._parts(manifest, embed=embed, done=done)
            address = _address(manifest)
            await building.put(address, chunks, vectors)
            batch.append(address)
            done.documents += 1
            done.chunks += len(chunks)
            if len(batch) == _BATCH:
                await building.publish(batch)
                batch = []
                progress(done)
        await building.publish(batch)
        while missed := await building.behind():  # came in while we read
            for address in missed:
                await self._catch_up(building, address, embed=embed, done=done)
        await building.switch()
        await self.index.follow(building)
        progress(done)
        return done

    async def _catch_up(
        self, building: RebuildableIndex, address: DocumentVersion, *, embed: bool, done: Rebuilt
    ) -> None:
        prefix = layout.version_prefix(address.tenant, address.document_id, address.version)
        manifest = layout.decode_manifest(await self.objects.get(prefix + "manifest.json"))
        chunks, vectors = await self._parts(manifest, embed=embed, done=done)
        await building.put(address, chunks, vectors)
        await building.publish([address])

    async def _current(self, done: Rebuilt) -> AsyncIterator[layout.Manifest]:
        """The manifest of each document's visible version; a document without a record gets one."""
        newest: dict[str, layout.Manifest] = {}
        async for key in self.objects.keys(layout.ROOT):
            if not key.endswith("/manifest.json"):
                continue
            manifest = layout.decode_manifest(await self.objects.get(key))
            place = f"{manifest.tenant}/{manifest.document_id}"
            if place not in newest or newest[place].version < manifest.version:
                newest[place] = manifest
        for manifest in newest.values():
            if await self._visible(manifest, done):
                yield manifest

    async def _visible(self, manifest: layout.Manifest, done: Rebuilt) -> bool:
        try:
            document = await self.catalog.document(manifest.tenant, manifest.document_id)
        except NotFound:
            return await self._restore(manifest, done)
        # A manifest above the record's version was stored by a job that will still publish it.
        return document.status is not DocumentStatus.DELETING and document.version == manifest.version

    async def _restore(self, manifest: layout.Manifest, done: Rebuilt) -> bool:
        try:
            await self.catalog.tombstone(manifest.tenant, manifest.document_id)
            return False  # deleted: what is left of it is a deletion's to finish
        except NotFound:
            pass
        document = Document(
            manifest.tenant, manifest.document_id, manifest.filename, manifest.metadata, manifest.sha256, manifest.size,
            DocumentStatus.READY, version=manifest.version, latest=manifest.version, created_at=manifest.created_at,
            updated_at=manifest.created_at, job_id=job_id_of(manifest.document_id, manifest.version),
            chunks=manifest.chunks, pages=manifest.pages, title=manifest.title, warnings=manifest.warnings,
        )  # fmt: skip
        try:
            await self.catalog.save_document(document)
        except Conflict:
            return True  # an upload of it came in at this moment
        await self.catalog.claim(manifest.tenant, manifest.sha256, manifest.document_id)
        done.restored += 1
        return True

    async def _parts(
        self, manifest: layout.Manifest, *, embed: bool, done: Rebuilt
    ) -> "tuple[list[Chunk], Matrix]":
        prefix = layout.version_prefix(manifest.tenant, manifest.document_id, manifest.version)
        extracted = layout.decode_extracted(await self.objects.get(prefix + "extracted.json"))
        if manifest.fingerprint == self.embedder.fingerprint:
            chunks = layout.decode_chunks(await self.objects.get(prefix + "chunks.json"), extracted.text)
            vectors = await self.objects.get(prefix + layout.vectors_name(self.embedder.fingerprint))
            return chunks, layout.decode_vectors(vectors)
        if not embed:
            raise EmbedderMismatch(
                f"Document {manifest.document_id!r} was embedded by {manifest.fingerprint!r}, not by "
                f"{self.embedder.fingerprint!r}; run `python -m app.rag reindex --embed`, or set GENAI_EMBEDDER back."
            )
        chunks = await self.ingest.cut(extracted)
        vectors_now = await self.ingest.embed([piece.indexed_text() for piece in chunks])
        await self.ingest.store(
            replace(manifest, fingerprint=self.embedder.fingerprint), extracted, chunks, vectors_now
        )
        await self.objects.purge(prefix + layout.vectors_name(manifest.fingerprint))
        done.embedded += len(chunks)
        return chunks, vectors_now


def _address(manifest: layout.Manifest) -> DocumentVersion:
    return DocumentVersion(
        manifest.tenant, manifest.document_id, manifest.version, manifest.filename, manifest.metadata
    )
