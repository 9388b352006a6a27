"""Rebuilds the search index, and records that were lost, from the object store alone."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.kernel.documents import Chunk, DocumentStatus, DocumentVersion
from app.kernel.errors import Conflict, EmbedderMismatch, NotFound, Unavailable
from app.kernel.ports.embeddings import Embedder
from app.kernel.ports.index import RebuildableIndex
from app.kernel.ports.objects import Objects
from app.rag import layout
from app.rag.catalog import Catalog, Document, job_id_of
from app.rag.ingest import Ingest

if TYPE_CHECKING:
    from app.kernel.ports.embeddings import Matrix

_BATCH = 64
_TRIES = 3


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
                await self._publish(building, batch)
                batch = []
                progress(done)
        await self._publish(building, batch)
        tries: Counter[tuple[str, int]] = Counter()
        while missed := await building.behind():  # came in while we read
            for address in missed:
                place = (address.document_id, address.version)
                tries[place] += 1
                await self._catch_up(building, address, embed=embed, done=done, last=tries[place] >= _TRIES)
        await building.switch()
        await self.index.follow(building)
        progress(done)
        return done

    async def _catch_up(
        self, building: RebuildableIndex, address: DocumentVersion, *, embed: bool, done: Rebuilt, last: bool
    ) -> None:
        prefix = layout.version_prefix(address.tenant, address.document_id, address.version)
        try:
            manifest = layout.decode_manifest(await self.objects.get(prefix + "manifest.json"))
            chunks, vectors = await self._parts(manifest, embed=embed, done=done)
        except NotFound as error:
            if not last:  # replaced or deleted meanwhile: the index tells so when it is asked again
                return
            raise Unavailable(
                f"Document {address.document_id!r} answers queries, but its stored parts are gone ({error.detail}); "
                "delete it or upload it again, then rebuild."
            ) from error
        await building.put(address, chunks, vectors)
        await self._publish(building, [address])

    async def _publish(self, building: RebuildableIndex, batch: list[DocumentVersion]) -> None:
        """Make them visible in the rebuild, but for those that were deleted while they were read."""
        try:
            await building.publish(batch)
        except NotFound:
            for address in batch:
                with suppress(NotFound):
                    await building.publish([address])
        for address in batch:
            with suppress(NotFound):
                document = await self.catalog.document(address.tenant, address.document_id)
                # Described while it was staged, where a description does not reach.
                if (document.filename, document.metadata) != (address.filename, address.metadata):
                    await building.describe(
                        replace(address, filename=document.filename, metadata=document.metadata)
                    )

    async def _current(self, done: Rebuilt) -> AsyncIterator[layout.Manifest]:
        """The manifest of each document's visible version; a document without a record gets one."""
        stored: dict[tuple[str, str], dict[int, str]] = {}
        async for key in self.objects.keys(layout.ROOT):
            if key.endswith("/manifest.json"):
                tenant, document_id, version = key.removeprefix(layout.ROOT).split("/")[:3]
                stored.setdefault((tenant, document_id), {})[int(version)] = key
        for (tenant, document_id), keys in stored.items():
            visible = await self._visible(tenant, document_id, keys, done)
            if visible is None:
                continue
            try:
                yield layout.decode_manifest(await self.objects.get(visible))
            except NotFound:  # replaced or deleted meanwhile; what replaced it is caught up with
                continue

    async def _visible(
        self, tenant: str, document_id: str, keys: dict[int, str], done: Rebuilt
    ) -> str | None:
        """Which of a document's manifests, by version, is the one that answers queries; None when none does.

        One above the record's version was stored by a job that will still publish it, or was cancelled.
        """
        try:
            document = await self.catalog.document(tenant, document_id)
        except NotFound:
            newest = keys[max(keys)]
            return newest if await self._restore(newest, done) else None
        return None if document.status is DocumentStatus.DELETING else keys.get(document.version)

    async def _restore(self, key: str, done: Rebuilt) -> bool:
        manifest = layout.decode_manifest(await self.objects.get(key))
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
