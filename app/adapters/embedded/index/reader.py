"""Searching: the newest snapshot, both halves under one filter, fused, and the texts of what is shown."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from app.adapters.embedded.index.catalog import HEADING_BREAK, LIVE, Catalog, chunk_key
from app.adapters.embedded.index.lexical import question_terms, terms
from app.adapters.embedded.index.snapshot import ShardReader, Snapshot
from app.adapters.embedded.index.vectors import nearest
from app.adapters.embedded.index.writer import shard_folder
from app.kernel.documents import Chunk
from app.kernel.errors import BadInput, EmbedderMismatch
from app.kernel.ports.index import Hit, SearchMode, SearchRequest
from app.kernel.retrieval import Fusion, RetrievalProfile, fuse
from app.kernel.wording import asked_about

# Candidates of each half. nDCG@10 stops growing at about 100 on all three sets; below 50 it falls.
_DEPTH = 100
# A reader that loses this many races against publishes goes on with what it has: complete, a moment old.
_MOST_REFRESHES = 8


@dataclass(frozen=True, slots=True)
class Embedding:
    """Whose vectors an index holds, and how they are fused with words."""

    fingerprint: str
    dimensions: int
    profile: RetrievalProfile
    fusion: Fusion


class IndexReader:
    """Finds chunks of the live generation; one instance a process, usable from several threads."""

    def __init__(self, catalog: Catalog, folder: Path, embedding: Embedding) -> None:
        self._catalog = catalog
        self._folder = folder
        self._embedding = embedding
        self._shards: dict[str, tuple[int, ShardReader]] = {}
        self._opening = threading.Lock()

    def rows(self, tenant: str) -> int:
        """How many rows the last search of this tenant went through: an estimate of the next one's cost."""
        known = self._shards.get(tenant)
        return len(known[1].snapshot.matrix) if known else 0

    def search(self, request: SearchRequest) -> list[Hit]:
        if request.mode is not SearchMode.LEXICAL and request.vector is None:
            raise BadInput(f"A {request.mode.value} search needs the vector of its text.")
        with self._current(request.tenant) as (db, snapshot):
            if snapshot is None or snapshot.lexical is None or request.limit <= 0:
                return []
            lexical, vector = self._halves(request, snapshot)
            best = fuse(
                lexical,
                vector,
                lexical_weight=self._embedding.profile.lexical_weight,
                fusion=self._embedding.fusion,
                limit=request.limit,
            )
            found = [(row, score, lexical.get(row), vector.get(row)) for row, score in best]
            return _hits(db, snapshot, found)

    def neighbours(self, hit: Hit, *, radius: int) -> list[Chunk]:
        ordinal = hit.chunk.ordinal
        with self._current(hit.document.tenant) as (db, snapshot):
            found = (
                db.execute(
                    f"SELECT {_CHUNK} FROM chunk WHERE ordinal BETWEEN ? AND ? AND number = ("  # noqa: S608 - fixed text
                    "SELECT number FROM document WHERE shard = ? AND document_id = ? AND version = ? AND state = ?) "
                    "ORDER BY ordinal",
                    (
                        ordinal - radius,
                        ordinal + radius,
                        snapshot.shard,
                        hit.document.document_id,
                        hit.document.version,
                        LIVE,
                    ),
                ).fetchall()
                if snapshot is not None
                else []
            )
        # A version that was replaced since the search is shown as it was found.
        return [_chunk(row) for row in found] or [hit.chunk]

    def coverage(self, tenant: str, question: str, passages: Sequence[str]) -> list[float]:
        asked = set(question_terms(asked_about(question)))
        with self._current(tenant) as (_, snapshot):
            if snapshot is None or snapshot.lexical is None or not asked:
                return [0.0] * len(passages)
            weights = snapshot.lexical.weights(asked)
        total = sum(weights.values())
        if total <= 0:
            return [0.0] * len(passages)
        return [sum(weights[term] for term in asked.intersection(terms(text))) / total for text in passages]

    def _halves(
        self, request: SearchRequest, snapshot: Snapshot
    ) -> tuple[dict[int, float], dict[int, float]]:
        allowed = snapshot.allowed(request.filter)
        depth = max(_DEPTH, request.limit)
        lexical: dict[int, float] = {}
        vector: dict[int, float] = {}
        if not len(allowed.rows) or snapshot.lexical is None:
            return lexical, vector
        if request.mode is not SearchMode.VECTOR:
            lexical = snapshot.lexical.search(request.text, limit=depth, only=allowed.only)
        if request.mode is not SearchMode.LEXICAL and request.vector is not None:
            rows, cosines = nearest(
                snapshot.matrix, request.vector, limit=depth, mask=allowed.mask, rows=allowed.rows
            )
            vector = dict(zip(rows.tolist(), cosines.tolist(), strict=True))
        return lexical, vector

    @contextmanager
    def _current(self, tenant: str) -> Iterator[tuple[sqlite3.Connection, Snapshot | None]]:
        """A read transaction and the snapshot that belongs to it; None when the tenant has nothing."""
        for attempt in range(_MOST_REFRESHES):
            with self._catalog.reading() as db:
                found = db.execute(
                    "SELECT s.id, s.seq, s.forgotten, g.id, g.fingerprint FROM generation g LEFT JOIN shard s "
                    "ON s.generation = g.id AND s.tenant = ? WHERE g.state = 'live'",
                    (tenant,),
                ).fetchone()
                if found is not None and found[4] != self._embedding.fingerprint:
                    raise EmbedderMismatch(
                        f"The index is now built with {found[4]!r}, but this process embeds with "
                        f"{self._embedding.fingerprint!r}; restart it with the matching GENAI_EMBEDDER, or run "
                        "`python -m app.rag reindex --embed`."
                    )
                if found is None or found[0] is None:
                    yield db, None
                    return
                shard, seq, forgotten, generation, _ = found
                reader = self._shard(tenant, shard, generation)
                if reader.snapshot.seq == seq or attempt == _MOST_REFRESHES - 1:
                    yield db, reader.snapshot
                    return
                with suppress(FileNotFoundError):  # another generation has gone live since; look again
                    reader.refresh(db, seq=seq, forgotten=forgotten)

    def _shard(self, tenant: str, shard: int, generation: int) -> ShardReader:
        known = self._shards.get(tenant)
        if known is not None and known[0] == shard:
            return known[1]
        with self._opening:
            known = self._shards.get(tenant)
            if known is None or known[0] != shard:
                folder = shard_folder(self._folder, generation, shard)
                reader = ShardReader(
                    folder, shard=shard, tenant=tenant, dimensions=self._embedding.dimensions
                )
                known = self._shards[tenant] = (shard, reader)
        return known[1]


_CHUNK = 'id, ordinal, start, "end", page, page_starts, headings, text'


def _chunk(row: tuple[int, int, int, int, int | None, str, str, str]) -> Chunk:
    _, ordinal, start, end, page, page_starts, headings, text = row
    starts = tuple((at, new) for at, new in json.loads(page_starts)) if page_starts else ()
    return Chunk(
        ordinal, start, end, text, tuple(headings.split(HEADING_BREAK)) if headings else (), page, starts
    )


def _hits(
    db: sqlite3.Connection, snapshot: Snapshot, found: Sequence[tuple[int, float, float | None, float | None]]
) -> list[Hit]:
    """Texts of the rows, in their order. A row that was removed since the snapshot is left out."""
    keys = [chunk_key(snapshot.shard, row) for row, _, _, _ in found]
    marks = ",".join("?" * len(keys))
    texts = {
        row[0]: row
        for row in db.execute(f"SELECT {_CHUNK} FROM chunk WHERE id IN ({marks})", keys)  # noqa: S608 - marks only
    }
    hits = []
    for key, (row, score, lexical_score, vector_score) in zip(keys, found, strict=True):
        stored = texts.get(key)
        if stored is not None:
            document = snapshot.documents[int(snapshot.numbers[row])].version
            hits.append(Hit(document, _chunk(stored), score, lexical_score, vector_score))
    return hits
