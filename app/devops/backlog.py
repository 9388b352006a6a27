"""Work that was accepted and is not done: kept in the records, so that a process that dies loses none of it.

Several processes may share it. Whoever wants an entry writes its lease over the revision that it read; who dies lets the
lease run out, and another one takes up the entry. So everything that is done here may be done twice, and has to bear it.
"""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from app.kernel.errors import Conflict, NotFound
from app.kernel.ports.records import Record, Records

_PAGE = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """`value` is what was put in. `attempts` counts this one; `revision` is the lease."""

    key: str
    value: Mapping[str, Any]
    attempts: int
    revision: int


class Backlog:
    """One partition of waiting entries. `lease_s` is longer than any entry takes."""

    def __init__(
        self,
        records: Records,
        partition: str,
        *,
        lease_s: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._records = records
        self._partition = partition
        self._lease_s = lease_s
        self._clock = clock

    async def put(self, key: str, value: Mapping[str, Any]) -> bool:
        """Kept when this returns; False when an entry of this key waits already."""
        entry = {"value": dict(value), "attempts": 0, "ready_at": self._clock(), "error": ""}
        try:
            await self._records.put(self._partition, key, entry, expected=0)
        except Conflict:
            return False
        return True

    async def take(self) -> Entry | None:
        """Lease one entry that is ready; None when there is none."""
        async for record in self._all():
            now = self._clock()
            if record.value["ready_at"] > now:
                continue
            attempts = record.value["attempts"] + 1
            leased = {**record.value, "attempts": attempts, "ready_at": now + self._lease_s}
            with suppress(Conflict, NotFound):  # another process was quicker
                kept = await self._records.put(self._partition, record.key, leased, expected=record.revision)
                return Entry(record.key, record.value["value"], attempts, kept.revision)
        return None

    async def finish(self, entry: Entry) -> None:
        """It is done. When the lease ran out meanwhile, it is whoever has it now who ends it."""
        with suppress(Conflict, NotFound):
            await self._records.delete(self._partition, entry.key, expected=entry.revision)

    async def give_back(self, entry: Entry, *, delay_s: float, error: str) -> None:
        """Try it again later."""
        waiting = {
            "value": dict(entry.value),
            "attempts": entry.attempts,
            "ready_at": self._clock() + delay_s,
            "error": error,
        }
        with suppress(Conflict, NotFound):
            await self._records.put(self._partition, entry.key, waiting, expected=entry.revision)

    async def waiting(self) -> list[Record]:
        """Everything that is not done, for people who look."""
        return [record async for record in self._all()]

    async def _all(self) -> AsyncIterator[Record]:
        after: str | None = None
        while True:
            page = await self._records.page(self._partition, after=after, limit=_PAGE)
            for record in page.records:
                yield record
            if page.after is None:
                return
            after = page.after
