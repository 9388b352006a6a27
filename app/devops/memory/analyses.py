"""Analyses as they were given, newest first, with what people said of them."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from app.devops.memory.writes import change, delete_all
from app.kernel.errors import NotFound
from app.kernel.ports.records import Records

Kept = Mapping[str, Any]


def analysis_id(at_ms: int, identity: str) -> str:
    """Sorts by time; the same for the same job, so that work that is done twice is kept once."""
    return f"an_{max(0, at_ms):012x}{sha256(identity.encode()).hexdigest()[:12]}"


class Analyses:
    """One record an analysis under its id. What is kept is masked."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def add(self, tenant: str, kept: Kept) -> None:
        await self._records.put(_partition(tenant), str(kept["id"]), kept)

    async def has(self, tenant: str, id_: str) -> bool:
        try:
            await self._records.get(_partition(tenant), id_)
        except NotFound:
            return False
        return True

    async def get(self, tenant: str, id_: str) -> Kept:
        try:
            return (await self._records.get(_partition(tenant), id_)).value
        except NotFound:
            raise NotFound(f"No analysis {id_[:80]!r}.", code="analysis_not_found") from None

    async def page(self, tenant: str, *, after: str | None, limit: int) -> tuple[list[Kept], str | None]:
        """Newest first, and where to go on."""
        page = await self._records.page(_partition(tenant), after=after, limit=limit, descending=True)
        return [record.value for record in page.records], page.after

    async def note_feedback(self, tenant: str, id_: str, feedback: Mapping[str, Any]) -> Kept:
        await self.get(tenant, id_)
        return await change(
            self._records, _partition(tenant), id_, lambda found: {**found, "feedback": dict(feedback)}
        )

    async def delete(self, tenant: str, id_: str) -> None:
        await self.get(tenant, id_)
        await self._records.delete(_partition(tenant), id_)

    async def delete_all(self, tenant: str) -> int:
        return await delete_all(self._records, _partition(tenant))


def _partition(tenant: str) -> str:
    return f"devops/{tenant}/analyses"
