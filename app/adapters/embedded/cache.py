"""Remembered answers and counters in one SQLite file, which may be deleted, damaged or locked at any time."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from app.adapters.embedded.sqlite_file import transaction
from app.kernel.errors import Unavailable
from app.kernel.ports.cache import Count

_T = TypeVar("_T")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, value BLOB NOT NULL, gone_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS entry_gone ON entry (gone_at);
CREATE TABLE IF NOT EXISTS counter (key TEXT PRIMARY KEY, total INTEGER NOT NULL, resets_at REAL NOT NULL) WITHOUT ROWID;
"""
# No file beside it that processes map into memory (WAL), so that whoever cuts the file cannot kill them; and no
# fsync: after a power cut it may be damaged, and is then begun anew. secure_delete: what was purged is overwritten.
_PRAGMAS = "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=OFF; PRAGMA secure_delete=ON;"
# A question does better without its remembered answer than to wait for it.
_BUSY_S = 0.5
_MAX_MB = 64
# How much of what would go soonest makes room at a time.
_ROOM = 8
# Another process is at it, or the disk is full or read-only: a new file would not help.
_NOT_THE_FILE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_PERM}


class SqliteCache:
    """The Cache port; processes on the same folder share the file. What would go soonest makes room for the new."""

    def __init__(
        self, path: Path, *, clock: Callable[[], float] = time.time, max_mb: float = _MAX_MB
    ) -> None:
        self._file = _LosableFile(path)
        self._clock = clock
        self._max_bytes = int(max_mb * 1_000_000)

    async def get(self, key: str) -> bytes | None:
        def read(connection: sqlite3.Connection) -> bytes | None:
            found = connection.execute(
                "SELECT value FROM entry WHERE key = ? AND gone_at > ?", (key, self._clock())
            ).fetchone()
            return bytes(found[0]) if found else None

        return await self._file.run(read)

    async def put(self, key: str, value: bytes, *, ttl_s: float) -> None:
        def write(connection: sqlite3.Connection) -> None:
            now = self._clock()
            with transaction(connection):
                connection.execute("DELETE FROM entry WHERE key = ? OR gone_at <= ?", (key, now))
                if len(value) * _ROOM > self._max_bytes:
                    return  # it would push out too much of the others
                connection.execute("INSERT INTO entry VALUES (?, ?, ?)", (key, value, now + ttl_s))
                while _used_bytes(connection) > self._max_bytes and _make_room(connection):
                    continue

        await self._file.run(write)

    async def add(self, key: str, amount: int, *, window_s: float) -> Count:
        def count(connection: sqlite3.Connection) -> Count:
            now = self._clock()
            with transaction(connection):
                connection.execute("DELETE FROM counter WHERE resets_at <= ?", (now,))
                total, resets_at = connection.execute(
                    "INSERT INTO counter VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET total = total + excluded.total "
                    "RETURNING total, resets_at",
                    (key, amount, now + window_s),
                ).fetchone()
            return Count(int(total), float(resets_at) - now)

        return await self._file.run(count)

    async def purge(self, prefix: str) -> int:
        def drop(connection: sqlite3.Connection) -> int:
            with transaction(connection):
                connection.execute("DELETE FROM entry WHERE gone_at <= ?", (self._clock(),))
                return connection.execute(
                    "DELETE FROM entry WHERE key >= ? AND substr(key, 1, ?) = ?",
                    (prefix, len(prefix), prefix),
                ).rowcount

        return await self._file.run(drop)

    async def residue(self, prefix: str) -> int:
        def left(connection: sqlite3.Connection) -> int:
            with transaction(connection):
                connection.execute("DELETE FROM entry WHERE gone_at <= ?", (self._clock(),))
                [count] = connection.execute(
                    "SELECT count(*) FROM entry WHERE key >= ? AND substr(key, 1, ?) = ?",
                    (prefix, len(prefix), prefix),
                ).fetchone()
            return int(count)

        return await self._file.run(left)

    async def ping(self) -> None:
        await self._file.run(lambda connection: connection.execute("SELECT 1 FROM entry LIMIT 1").fetchone())

    def close(self) -> None:
        self._file.close()


def _used_bytes(connection: sqlite3.Connection) -> int:
    page_bytes, pages, free = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_size", "page_count", "freelist_count")
    )
    return int(page_bytes * (pages - free))


def _make_room(connection: sqlite3.Connection) -> bool:
    """Drop a part of the entries, those first that would go soonest. False when there is none."""
    dropped = connection.execute(
        "DELETE FROM entry WHERE key IN (SELECT key FROM entry ORDER BY gone_at "
        "LIMIT (SELECT count(*) / ? + 1 FROM entry))",
        (_ROOM,),
    ).rowcount
    return dropped > 0


class _LosableFile:
    """Runs functions of a connection one after the other, off the event loop; a file that is no use is begun anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=path.stem)
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None

    async def run(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Raises Unavailable."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, work)

    def close(self) -> None:
        self._thread.submit(self._close).result()
        self._thread.shutdown()

    def _run(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        try:
            try:
                return work(self._current())
            except (sqlite3.Error, OSError) as error:
                if _primary_code(error) in _NOT_THE_FILE:
                    raise
                self._begin_anew()
                return work(self._current())
        except (sqlite3.Error, OSError) as error:
            raise Unavailable(
                f"The cache {self._path.name} cannot be used ({error}); nothing is remembered or counted meanwhile. "
                "Look for a full, read-only or busy disk when it stays.",
                retry_after_s=1,
            ) from error

    def _current(self) -> sqlite3.Connection:
        """A connection to the file that has the name now: another process may have begun it anew."""
        if self._connection is None or self._opened != self._named():
            self._close()
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                self._path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
            )
            self._connection = connection
            connection.executescript(_PRAGMAS)
            connection.executescript(_SCHEMA)
            self._opened = self._named()
        return self._connection

    def _named(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino

    def _begin_anew(self) -> None:
        # The one that failed, not one that another process has just put in its place.
        failed = self._opened is None or self._opened == self._named()
        self._close()
        if failed:
            for suffix in ("-journal", ""):  # a journal that stays would be played back into the new file
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _close(self) -> None:
        connection, self._connection, self._opened = self._connection, None, None
        if connection is not None:
            connection.close()


def _primary_code(error: Exception) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None
