"""Each tenant's pieces of work in the records, with their vectors, brought in step with what is handed in."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.coldmail.portfolio.entries import Entry
from app.kernel.errors import Conflict, Unavailable
from app.kernel.ports.embeddings import Embedder
from app.kernel.ports.records import Record, Records

_PAGE = 200
# The record that says which entries there are and in which order. No entry's key is spelt so.
_ORDER = "order"
_MOST_TRIES = 20


@dataclass(frozen=True, slots=True)
class Change:
    """What a new table did to the old one."""

    added: int
    removed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """Every entry by the key of its record, and the keys that count, in order; others are of a change that is under way or was
    cut short. `revision` of the order.
    """

    found: Mapping[str, Mapping[str, Any]]
    order: tuple[str, ...]
    revision: int

    @property
    def values(self) -> list[Mapping[str, Any]]:
        return [self.found[key] for key in self.order]

    @property
    def key_of(self) -> dict[str, str]:
        """By an entry's id."""
        return {str(self.found[key]["id"]): key for key in self.order}


class Portfolio:
    """Reads and replaces. A vector belongs to the embedder that made it; another one's is made anew when it is needed.

    An entry's record is written once, under a key that nobody uses again. One record says which of them count: a change is there
    with that one write or not at all, and of two at the same time the later one holds.
    """

    def __init__(self, records: Records, embedder: Embedder) -> None:
        self._records = records
        self._embedder = embedder

    async def entries(self, tenant: str) -> list[Entry]:
        return [_entry(value) for value in (await self._kept(tenant)).values]

    async def replace(self, tenant: str, entries: Sequence[Entry]) -> Change:
        """Afterwards there are exactly these, in this order. What did not change is not embedded again.

        Raises Conflict when others changed it all the while.
        """
        wanted = {each.id: each for each in entries}
        made: dict[str, Mapping[str, Any]] = {}
        for _ in range(_MOST_TRIES):
            kept = await self._kept(tenant)
            known = kept.key_of
            fresh = [each for name, each in wanted.items() if name not in known]
            made |= await self._values([each for each in fresh if each.id not in made])
            written = {each.id: f"{each.id}-{secrets.token_hex(6)}" for each in fresh}
            for name, key in written.items():
                await self._records.put(_partition(tenant), key, made[name])
            order = [known.get(name) or written[name] for name in wanted]
            try:
                await self._records.put(_partition(tenant), _ORDER, {"keys": order}, expected=kept.revision)
            except Conflict:
                continue  # somebody's change came first, and sweeps away what was written here
            for key in kept.found.keys() - set(order):
                await self._records.delete(_partition(tenant), key)
            gone = len(known.keys() - wanted.keys())
            return Change(len(fresh), gone, len(wanted) - len(fresh))
        raise Conflict("The portfolio is being changed by others; try again.", code="portfolio_busy")

    async def nearness(self, tenant: str, text: str) -> dict[str, float]:
        """Cosine of each entry to a text, by its id; empty while the embedder is away."""
        import numpy as np

        values = (await self._kept(tenant)).values
        stale = [_entry(value) for value in values if value.get("embedder") != self._embedder.fingerprint]
        try:
            made = {
                name: _unpacked(vector) for name, vector in (await self._vectors(stale)).items() if vector
            }
            [job] = await self._embedder.embed([text], kind="query")
        except Unavailable:
            return {}
        kept = {
            value["id"]: _unpacked(value["vector"])
            for value in values
            if value["id"] not in made and value["vector"]
        }
        return {
            name: float(np.dot(vector, job))
            for name, vector in {**kept, **made}.items()
            if len(vector) == len(job)
        }

    async def _kept(self, tenant: str) -> _Kept:
        """Read again where a change came between the pages of it."""
        for _ in range(_MOST_TRIES):
            found = {record.key: record for record in await self._all(tenant)}
            order = found.pop(_ORDER, None)
            keys = tuple(order.value["keys"]) if order else ()
            if found.keys() >= set(keys):
                values = {key: record.value for key, record in found.items()}
                return _Kept(values, keys, order.revision if order else 0)
        raise Unavailable("The portfolio is being changed by others; try again.")

    async def _all(self, tenant: str) -> list[Record]:
        found: list[Record] = []
        after: str | None = None
        while True:
            page = await self._records.page(_partition(tenant), after=after, limit=_PAGE)
            found += page.records
            if page.after is None:
                return found
            after = page.after

    async def _values(self, entries: Sequence[Entry]) -> dict[str, Mapping[str, Any]]:
        vectors = await self._vectors(entries)
        named = {"embedder": self._embedder.fingerprint}
        return {
            each.id: {**asdict(each), "id": each.id, "vector": vectors.get(each.id), **named}
            for each in entries
        }

    async def _vectors(self, entries: Sequence[Entry]) -> dict[str, str | None]:
        if not entries:
            return {}
        try:
            rows = await self._embedder.embed([each.text for each in entries])
        except Unavailable:
            return {}  # made when they are needed
        return {
            each.id: base64.b64encode(row.astype("<f4").tobytes()).decode("ascii")
            for each, row in zip(entries, rows, strict=True)
        }


def _partition(tenant: str) -> str:
    return f"coldmail/{tenant}/portfolio"


def _entry(value: Mapping[str, Any]) -> Entry:
    return Entry(value["title"], tuple(value["skills"]), value["description"], value["link"])


def _unpacked(vector: str) -> Any:
    import numpy as np

    return np.frombuffer(base64.b64decode(vector), dtype="<f4")
