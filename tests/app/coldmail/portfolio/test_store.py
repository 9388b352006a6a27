"""The kept portfolio while several change it, and after a change that was cut short."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.adapters.embedded.records import SqliteRecords
from app.coldmail.portfolio.entries import Entry
from app.coldmail.portfolio.store import Change, Portfolio
from app.kernel.errors import Unavailable
from app.kernel.ports.records import Record, RecordPage

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class _Embedder:
    """Counts what it is asked for."""

    fingerprint = "ones"

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def embed(self, texts: Any, *, kind: str = "document") -> Any:
        self.texts += texts
        return np.ones((len(texts), 2), dtype="<f4") / np.sqrt(2)


class _Dying:
    """Records that take so many writes and then no more."""

    def __init__(self, records: SqliteRecords, writes: int) -> None:
        self._records = records
        self._left = writes

    async def put(
        self, partition: str, key: str, value: Mapping[str, Any], *, expected: int | None = None
    ) -> Record:
        self._spend()
        return await self._records.put(partition, key, value, expected=expected)

    async def delete(self, partition: str, key: str) -> None:
        self._spend()
        await self._records.delete(partition, key)

    async def page(self, partition: str, **wanted: Any) -> RecordPage:
        return await self._records.page(partition, **wanted)

    def _spend(self) -> None:
        if not self._left:
            raise Unavailable("Gone.")
        self._left -= 1


def table(name: str, size: int) -> list[Entry]:
    """Half of it is in every table."""
    common = [
        Entry(f"Common {each}", ("Python",), "", f"https://work.example/{each}") for each in range(size)
    ]
    return [*common, *(Entry(f"{name} {each}", ("Go",), "", "") for each in range(size))]


async def test_of_changes_at_the_same_time_one_holds_as_a_whole(tmp_path: Path) -> None:
    records = SqliteRecords(tmp_path / "records.sqlite")
    tables = [table(name, 4) for name in "ABCDEFGH"]
    portfolio = Portfolio(records, _Embedder())
    for _ in range(3):
        await asyncio.gather(*(portfolio.replace("t", each) for each in tables))
        assert await portfolio.entries("t") in tables
    await portfolio.replace("t", tables[0])
    left = (await records.page("coldmail/t/portfolio", limit=1_000)).records
    assert len(left) == len(tables[0]) + 1  # the order


@pytest.mark.parametrize("writes", range(12))
async def test_a_change_that_is_cut_short_is_there_as_a_whole_or_not_at_all(
    tmp_path: Path, writes: int
) -> None:
    records = SqliteRecords(tmp_path / "records.sqlite")
    before, after = table("A", 3), table("B", 3)
    portfolio = Portfolio(records, _Embedder())
    await portfolio.replace("t", before)
    with suppress(Unavailable):
        await Portfolio(_Dying(records, writes), _Embedder()).replace("t", after)
    assert await portfolio.entries("t") == (before if writes < 4 else after)
    await portfolio.replace("t", after)
    assert await portfolio.entries("t") == after
    assert len((await records.page("coldmail/t/portfolio", limit=1_000)).records) == 7


async def test_what_did_not_change_is_not_embedded_again(tmp_path: Path) -> None:
    embedder = _Embedder()
    portfolio = Portfolio(SqliteRecords(tmp_path / "records.sqlite"), embedder)
    first, second = table("A", 1), table("B", 1)
    assert await portfolio.replace("t", first) == Change(2, 0, 0)
    assert await portfolio.replace("t", [*second, second[0]]) == Change(1, 1, 1)
    assert embedder.texts == ["Common 0\nPython", "A 0\nGo", "B 0\nGo"]
    assert len(await portfolio.nearness("t", "Go")) == 2
