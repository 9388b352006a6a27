"""Each tenant's pieces of work in the records, with their vectors, brought in step with what is handed in."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.coldmail.portfolio.entries import Entry
from app.kernel.errors import Unavailable
from app.kernel.ports.embeddings import Embedder
from app.kernel.ports.records import Records

_PAGE = 200


@dataclass(frozen=True, slots=True)
class Change:
    """What a new table did to the old one."""

    added: int
    removed: int
    unchanged: int


class Portfolio:
    """Reads and replaces. A vector belongs to the embedder that made it; another one's is made anew when it is needed."""

    def __init__(self, records: Records, embedder: Embedder) -> None:
        self._records = records
        self._embedder = embedder

    async def entries(self, tenant: str) -> list[Entry]:
        return [_entry(value) for value in await self._values(tenant)]

    async def replace(self, tenant: str, entries: Sequence[Entry]) -> Change:
        """Afterwards there are exactly these, in this order. What did not change is not embedded again."""
        wanted = list({each.id: each for each in entries}.values())
        known = {str(value["id"]): value for value in await self._values(tenant)}
        fresh = [each for each in wanted if each.id not in known]
        vectors = await self._vectors(fresh)
        for place, each in enumerate(wanted):
            value = known.get(each.id) or {
                **asdict(each), "id": each.id, "vector": vectors.get(each.id), "embedder": self._embedder.fingerprint,
            }  # fmt: skip
            if value.get("place") != place:
                await self._records.put(_partition(tenant), each.id, {**value, "place": place})
        gone = known.keys() - {each.id for each in wanted}
        for key in gone:
            await self._records.delete(_partition(tenant), key)
        return Change(len(fresh), len(gone), len(wanted) - len(fresh))

    async def nearness(self, tenant: str, text: str) -> dict[str, float]:
        """Cosine of each entry to a text, by its id; empty while the embedder is away."""
        import numpy as np

        values = await self._values(tenant)
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

    async def _values(self, tenant: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        after: str | None = None
        while True:
            page = await self._records.page(_partition(tenant), after=after, limit=_PAGE)
            found += [record.value for record in page.records]
            if page.after is None:
                return sorted(found, key=lambda value: int(value["place"]))
            after = page.after

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
