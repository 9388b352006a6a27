"""Drafts as they were written, newest first: searched, exported and deleted, each tenant its own."""

import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.kernel.errors import NotFound
from app.kernel.ports.records import Records

_PAGE = 200
# A search looks through so many drafts at a time and says where to go on.
_MOST_SEEN = 5_000

Draft = Mapping[str, Any]


def new_id() -> str:
    """Ids that sort by the time they were drawn."""
    return f"em_{time.time_ns() // 1_000_000:012x}{secrets.token_hex(6)}"


class History:
    """One record a draft under its id."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def add(self, tenant: str, draft: Draft) -> Draft:
        kept = {**draft, "created_at": datetime.now(UTC).isoformat(timespec="seconds")}
        await self._records.put(_partition(tenant), str(draft["id"]), kept)
        return kept

    async def get(self, tenant: str, draft_id: str) -> Draft:
        try:
            return (await self._records.get(_partition(tenant), draft_id)).value
        except NotFound:
            raise NotFound(f"No e-mail {draft_id!r}.", code="email_not_found") from None

    async def search(
        self, tenant: str, *, query: str = "", after: str | None = None, limit: int = 50
    ) -> tuple[list[Draft], str | None]:
        """Drafts that hold every word of the query somewhere, and where to go on."""
        words = query.casefold().split()
        found: list[Draft] = []
        seen = 0
        while True:
            page = await self._records.page(_partition(tenant), after=after, limit=_PAGE, descending=True)
            for record in page.records:
                after = record.key
                if all(word in _text(record.value) for word in words):
                    found.append(record.value)
                if len(found) == limit:
                    return found, after
            seen += len(page.records)
            if page.after is None:
                return found, None
            if seen >= _MOST_SEEN:
                return found, after
            after = page.after

    async def delete(self, tenant: str, draft_id: str) -> None:
        await self.get(tenant, draft_id)
        await self._records.delete(_partition(tenant), draft_id)

    async def delete_all(self, tenant: str) -> int:
        gone = 0
        while records := (await self._records.page(_partition(tenant), limit=_PAGE)).records:
            for record in records:
                await self._records.delete(_partition(tenant), record.key)
            gone += len(records)
        return gone


def _partition(tenant: str) -> str:
    return f"coldmail/{tenant}/history"


def _text(draft: Draft) -> str:
    job = draft.get("job") or {}
    return "\n".join(
        str(part or "") for part in (draft["subject"], draft["body"], job.get("title"), job.get("company"))
    ).casefold()
