"""The embedded index: the port, its generations, and who may write."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from app.adapters.embedded.index.catalog import DEAD, LIVE, Catalog, discard_other_layout
from app.adapters.embedded.index.reader import Embedding, IndexReader
from app.adapters.embedded.index.writer import IndexWriter, Observer
from app.kernel.documents import Chunk, DocumentVersion
from app.kernel.errors import Conflict, EmbedderMismatch
from app.kernel.ports.index import Hit, SearchRequest
from app.kernel.retrieval import Fusion, RetrievalProfile

if TYPE_CHECKING:
    from app.kernel.ports.embeddings import Matrix

# Below this a search takes less than about two milliseconds: not worth handing to a thread.
_INLINE_ROWS = 20_000


def _unobserved(step: str) -> None:
    """Nobody looks on."""


class EmbeddedIndex:
    """One folder, one writing process, any number of reading ones.

    Readers look at the catalog at the start of every search, so that a publish or withdraw is seen at once.
    `withdraw` and `describe` work in every process; `put`, `publish` and `rebuild` only where `writable`.
    """

    def __init__(
        self, folder: Path, catalog: Catalog, embedding: Embedding, *, writable: bool, observe: Observer
    ) -> None:
        self._folder = folder
        self._catalog = catalog
        self._embedding = embedding
        self._writable = writable
        self._observe = observe
        self._generation: int | None = None
        self._writer: IndexWriter | None = None
        self._reader = IndexReader(catalog, folder, embedding)

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        fingerprint: str,
        dimensions: int,
        profile: RetrievalProfile,
        fusion: Fusion = Fusion.MINMAX,
        writable: bool = False,
        observe: Observer = _unobserved,
    ) -> Self:
        """Open the live generation, or begin the first one.

        A writer also sweeps what a killed one left behind. Raises: EmbedderMismatch when the documents in it
        were embedded by another model.
        """
        catalog = Catalog(folder / "catalog.sqlite")
        embedding = Embedding(fingerprint, dimensions, profile, fusion)
        index = cls(folder, catalog, embedding, writable=writable, observe=observe)
        try:
            index._settle()
        except BaseException:
            catalog.close()
            raise
        return index

    async def put(self, document: DocumentVersion, chunks: Sequence[Chunk], vectors: "Matrix") -> None:
        await asyncio.to_thread(self._writing().put, document, chunks, vectors)

    async def publish(self, documents: Sequence[DocumentVersion]) -> None:
        await asyncio.to_thread(self._writing().publish, documents)

    async def describe(self, document: DocumentVersion) -> None:
        await asyncio.to_thread(self._describe, document)

    async def withdraw(self, tenant: str, document_id: str) -> None:
        await asyncio.to_thread(self._withdraw, tenant, document_id)

    async def search(self, request: SearchRequest) -> Sequence[Hit]:
        if self._reader.rows(request.tenant) <= _INLINE_ROWS:
            return self._reader.search(request)
        return await asyncio.to_thread(self._reader.search, request)

    async def neighbours(self, hit: Hit, *, radius: int) -> Sequence[Chunk]:
        return await asyncio.to_thread(self._reader.neighbours, hit, radius=radius)

    async def coverage(self, tenant: str, question: str, passages: Sequence[str]) -> Sequence[float]:
        return self._reader.coverage(tenant, question, passages)

    async def residue(self, tenant: str, document_id: str) -> int:
        return await asyncio.to_thread(self._residue, tenant, document_id)

    async def count(self) -> int:
        return await asyncio.to_thread(self._count)

    async def ping(self) -> None:
        await asyncio.to_thread(self._count)

    async def rebuild(self, *, fingerprint: str, dimensions: int, profile: RetrievalProfile) -> Self:
        """An empty index beside this one, for the same or another embedder, unseen until `switch`.

        What an earlier, unfinished rebuild left is dropped. Put and publish everything in it, until `behind`
        names nothing more, switch, and go on with it instead of this one. Meanwhile this one serves and takes
        changes; what is withdrawn from it cannot come back through the rebuild.
        """
        self._writing()
        return await asyncio.to_thread(self._rebuild, fingerprint, dimensions, profile)

    async def behind(self) -> Sequence[DocumentVersion]:
        """Live document versions that this rebuild does not have yet."""
        return await asyncio.to_thread(self._behind)

    async def switch(self) -> None:
        """Make this rebuild the live index in one transaction; searches follow at once, the old one goes.

        Raises: Conflict when the live index has documents that this one lacks.
        """
        await asyncio.to_thread(self._switch)

    async def follow(self, rebuilt: Self) -> None:
        """Go on as the rebuild that was switched to; its open files become ours."""
        old, self._writer, rebuilt._writer = self._writer, rebuilt._writer, None
        self._generation, self._embedding, self._reader = (
            rebuilt._generation,
            rebuilt._embedding,
            rebuilt._reader,
        )
        if old is not None:
            await asyncio.to_thread(old.close)

    @staticmethod
    def make_way(folder: Path) -> None:
        """Remove an index of another layout, so that `rebuild` can put one of this version in its place."""
        discard_other_layout(folder)

    @staticmethod
    def live_embedder(folder: Path) -> tuple[str, int] | None:
        """Fingerprint and dimensions of the live index in a folder; None when there is none."""
        catalog = Catalog(folder / "catalog.sqlite")
        try:
            with catalog.reading() as db:
                row = db.execute(
                    "SELECT fingerprint, dimensions FROM generation WHERE state = 'live'"
                ).fetchone()
        finally:
            catalog.close()
        return (str(row[0]), int(row[1])) if row else None

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._catalog.close()

    def _writing(self) -> IndexWriter:
        if self._writer is None:
            raise Conflict(
                "This process opened the index for reading; send the change through the ingestion worker."
            )
        return self._writer

    def _settle(self) -> None:
        with self._catalog.writing() as db:
            live = db.execute("SELECT id, fingerprint FROM generation WHERE state = 'live'").fetchone()
            if live is not None and live[1] != self._embedding.fingerprint:
                held = db.execute(
                    "SELECT COUNT(*) FROM document d JOIN shard s ON s.id = d.shard "
                    "WHERE s.generation = ? AND d.state = ?",
                    (live[0], LIVE),
                ).fetchone()[0]
                if held:
                    raise mismatch(live[1], self._embedding.fingerprint, held)
                db.execute("UPDATE generation SET state = 'retired' WHERE id = ?", (live[0],))
                live = None
            if live is None:
                self._generation = db.execute(
                    "INSERT INTO generation (fingerprint, dimensions, state) VALUES (?, ?, 'live')",
                    (self._embedding.fingerprint, self._embedding.dimensions),
                ).lastrowid
            else:
                self._generation = live[0]
        if self._writable:
            self._start_writing()
            self._clean_up()

    def _start_writing(self) -> None:
        assert self._generation is not None  # noqa: S101 - set by every caller
        self._writer = IndexWriter(
            self._catalog,
            self._folder,
            generation=self._generation,
            dimensions=self._embedding.dimensions,
            observe=self._observe,
        )

    def _clean_up(self) -> None:
        writer = self._writing()
        with self._catalog.writing() as db:
            db.execute("UPDATE generation SET state = 'retired' WHERE state = 'building'")
            db.execute("DELETE FROM withdrawal")
        writer.sweep(staged=True)
        writer.forget_removals()
        writer.drop_retired()

    def _describe(self, document: DocumentVersion) -> None:
        with self._catalog.writing() as db:
            held = db.execute(
                "SELECT d.number, d.shard FROM document d JOIN shard s ON s.id = d.shard "
                "WHERE s.tenant = ? AND d.document_id = ? AND d.state = ?",
                (document.tenant, document.document_id, LIVE),
            ).fetchall()
            for number, shard in held:
                db.execute("UPDATE shard SET seq = seq + 1 WHERE id = ?", (shard,))
                db.execute(
                    "UPDATE document SET filename = ?, metadata = ?, seq = (SELECT seq FROM shard WHERE id = ?) "
                    "WHERE number = ?",
                    (
                        document.filename,
                        json.dumps(dict(document.metadata), ensure_ascii=False),
                        shard,
                        number,
                    ),
                )

    def _withdraw(self, tenant: str, document_id: str) -> None:
        with self._catalog.writing() as db:
            held = db.execute(
                "SELECT d.number, d.shard FROM document d JOIN shard s ON s.id = d.shard "
                "WHERE s.tenant = ? AND d.document_id = ? AND d.state <> ?",
                (tenant, document_id, DEAD),
            ).fetchall()
            for number, shard in held:
                db.execute("UPDATE shard SET seq = seq + 1 WHERE id = ?", (shard,))
                db.execute(
                    "UPDATE document SET state = ?, seq = (SELECT seq FROM shard WHERE id = ?) WHERE number = ?",
                    (DEAD, shard, number),
                )
            if db.execute("SELECT 1 FROM generation WHERE state = 'building'").fetchone():
                db.execute("INSERT OR IGNORE INTO withdrawal VALUES (?, ?)", (tenant, document_id))
        self._observe("withdraw:hidden")
        if self._writer is not None:
            self._writer.sweep(staged=False)

    def _residue(self, tenant: str, document_id: str) -> int:
        with self._catalog.reading() as db:
            left: int = db.execute(
                "SELECT COUNT(*) FROM chunk WHERE number IN (SELECT d.number FROM document d "
                "JOIN shard s ON s.id = d.shard WHERE s.tenant = ? AND d.document_id = ?)",
                (tenant, document_id),
            ).fetchone()[0]
        return left

    def _count(self) -> int:
        with self._catalog.reading() as db:
            total: int = db.execute(
                "SELECT COALESCE(SUM(d.row_count), 0) FROM document d JOIN shard s ON s.id = d.shard "
                "JOIN generation g ON g.id = s.generation WHERE g.state = 'live' AND d.state = ?",
                (LIVE,),
            ).fetchone()[0]
        return total

    def _rebuild(self, fingerprint: str, dimensions: int, profile: RetrievalProfile) -> Self:
        with self._catalog.writing() as db:
            db.execute("UPDATE generation SET state = 'retired' WHERE state = 'building'")
            db.execute("DELETE FROM withdrawal")
            generation = db.execute(
                "INSERT INTO generation (fingerprint, dimensions, state) VALUES (?, ?, 'building')",
                (fingerprint, dimensions),
            ).lastrowid
        self._writing().drop_retired()
        built = type(self)(
            self._folder,
            Catalog(self._folder / "catalog.sqlite"),
            Embedding(fingerprint, dimensions, profile, self._embedding.fusion),
            writable=True,
            observe=self._observe,
        )
        built._generation = generation
        built._start_writing()
        return built

    def _behind(self) -> list[DocumentVersion]:
        with self._catalog.reading() as db:
            found = db.execute(
                "SELECT s.tenant, d.document_id, d.version, d.filename, d.metadata FROM document d "
                "JOIN shard s ON s.id = d.shard JOIN generation g ON g.id = s.generation "
                "WHERE g.state = 'live' AND g.id <> ? AND d.state = ? AND NOT EXISTS ("
                "SELECT 1 FROM document n JOIN shard t ON t.id = n.shard WHERE t.generation = ? AND t.tenant = s.tenant "
                "AND n.document_id = d.document_id AND n.version >= d.version AND n.state = ?)",
                (self._generation, LIVE, self._generation, LIVE),
            ).fetchall()
        return [DocumentVersion(row[0], row[1], row[2], row[3], json.loads(row[4])) for row in found]

    def _switch(self) -> None:
        missing = self._behind()
        if missing:
            raise Conflict(
                f"The rebuilt index lacks {len(missing)} live documents, {missing[0].document_id!r} first; "
                "put and publish them, then switch."
            )
        with self._catalog.writing() as db:
            db.execute("UPDATE generation SET state = 'retired' WHERE state = 'live'")
            db.execute("UPDATE generation SET state = 'live' WHERE id = ?", (self._generation,))
            db.execute("DELETE FROM withdrawal")
        self._observe("switch:done")
        self._writing().sweep(staged=False)
        self._writing().drop_retired()


def mismatch(built_by: str, asked_by: str, documents: int) -> EmbedderMismatch:
    return EmbedderMismatch(
        f"The index holds {documents} documents embedded by {built_by!r}, but GENAI_EMBEDDER now gives {asked_by!r}; "
        "run `python -m app.rag reindex --embed`, or set GENAI_EMBEDDER back."
    )
