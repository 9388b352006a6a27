"""What the index holds, in SQLite: generations, shards, documents and chunk texts; the one place where a switch happens."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.kernel.errors import StartError, Unavailable

# Of the tables and of the files beside them. Files without a number are of layout 1, which came before the numbers.
LAYOUT = 1

STAGED, LIVE, DEAD = 0, 1, 2

# Between the headings of a chunk: the control character made for it, split twenty times faster than JSON is read.
HEADING_BREAK = "\x1f"

_BUSY_S = 30.0

# A generation is one whole index; readers follow the one whose state is 'live'. A shard is one tenant's part
# of a generation. `seq` counts what readers must learn of: a document row or a removal with a larger `seq` than
# the reader's is news. `forgotten`: removals up to here are no longer listed, so an older reader starts afresh.
# secure_delete: the text of a deleted document does not stay behind in free pages.
_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA secure_delete = ON;
CREATE TABLE IF NOT EXISTS generation (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  fingerprint TEXT NOT NULL,
  dimensions INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('live', 'building', 'retired'))
);
CREATE UNIQUE INDEX IF NOT EXISTS one_live_generation ON generation (state) WHERE state = 'live';
CREATE TABLE IF NOT EXISTS shard (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  generation INTEGER NOT NULL REFERENCES generation,
  tenant TEXT NOT NULL,
  seq INTEGER NOT NULL DEFAULT 0,
  forgotten INTEGER NOT NULL DEFAULT 0,
  next_row INTEGER NOT NULL DEFAULT 0,
  UNIQUE (generation, tenant)
);
CREATE TABLE IF NOT EXISTS document (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  shard INTEGER NOT NULL REFERENCES shard,
  document_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  filename TEXT NOT NULL,
  metadata TEXT NOT NULL,
  first_row INTEGER NOT NULL,
  row_count INTEGER NOT NULL,
  state INTEGER NOT NULL,
  seq INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS document_by_id ON document (shard, document_id);
CREATE INDEX IF NOT EXISTS document_by_seq ON document (shard, seq);
CREATE INDEX IF NOT EXISTS document_by_state ON document (state) WHERE state <> 1;
CREATE TABLE IF NOT EXISTS removal (shard INTEGER NOT NULL, seq INTEGER NOT NULL, number INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS removal_by_seq ON removal (shard, seq);
CREATE TABLE IF NOT EXISTS withdrawal (tenant TEXT NOT NULL, document_id TEXT NOT NULL, PRIMARY KEY (tenant, document_id));
CREATE TABLE IF NOT EXISTS chunk (
  id INTEGER PRIMARY KEY,
  number INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  page INTEGER,
  page_starts TEXT NOT NULL,
  headings TEXT NOT NULL,
  text TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS chunk_by_document ON chunk (number, ordinal);
"""

_ROW_BITS = 40


def layout_of(connection: sqlite3.Connection) -> int:
    """0 where nothing was written yet, or no number."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def discard_other_layout(folder: Path) -> None:
    """Remove an index that this version cannot read. For whoever rebuilds it, as it is a cache of the stored documents."""
    path = folder / "catalog.sqlite"
    if not path.exists():
        return
    try:
        connection = sqlite3.connect(path, timeout=_BUSY_S)
        try:
            found = layout_of(connection)
        finally:
            connection.close()
    except sqlite3.Error:
        return  # a damaged one is told when it is opened
    if found not in (0, LAYOUT):
        shutil.rmtree(folder)


def chunk_key(shard: int, row: int) -> int:
    """The primary key of a chunk: one lookup from a row of a shard's vectors to its text."""
    return shard << _ROW_BITS | row


class Catalog:
    """One SQLite file, one connection a thread; many processes read while one at a time writes (WAL)."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._mine = threading.local()
        self._opened: list[sqlite3.Connection] = []
        with self._telling():
            found = layout_of(self.connection())
            self._check_layout(found)
            self.connection().executescript(_SCHEMA)
            if not found:
                self.connection().execute(f"PRAGMA user_version = {LAYOUT}")

    def connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._mine, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                self._path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA secure_delete = ON")
            self._mine.connection = connection
            self._opened.append(connection)
        return connection

    def _check_layout(self, found: int) -> None:
        if found not in (0, LAYOUT):
            self.close()
            age = "an older" if found < LAYOUT else "a newer"
            raise StartError(
                f"The index in {str(self._path.parent)!r} was written by {age} version (layout {found}, this one reads "
                f"{LAYOUT}); stop the service and run `python -m app.rag reindex`, which builds it anew from what is stored."
            )

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A transaction whose reads all see the same moment."""
        with self._telling(), self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that takes the write lock at once, so that what it reads cannot go stale."""
        with self._telling(), self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def close(self) -> None:
        while self._opened:
            self._opened.pop().close()
        self._mine = threading.local()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        connection = self.connection()
        connection.execute(begin)
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise Unavailable(
                f"The index catalog {self._path.name} cannot be used ({error}); retry, and look for a full or "
                "read-only disk when it stays.",
                retry_after_s=1,
            ) from error
