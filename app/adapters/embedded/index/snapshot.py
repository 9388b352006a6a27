"""What one process knows of one shard: its documents, words and vectors at one moment, brought up to date cheaply."""

import json
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import tantivy

from app.adapters.embedded.index.catalog import LIVE
from app.adapters.embedded.index.lexical import LexicalMoment, LexicalReader, only_documents
from app.adapters.embedded.index.vectors import Mask, Rows, mapped
from app.kernel.documents import DocumentVersion
from app.kernel.filters import Filter

if TYPE_CHECKING:
    from app.kernel.ports.embeddings import Matrix

_CACHED_FILTERS = 64


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document row of the catalog: where its chunks lie and whether queries may see them."""

    version: DocumentVersion
    first_row: int
    row_count: int
    live: bool


@dataclass(frozen=True, slots=True)
class Allowed:
    """Which rows a search may find; `mask` and `only` are None when that is every row."""

    rows: Rows
    mask: Mask | None
    only: tantivy.Query | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One consistent moment; never changed, so that threads share it without a lock."""

    shard: int
    seq: int
    documents: Mapping[int, StoredDocument]
    numbers: npt.NDArray[np.int64]
    """The document number of each row; 0 where no known document lies."""
    matrix: "Matrix"
    lexical: LexicalMoment | None
    _allowed: dict[str, Allowed] = field(default_factory=dict)

    def allowed(self, wanted: Filter) -> Allowed:
        """The rows of live documents that pass the filter, remembered for this moment."""
        # repr and not the filter itself: 1 and True are equal, and hash alike, but select different documents.
        key = repr(wanted) if wanted else ""
        found = self._allowed.get(key)
        if found is None:
            found = self._decide(wanted)
            if len(self._allowed) >= _CACHED_FILTERS:
                self._allowed.clear()
            self._allowed[key] = found
        return found

    def _decide(self, wanted: Filter) -> Allowed:
        passing, others = [], []
        mask = np.zeros(len(self.matrix), dtype=np.bool_)
        for number, stored in self.documents.items():
            if stored.live and (not wanted or wanted.matches(_fields(stored.version))):
                passing.append(number)
                mask[stored.first_row : stored.first_row + stored.row_count] = True
            else:
                others.append(number)
        rows = np.flatnonzero(mask)
        return Allowed(
            rows=rows,
            mask=None if len(rows) == len(mask) else mask,
            only=only_documents(allowed=passing, others=others),
        )


def _fields(version: DocumentVersion) -> dict[str, object]:
    return {**version.metadata, "document_id": version.document_id, "filename": version.filename}


class ShardReader:
    """Keeps the newest snapshot of one shard in this process."""

    def __init__(self, folder: Path, *, shard: int, tenant: str, dimensions: int) -> None:
        self._folder = folder
        self._shard = shard
        self._tenant = tenant
        self._dimensions = dimensions
        self._lexical: LexicalReader | None = None
        self._refreshing = threading.Lock()
        self.snapshot = Snapshot(
            shard, -1, {}, np.zeros(0, dtype=np.int64), np.zeros((0, dimensions), dtype=np.float32), None
        )

    def refresh(self, db: sqlite3.Connection, *, seq: int, forgotten: int) -> None:
        """Catch up with `seq`, which the transaction of `db` sees.

        The documents are read before words and vectors are reloaded: whatever is live at `seq` was committed
        there earlier. What is removed later moves `seq`, and the caller, who looks again, comes back here.
        """
        with self._refreshing:
            known = self.snapshot
            if known.seq >= seq:
                return
            afresh = known.seq < forgotten
            documents = {} if afresh else dict(known.documents)
            if not afresh:
                for (number,) in db.execute(
                    "SELECT number FROM removal WHERE shard = ? AND seq > ?", (self._shard, known.seq)
                ):
                    documents.pop(number, None)
            documents.update(self._news(db, after=-1 if afresh else known.seq))
            if self._lexical is None and any(stored.live for stored in documents.values()):
                self._lexical = LexicalReader(self._folder / "words")
            elif self._lexical is not None:
                self._lexical.reload()
            matrix = mapped(self._folder / "vectors.f32", dimensions=self._dimensions)
            self.snapshot = Snapshot(
                shard=self._shard,
                seq=seq,
                documents=documents,
                numbers=_numbers(documents, rows=len(matrix)),
                matrix=matrix,
                lexical=self._lexical.moment() if self._lexical is not None else None,
            )

    def _news(self, db: sqlite3.Connection, *, after: int) -> dict[int, StoredDocument]:
        found = db.execute(
            "SELECT number, document_id, version, filename, metadata, first_row, row_count, state "
            "FROM document WHERE shard = ? AND seq > ?",
            (self._shard, after),
        )
        return {
            number: StoredDocument(
                DocumentVersion(self._tenant, document_id, version, filename, json.loads(metadata)),
                first_row,
                row_count,
                state == LIVE,
            )
            for number, document_id, version, filename, metadata, first_row, row_count, state in found
        }


def _numbers(documents: Mapping[int, StoredDocument], *, rows: int) -> npt.NDArray[np.int64]:
    numbers = np.zeros(rows, dtype=np.int64)
    for number, stored in documents.items():
        numbers[stored.first_row : stored.first_row + stored.row_count] = number
    return numbers
