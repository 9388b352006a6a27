"""Records as rows of one SQLite table."""

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.adapters.embedded.sqlite_file import SqliteFile, transaction
from app.kernel.errors import BadInput, Conflict, NotFound
from app.kernel.ports.records import Record, RecordPage

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
  partition TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, revision INTEGER NOT NULL,
  PRIMARY KEY (partition, key)) WITHOUT ROWID;
"""
_MAX_PAGE = 1_000


class SqliteRecords:
    """The Records port; processes on the same folder share the file."""

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, _SCHEMA)

    async def get(self, partition: str, key: str) -> Record:
        return await self._file.run(lambda connection: _get(connection, partition, key))

    async def put(
        self, partition: str, key: str, value: Mapping[str, Any], *, expected: int | None = None
    ) -> Record:
        try:
            text = json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise BadInput(f"The record {partition}/{key} is not JSON: {error}.") from None
        return await self._file.run(lambda connection: _put(connection, partition, key, text, expected))

    async def delete(self, partition: str, key: str, *, expected: int | None = None) -> None:
        await self._file.run(lambda connection: _delete(connection, partition, key, expected))

    async def page(
        self,
        partition: str,
        *,
        prefix: str = "",
        after: str | None = None,
        limit: int = 100,
        descending: bool = False,
    ) -> RecordPage:
        if not 1 <= limit <= _MAX_PAGE:
            raise BadInput(f"A page has 1 to {_MAX_PAGE} records, not {limit}.")
        return await self._file.run(
            lambda connection: _page(connection, partition, prefix, after, limit, descending=descending)
        )

    async def ping(self) -> None:
        await self._file.run(
            lambda connection: connection.execute("SELECT 1 FROM records LIMIT 1").fetchone()
        )

    def close(self) -> None:
        self._file.close()


def _get(connection: sqlite3.Connection, partition: str, key: str) -> Record:
    row = connection.execute(
        "SELECT value, revision FROM records WHERE partition = ? AND key = ?", (partition, key)
    ).fetchone()
    if row is None:
        raise NotFound(f"No record {partition}/{key}.")
    return Record(partition, key, json.loads(row[0]), row[1])


def _put(connection: sqlite3.Connection, partition: str, key: str, text: str, expected: int | None) -> Record:
    with transaction(connection):
        revision = _checked_revision(connection, partition, key, expected) + 1
        connection.execute("REPLACE INTO records VALUES (?, ?, ?, ?)", (partition, key, text, revision))
    return Record(partition, key, json.loads(text), revision)


def _delete(connection: sqlite3.Connection, partition: str, key: str, expected: int | None) -> None:
    with transaction(connection):
        _checked_revision(connection, partition, key, expected)
        connection.execute("DELETE FROM records WHERE partition = ? AND key = ?", (partition, key))


def _checked_revision(connection: sqlite3.Connection, partition: str, key: str, expected: int | None) -> int:
    row = connection.execute(
        "SELECT revision FROM records WHERE partition = ? AND key = ?", (partition, key)
    ).fetchone()
    revision = int(row[0]) if row else 0
    if expected is not None and expected != revision:
        raise Conflict(
            f"The record {partition}/{key} is at revision {revision}, not {expected}; read it again."
        )
    return revision


def _page(
    connection: sqlite3.Connection,
    partition: str,
    prefix: str,
    after: str | None,
    limit: int,
    *,
    descending: bool,
) -> RecordPage:
    query = (
        "SELECT key, value, revision FROM records WHERE partition = ? AND key >= ? AND substr(key, 1, ?) = ?"
    )
    values: list[str | int] = [partition, prefix, len(prefix), prefix]
    if after is not None:
        query += " AND key < ?" if descending else " AND key > ?"
        values.append(after)
    query += " ORDER BY key DESC LIMIT ?" if descending else " ORDER BY key LIMIT ?"
    rows = connection.execute(query, (*values, limit + 1)).fetchall()
    records = [Record(partition, key, json.loads(value), revision) for key, value, revision in rows[:limit]]
    return RecordPage(records, records[-1].key if len(rows) > limit else None)
