"""Small facts under a partition and a key, written conditionally: document states, jobs, keys."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Record:
    """`revision` counts the writes of this record from 1; it is what a conditional write compares."""

    partition: str
    key: str
    value: Mapping[str, Any]
    revision: int


@dataclass(frozen=True, slots=True)
class RecordPage:
    """`after` is the key to continue from, None on the last page."""

    records: Sequence[Record]
    after: str | None


class Records(Protocol):
    """A table of JSON values. Errors: NotFound, Conflict (the condition failed), Unavailable (retryable)."""

    async def get(self, partition: str, key: str) -> Record: ...

    async def put(
        self, partition: str, key: str, value: Mapping[str, Any], *, expected: int | None = None
    ) -> Record:
        """Write the whole value. expected=0: only when absent; n: only over revision n; None: always."""
        ...

    async def delete(self, partition: str, key: str, *, expected: int | None = None) -> None:
        """Remove it; no error when it is absent and no revision was expected."""
        ...

    async def page(
        self,
        partition: str,
        *,
        prefix: str = "",
        after: str | None = None,
        limit: int = 100,
        descending: bool = False,
    ) -> RecordPage:
        """Records of one partition in key order, or from the last key down."""
        ...

    async def ping(self) -> None: ...


async def all_records(
    records: Records, partition: str, *, prefix: str = "", page_size: int = 1_000
) -> AsyncIterator[Record]:
    """Every record whose key begins with `prefix`, by key, a page in memory at a time; it may be deleted on the way."""
    after: str | None = None
    while True:
        page = await records.page(partition, prefix=prefix, after=after, limit=page_size)
        for record in page.records:
            yield record
        after = page.after
        if after is None:
            return
