"""Failures by their fingerprint: how often, since when, where, and what mended them the last time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.devops.memory.fingerprint import Mark
from app.devops.memory.writes import change, delete_all, get_or_empty
from app.kernel.ports.records import Records

_MOST_PLACES = 50
_MOST_FIX_CHARS = 1_000


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a failure was seen. `id` tells it from the others."""

    id: str
    at: str
    repository: str
    job: str
    commit: str


class Failures:
    """One record a fingerprint. Counting the same occurrence again changes nothing while it is among the last ones."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def note(
        self, tenant: str, mark: Mark, *, category: str, occurrence: Occurrence
    ) -> Mapping[str, Any]:
        """The record as it was before this occurrence; {} the first time."""
        before: Mapping[str, Any] = {}

        def counted(found: Mapping[str, Any]) -> Mapping[str, Any]:
            nonlocal before
            seen: Sequence[Mapping[str, str]] = found.get("occurrences", ())
            if any(each["id"] == occurrence.id for each in seen):
                before = {**found, "seen": found["seen"] - 1}  # whoever asks again is not an earlier one
                return found
            before = found
            place = {name: getattr(occurrence, name) for name in ("id", "at", "repository", "job", "commit")}
            return {
                "fingerprint": mark.id,
                "category": category,
                "line": mark.line,
                "seen": found.get("seen", 0) + 1,
                "since": found.get("since", occurrence.at),
                "last_seen": occurrence.at,
                "last_fix": found.get("last_fix", ""),
                "occurrences": [*seen, place][-_MOST_PLACES:],
            }

        await change(self._records, _partition(tenant), mark.id, counted)
        return before

    async def note_fix(self, tenant: str, fingerprint: str, fix: str) -> None:
        """What mended it, as a person said."""
        if await get_or_empty(self._records, _partition(tenant), fingerprint):
            await change(
                self._records,
                _partition(tenant),
                fingerprint,
                lambda found: {**found, "last_fix": fix[:_MOST_FIX_CHARS]},
            )

    async def get(self, tenant: str, fingerprint: str) -> Mapping[str, Any]:
        return await get_or_empty(self._records, _partition(tenant), fingerprint)

    async def page(
        self, tenant: str, *, after: str | None, limit: int
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        """The most often seen first within a page, and where to go on."""
        page = await self._records.page(_partition(tenant), after=after, limit=limit)
        return sorted((record.value for record in page.records), key=lambda found: -found["seen"]), page.after

    async def delete_all(self, tenant: str) -> int:
        return await delete_all(self._records, _partition(tenant))


def _partition(tenant: str) -> str:
    return f"devops/{tenant}/failures"
