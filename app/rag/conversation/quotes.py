"""Finds every turn and summary that holds words of a document, without looking through all conversations."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from app.kernel.documents import DocumentStatus
from app.kernel.errors import NotFound
from app.kernel.ports.records import all_records
from app.rag.catalog import Catalog
from app.rag.contention import until_written
from app.rag.conversation.exchange import Exchange, from_plain, to_plain
from app.rag.conversation.places import SUMMARY, quotes_of, summaries_of, turns_of

_PAGE = 100


@dataclass(frozen=True, slots=True)
class Quotes:
    """A place is a conversation id with the number of a turn or `summary`."""

    catalog: Catalog

    async def note(self, tenant: str, documents: frozenset[str], place: str) -> None:
        """Before the words themselves: nothing is ever quoted without being found from its document."""
        records, partition = self.catalog.records, quotes_of(tenant)
        await asyncio.gather(*(records.put(partition, f"{one}/{place}", {}) for one in sorted(documents)))

    async def settle(self, tenant: str, documents: frozenset[str], place: str) -> None:
        """After the words were written: take those out whose document went meanwhile."""
        for document_id in documents:
            if await self._gone(tenant, document_id):
                await self._withdraw(tenant, f"{document_id}/{place}", document_id)

    async def drop(self, tenant: str, documents: frozenset[str], place: str) -> None:
        """Forget that a place quoted them: it is gone itself."""
        for document_id in documents:
            await self.catalog.records.delete(quotes_of(tenant), f"{document_id}/{place}")

    async def forget_document(self, tenant: str, document_id: str) -> None:
        """Take what was quoted from a document out of every turn that holds any of it."""
        while places := await self._quoting(tenant, document_id, limit=_PAGE):
            for place in places:
                await self._withdraw(tenant, place, document_id)

    async def residue(self, tenant: str, document_id: str) -> int:
        """How many turns and summaries may still hold words of a document."""
        quoting = all_records(self.catalog.records, quotes_of(tenant), prefix=f"{document_id}/")
        return sum([1 async for _ in quoting])

    async def _gone(self, tenant: str, document_id: str) -> bool:
        try:
            return (await self.catalog.document(tenant, document_id)).status is DocumentStatus.DELETING
        except NotFound:
            return True

    async def _quoting(self, tenant: str, document_id: str, *, limit: int) -> list[str]:
        page = await self.catalog.records.page(quotes_of(tenant), prefix=f"{document_id}/", limit=limit)
        return [record.key for record in page.records]

    async def _withdraw(self, tenant: str, place: str, document_id: str) -> None:
        """Take a document out of one turn or summary, then forget that it was there."""
        key = place.removeprefix(f"{document_id}/")
        if key.endswith(f"/{SUMMARY}"):
            await self.catalog.records.delete(summaries_of(tenant), key.removesuffix(f"/{SUMMARY}"))
        else:
            await self._change_turn(tenant, key, lambda exchange: exchange.without(document_id))
        await self.catalog.records.delete(quotes_of(tenant), place)

    async def _change_turn(self, tenant: str, key: str, change: Callable[[Exchange], Exchange]) -> None:
        async def write() -> None:
            record = await self.catalog.records.get(turns_of(tenant), key)
            changed = to_plain(change(from_plain(record.value)))
            await self.catalog.records.put(turns_of(tenant), key, changed, expected=record.revision)

        with suppress(NotFound):
            await until_written(write, what=f"Turn {key!r}")
