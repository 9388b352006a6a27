"""A leased queue in one SQLite table."""

import asyncio
import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from app.adapters.embedded.sqlite_file import SqliteFile, transaction
from app.kernel.errors import LeaseLost
from app.kernel.ports.work import Lease

_SCHEMA = """
CREATE TABLE IF NOT EXISTS work (
  place INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT NOT NULL UNIQUE,
  ready_at REAL NOT NULL, token TEXT NOT NULL DEFAULT '', attempt INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS work_ready ON work (ready_at);
"""
# A poll costs about 30 µs; 20 ms keeps an upload's wait short without a channel between processes.
_POLL_S = 0.02


class SqliteWork:
    """The Work port. A leased job is a row whose ready_at lies in the future and whose token is set."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._file = SqliteFile(path, _SCHEMA)
        self._clock = clock

    async def send(self, job_id: str) -> None:
        def insert(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR IGNORE INTO work (job_id, ready_at) VALUES (?, ?)", (job_id, self._clock())
            )

        await self._file.run(insert)

    async def receive(self, *, limit: int, lease_s: float, wait_s: float = 0.0) -> Sequence[Lease]:
        deadline = time.monotonic() + wait_s
        while True:
            leases = await self._file.run(lambda connection: self._lease(connection, limit, lease_s))
            if leases or time.monotonic() >= deadline:
                return leases
            await asyncio.sleep(min(_POLL_S, max(0.0, deadline - time.monotonic())))

    async def extend(self, lease: Lease, *, lease_s: float) -> None:
        await self._change(lease, "UPDATE work SET ready_at = ?", self._clock() + lease_s)

    async def finish(self, lease: Lease) -> None:
        await self._change(lease, "DELETE FROM work")

    async def release(self, lease: Lease, *, delay_s: float = 0.0) -> None:
        await self._change(lease, "UPDATE work SET token = '', ready_at = ?", self._clock() + delay_s)

    async def reclaim(self) -> None:
        """Attempts stay counted, and a job that rests after a release goes on resting."""

        def free(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE work SET token = '', ready_at = ? WHERE token <> ''", (self._clock(),))

        await self._file.run(free)

    async def cancel(self, job_id: str) -> bool:
        def remove(connection: sqlite3.Connection) -> bool:
            gone = connection.execute(
                "DELETE FROM work WHERE job_id = ? AND (token = '' OR ready_at <= ?)", (job_id, self._clock())
            )
            return gone.rowcount == 1

        return await self._file.run(remove)

    async def leased(self, job_id: str) -> bool:
        def look(connection: sqlite3.Connection) -> bool:
            held = "SELECT 1 FROM work WHERE job_id = ? AND token <> '' AND ready_at > ?"
            return connection.execute(held, (job_id, self._clock())).fetchone() is not None

        return await self._file.run(look)

    async def depth(self) -> int:
        def count(connection: sqlite3.Connection) -> int:
            return int(connection.execute("SELECT count(*) FROM work").fetchone()[0])

        return await self._file.run(count)

    async def ping(self) -> None:
        await self.depth()

    def close(self) -> None:
        self._file.close()

    def _lease(self, connection: sqlite3.Connection, limit: int, lease_s: float) -> list[Lease]:
        now = self._clock()
        ready = "SELECT place, job_id, attempt FROM work WHERE ready_at <= ? ORDER BY place LIMIT ?"
        if not connection.execute(ready, (now, 1)).fetchone():
            return []  # looked without the write lock: an idle poll disturbs nobody
        with transaction(connection):
            leases = []
            for place, job_id, attempt in connection.execute(ready, (now, limit)).fetchall():
                token = secrets.token_hex(8)
                connection.execute(
                    "UPDATE work SET token = ?, ready_at = ?, attempt = ? WHERE place = ?",
                    (token, now + lease_s, attempt + 1, place),
                )
                leases.append(Lease(job_id, token, attempt + 1))
        return leases

    async def _change(self, lease: Lease, statement: str, *values: float) -> None:
        def change(connection: sqlite3.Connection) -> None:
            # A lease that ran out but was taken by nobody is still ours: the token decides, not the clock.
            done = connection.execute(
                f"{statement} WHERE job_id = ? AND token = ?",
                (*values, lease.job_id, lease.token),
            )
            if done.rowcount != 1:
                raise LeaseLost(f"The lease on job {lease.job_id} is no longer ours.")

        await self._file.run(change)
