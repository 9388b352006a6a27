"""What vector stores are made of, as plain values: a store, a document's place in it, a batch of those."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from app.kernel.ports.records import Record

_T = TypeVar("_T")
_DAY_S = 86_400
_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class VectorStore:
    """Times in seconds since 1970. `deleted`: its files are being removed and nobody sees it any more."""

    store_id: str
    name: str
    description: str | None
    metadata: Mapping[str, str]
    expires_after_days: int | None
    created_at: int
    last_active_at: int
    deleted: bool = False
    revision: int = 0

    @property
    def expires_at(self) -> int | None:
        return (
            None
            if self.expires_after_days is None
            else self.last_active_at + self.expires_after_days * _DAY_S
        )


@dataclass(frozen=True, slots=True)
class Member:
    """A document's place in a store. `completed_bytes`: it was seen ready, with this size."""

    store_id: str
    document_id: str
    attributes: Mapping[str, str | bool | int | float]
    created_at: int
    batch_id: str = ""
    cancelled: bool = False
    completed_bytes: int | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    store_id: str
    batch_id: str
    created_at: int
    cancelled: bool = False
    revision: int = 0


def plain(value: VectorStore | Member | Batch) -> dict[str, Any]:
    plain = asdict(value)
    del plain["revision"]
    return plain


def store_of(record: Record) -> VectorStore:
    return VectorStore(**record.value, revision=record.revision)


def member_of(record: Record) -> Member:
    return Member(**record.value, revision=record.revision)


async def side_by_side(items: Sequence[_T], do: Callable[[_T], Awaitable[Any]]) -> None:
    """A few at a time: one after the other, a batch of 2,000 files would take a minute with records behind a network."""
    for part in sliced(items, _AT_ONCE):
        await asyncio.gather(*map(do, part))


def sliced(items: Sequence[_T], size: int) -> list[Sequence[_T]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
