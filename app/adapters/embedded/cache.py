"""Remembered answers and counters in one SQLite file, which may be deleted at any time."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from app.adapters.embedded.sqlite_file import SqliteFile, transaction
from app.kernel.ports.cache import Count

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, value BLOB NOT NULL, gone_at REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entry_gone ON entry (gone_at);
CREATE TABLE IF NOT EXISTS counter (key TEXT PRIMARY KEY, total INTEGER NOT NULL, resets_at REAL NOT NULL) WITHOUT ROWID;
"""


class SqliteCache:
    """The Cache port."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._file = SqliteFile(path, _SCHEMA)
        self._clock = clock

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
                connection.execute("DELETE FROM entry WHERE gone_at <= ?", (now,))
                connection.execute("REPLACE INTO entry VALUES (?, ?, ?)", (key, value, now + ttl_s))

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
            return connection.execute(
                "DELETE FROM entry WHERE substr(key, 1, ?) = ?", (len(prefix), prefix)
            ).rowcount

        return await self._file.run(drop)

    async def residue(self, prefix: str) -> int:
        def left(connection: sqlite3.Connection) -> int:
            return int(
                connection.execute(
                    "SELECT count(*) FROM entry WHERE substr(key, 1, ?) = ?", (len(prefix), prefix)
                ).fetchone()[0]
            )

        return await self._file.run(left)

    async def ping(self) -> None:
        await self.residue("")

    def close(self) -> None:
        self._file.close()
