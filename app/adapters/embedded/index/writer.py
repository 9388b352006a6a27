"""The one process that changes the index: puts, publishes and removes so that a kill at any step leaves it whole."""

import json
import shutil
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.adapters.embedded.index.catalog import DEAD, HEADING_BREAK, LIVE, STAGED, Catalog, chunk_key
from app.adapters.embedded.index.lexical import LexicalWriter
from app.adapters.embedded.index.vectors import VectorWriter
from app.kernel.documents import Chunk, DocumentVersion
from app.kernel.errors import Conflict, EmbedderMismatch, NotFound

if TYPE_CHECKING:
    from app.kernel.ports.embeddings import Matrix

Observer = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class OpenShard:
    """The files of one tenant, open for writing."""

    id: int
    words: LexicalWriter
    vectors: VectorWriter


class IndexWriter:
    """Writes one generation. Its order is what makes a kill harmless:

    put: rows reserved and texts stored as STAGED (one transaction), then vectors, then words (in memory).
    publish: readers are told of the staged documents, words are committed, vectors synced, and one transaction
    makes them LIVE and their predecessors DEAD. remove: words committed without the dead, then their rows go.
    Whatever is STAGED when a writer opens was never acknowledged; it and everything DEAD is swept.
    """

    def __init__(
        self, catalog: Catalog, folder: Path, *, generation: int, dimensions: int, observe: Observer
    ) -> None:
        self._catalog = catalog
        self._folder = folder
        self._generation = generation
        self._dimensions = dimensions
        self._observe = observe
        self._shards: dict[int, OpenShard] = {}
        self._lock = threading.RLock()

    def put(self, document: DocumentVersion, chunks: Sequence[Chunk], vectors: "Matrix") -> None:
        if vectors.shape != (len(chunks), self._dimensions):
            raise EmbedderMismatch(
                f"{len(chunks)} chunks came with vectors of shape {tuple(vectors.shape)}, but this index holds "
                f"{self._dimensions} numbers a chunk; run `python -m app.rag reindex --embed`."
            )
        with self._lock:
            with self._catalog.writing() as db:
                shard, number, first_row = self._reserve(db, document, chunks)
            self._observe("put:reserved")
            files = self._open(shard)
            files.vectors.write(first_row, vectors)
            self._observe("put:vectors")
            files.words.add(chunks, number=number, first_row=first_row)
            self._observe("put:words")

    def publish(self, documents: Sequence[DocumentVersion]) -> None:
        with self._lock:
            with self._catalog.writing() as db:
                touched = self._announce(db, documents)
            self._observe("publish:announced")
            for shard in touched:
                files = self._open(shard)
                files.words.commit()
                files.vectors.sync()
                self._observe("publish:committed")
            with self._catalog.writing() as db:
                for document in documents:
                    _switch(db, self._generation, document)
            self._observe("publish:switched")
            self.sweep(staged=False)

    def sweep(self, *, staged: bool) -> None:
        """Remove what is DEAD in this generation, and what is STAGED as well when no put can be under way."""
        states = (DEAD, STAGED if staged else DEAD)
        with self._lock:
            with self._catalog.reading() as db:
                doomed = db.execute(
                    "SELECT d.shard, d.number, d.first_row, d.row_count FROM document d JOIN shard s ON s.id = d.shard "
                    "WHERE s.generation = ? AND d.state <> 1 AND d.state IN (?, ?)",
                    (self._generation, *states),
                ).fetchall()
            for shard in {row[0] for row in doomed}:
                self._remove(shard, [row[1:] for row in doomed if row[0] == shard])

    def forget_removals(self) -> None:
        """Drop the list of removed numbers; readers from before then start afresh."""
        with self._catalog.writing() as db:
            db.execute(
                "UPDATE shard SET forgotten = seq WHERE generation = ? AND id IN (SELECT shard FROM removal)",
                (self._generation,),
            )
            db.execute(
                "DELETE FROM removal WHERE shard IN (SELECT id FROM shard WHERE generation = ?)",
                (self._generation,),
            )

    def close(self) -> None:
        with self._lock:
            while self._shards:
                _, files = self._shards.popitem()
                files.words.close()
                files.vectors.close()

    def drop_retired(self) -> None:
        """Remove generations that nothing follows any more, rows and files."""
        with self._catalog.writing() as db:
            gone = [row[0] for row in db.execute("SELECT id FROM generation WHERE state = 'retired'")]
            for generation in gone:
                for (shard,) in db.execute(
                    "SELECT id FROM shard WHERE generation = ?", (generation,)
                ).fetchall():
                    low, high = chunk_key(shard, 0), chunk_key(shard + 1, 0)
                    db.execute("DELETE FROM chunk WHERE id >= ? AND id < ?", (low, high))
                    for table in ("document", "removal"):
                        db.execute(f"DELETE FROM {table} WHERE shard = ?", (shard,))  # noqa: S608 - two fixed names
                db.execute("DELETE FROM shard WHERE generation = ?", (generation,))
                db.execute("DELETE FROM generation WHERE id = ?", (generation,))
        for generation in gone:
            shutil.rmtree(generation_folder(self._folder, generation), ignore_errors=True)

    def _reserve(
        self, db: sqlite3.Connection, document: DocumentVersion, chunks: Sequence[Chunk]
    ) -> tuple[int, int, int]:
        state = db.execute("SELECT state FROM generation WHERE id = ?", (self._generation,)).fetchone()
        if state is None or state[0] == "retired":
            raise Conflict(
                "This index was replaced by a rebuilt one; write to that one, or open the index again."
            )
        db.execute(
            "INSERT OR IGNORE INTO shard (generation, tenant) VALUES (?, ?)",
            (self._generation, document.tenant),
        )
        shard, seq, first_row = db.execute(
            "SELECT id, seq, next_row FROM shard WHERE generation = ? AND tenant = ?",
            (self._generation, document.tenant),
        ).fetchone()
        db.execute("UPDATE shard SET next_row = next_row + ? WHERE id = ?", (len(chunks), shard))
        db.execute(
            "UPDATE document SET state = ?, seq = ? WHERE shard = ? AND document_id = ? AND version = ? AND state = ?",
            (DEAD, seq + 1, shard, document.document_id, document.version, STAGED),
        )
        number = db.execute(
            "INSERT INTO document (shard, document_id, version, filename, metadata, first_row, row_count, state, seq) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                shard,
                document.document_id,
                document.version,
                document.filename,
                json.dumps(dict(document.metadata), ensure_ascii=False),
                first_row,
                len(chunks),
                STAGED,
                seq + 1,
            ),
        ).lastrowid
        assert number is not None  # noqa: S101 - an INSERT into a table with a rowid always has one
        db.executemany(
            "INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    chunk_key(shard, row),
                    number,
                    chunk.ordinal,
                    chunk.start,
                    chunk.end,
                    chunk.page,
                    json.dumps(chunk.page_starts) if chunk.page_starts else "",
                    HEADING_BREAK.join(name.replace(HEADING_BREAK, " ") for name in chunk.headings),
                    chunk.text,
                )
                for row, chunk in enumerate(chunks, start=first_row)
            ),
        )
        return shard, number, first_row

    def _announce(self, db: sqlite3.Connection, documents: Sequence[DocumentVersion]) -> list[int]:
        """Tell readers of every staged document before its words can reach them, so that they leave them out."""
        touched: dict[int, None] = {}
        for document in documents:
            found = db.execute(
                "SELECT d.shard FROM document d JOIN shard s ON s.id = d.shard WHERE s.generation = ? AND s.tenant = ? "
                "AND d.document_id = ? AND ((d.version = ? AND d.state = ?) OR (d.version >= ? AND d.state = ?))",
                (
                    self._generation,
                    document.tenant,
                    document.document_id,
                    document.version,
                    STAGED,
                    document.version,
                    LIVE,
                ),
            ).fetchone()
            if found is None:
                raise NotFound(
                    f"Version {document.version} of document {document.document_id!r} has no chunks in the index; "
                    "put it before publishing it."
                )
            touched[found[0]] = None
        for shard in touched:
            _advance(db, shard)
        return list(touched)

    def _remove(self, shard: int, doomed: Sequence[tuple[int, int, int]]) -> None:
        """Take documents (number, first_row, row_count) out of words, vectors and catalog, in this order."""
        files = self._open(shard)
        with self._catalog.writing() as db:
            _advance(db, shard)
        files.words.remove([number for number, _, _ in doomed])
        files.words.commit()
        self._observe("remove:words")
        for _, first_row, row_count in doomed:
            files.vectors.erase(first_row, row_count)
        self._observe("remove:vectors")
        with self._catalog.writing() as db:
            seq = _advance(db, shard)
            for number, first_row, row_count in doomed:
                low = chunk_key(shard, first_row)
                db.execute("DELETE FROM chunk WHERE id >= ? AND id < ?", (low, low + row_count))
                db.execute("DELETE FROM document WHERE number = ?", (number,))
                db.execute("INSERT INTO removal VALUES (?, ?, ?)", (shard, seq, number))
        self._observe("remove:catalog")

    def _open(self, shard: int) -> OpenShard:
        files = self._shards.get(shard)
        if files is None:
            folder = shard_folder(self._folder, self._generation, shard)
            files = OpenShard(
                shard,
                LexicalWriter(folder / "words"),
                VectorWriter(folder / "vectors.f32", dimensions=self._dimensions),
            )
            self._shards[shard] = files
        return files


def generation_folder(folder: Path, generation: int) -> Path:
    return folder / f"generation-{generation}"


def shard_folder(folder: Path, generation: int, shard: int) -> Path:
    return generation_folder(folder, generation) / f"shard-{shard}"


def _advance(db: sqlite3.Connection, shard: int) -> int:
    """Give readers of this shard a reason to look again."""
    seq: int = db.execute("UPDATE shard SET seq = seq + 1 WHERE id = ? RETURNING seq", (shard,)).fetchone()[0]
    return seq


def _switch(db: sqlite3.Connection, generation: int, document: DocumentVersion) -> None:
    """Make the staged version the live one, unless a newer one is."""
    held = db.execute(
        "SELECT d.number, d.shard, d.version, d.state FROM document d JOIN shard s ON s.id = d.shard "
        "WHERE s.generation = ? AND s.tenant = ? AND d.document_id = ?",
        (generation, document.tenant, document.document_id),
    ).fetchall()
    staged = [row for row in held if row[3] == STAGED and row[2] == document.version]
    if not staged:
        return
    live = [row for row in held if row[3] == LIVE]
    withdrawn = db.execute(
        "SELECT 1 FROM withdrawal w JOIN generation g ON g.id = ? AND g.state = 'building' "
        "WHERE w.tenant = ? AND w.document_id = ?",
        (generation, document.tenant, document.document_id),
    ).fetchone()
    number, shard = staged[-1][0], staged[-1][1]
    outdated = withdrawn is not None or any(row[2] > document.version for row in live)
    seq = _advance(db, shard)
    # An older version that is staged was left by a job that this one overtook; nobody will publish it.
    overtaken = [row for row in held if row[3] == STAGED and row[2] < document.version]
    for row in (*overtaken, *(live if not outdated else ())):
        db.execute("UPDATE document SET state = ?, seq = ? WHERE number = ?", (DEAD, seq, row[0]))
    state = DEAD if outdated else LIVE
    db.execute("UPDATE document SET state = ?, seq = ? WHERE number = ?", (state, seq, number))
