"""Keeps conversations in records: a head for each session and a record for each turn, as places.py has them.

A session that is deleted and used again is another conversation: what a slow request still writes for the old one
is found under the old id and removed.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.kernel.documents import new_id
from app.kernel.errors import BadInput, Conflict, NotFound
from app.kernel.ports.records import Record, all_records
from app.rag.catalog import Catalog
from app.rag.contention import until_written
from app.rag.conversation.exchange import Exchange, from_plain, to_plain
from app.rag.conversation.places import SUMMARY, ages_of, heads_of, summaries_of, turn_key, turns_of
from app.rag.conversation.quotes import Quotes

# Older turns than these are forgotten one by one.
MOST_TURNS = 500
# Not a dot first: clients take `.` and `..` out of an address before they ask.
SESSION_ID = r"[A-Za-z0-9_:@+=~-][A-Za-z0-9._:@+=~-]{0,127}"
_TITLE_CHARS = 120
_PAGE = 100
_EXPIRED_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Conversation:
    """`turns` counts all there ever were; the last MOST_TURNS of them are kept."""

    session_id: str
    conversation_id: str
    title: str
    created_at: str
    updated_at: str
    turns: int
    revision: int = 0

    @property
    def kept(self) -> int:
        return min(self.turns, MOST_TURNS)


@dataclass(frozen=True, slots=True)
class Summary:
    """What turns 1 to `through` said, in a model's words; `sources` are the documents those words may come from."""

    text: str
    through: int
    sources: tuple[str, ...]


def check_session_id(session_id: str) -> str:
    """Raises BadInput for one that could not stand in an address."""
    if not re.fullmatch(SESSION_ID, session_id):
        raise BadInput(
            "A session_id has 1 to 128 letters, digits and . _ : @ + = ~ - and begins with no dot; send another or none.",
            code="bad_session_id",
        )
    return session_id


@dataclass(frozen=True, slots=True)
class Conversations:
    """Every method is bound to a tenant: another one's session is simply not there."""

    catalog: Catalog
    keep_days: int = 90

    @property
    def quotes(self) -> Quotes:
        return Quotes(self.catalog)

    async def find(self, tenant: str, session_id: str) -> Conversation:
        """Raises NotFound, also for one that nobody has used for `keep_days`."""
        try:
            found = _conversation(
                await self.catalog.records.get(heads_of(tenant), check_session_id(session_id))
            )
        except NotFound:
            raise _missing(session_id) from None
        if self._expired(found.updated_at):
            raise _missing(session_id)
        return found

    async def page(
        self, tenant: str, *, after: str | None, limit: int, newest_first: bool
    ) -> tuple[list[Conversation], str | None]:
        """Conversations by the time they began."""
        page = await self.catalog.records.page(
            ages_of(tenant), after=after, limit=limit, descending=newest_first
        )
        found = await asyncio.gather(*(self._of_age(tenant, record) for record in page.records))
        return [one for one in found if one is not None], page.after

    async def turns(
        self,
        tenant: str,
        conversation: Conversation,
        *,
        after: str | None,
        limit: int,
        newest_first: bool = False,
    ) -> tuple[list[Exchange], str | None]:
        """A page of turns, oldest first; `after` is the number of the last one."""
        prefix = f"{conversation.conversation_id}/"
        page = await self.catalog.records.page(
            turns_of(tenant), prefix=prefix, after=f"{prefix}{after}" if after else None, limit=limit,
            descending=newest_first,
        )  # fmt: skip
        following = page.after.removeprefix(prefix) if page.after else None
        return [from_plain(record.value) for record in page.records], following

    async def all_turns(self, tenant: str, conversation: Conversation) -> AsyncIterator[Exchange]:
        prefix = f"{conversation.conversation_id}/"
        turns = all_records(self.catalog.records, turns_of(tenant), prefix=prefix, page_size=_PAGE)
        async for record in turns:
            yield from_plain(record.value)

    async def add(self, tenant: str, session_id: str, exchange: Exchange) -> Exchange:
        """Write a turn; of several at a time each gets a number of its own. Its documents may have gone meanwhile."""
        conversation = await self._begin_turn(tenant, session_id, exchange.question)
        number = conversation.turns
        written = replace(exchange.fitting(), number=number, at=conversation.updated_at)
        key = turn_key(conversation.conversation_id, number)
        await self.quotes.note(tenant, written.documents, key)
        await self.catalog.records.put(turns_of(tenant), key, to_plain(written), expected=0)
        if number > MOST_TURNS:
            await self._remove_turn(tenant, turn_key(conversation.conversation_id, number - MOST_TURNS))
        await self._if_deleted_meanwhile(tenant, conversation, key, written.documents)
        return written

    async def summary(self, tenant: str, conversation: Conversation) -> Summary | None:
        try:
            found = await self.catalog.records.get(summaries_of(tenant), conversation.conversation_id)
        except NotFound:
            return None
        return Summary(found.value["text"], found.value["through"], tuple(found.value["sources"]))

    async def keep_summary(self, tenant: str, conversation: Conversation, summary: Summary) -> None:
        key = f"{conversation.conversation_id}/{SUMMARY}"
        await self.quotes.note(tenant, frozenset(summary.sources), key)
        await self.catalog.records.put(summaries_of(tenant), conversation.conversation_id, asdict(summary))
        await self._if_deleted_meanwhile(tenant, conversation, key, frozenset(summary.sources))

    async def delete(self, tenant: str, session_id: str) -> None:
        """Remove a conversation with all its turns. Raises NotFound."""
        conversation = await self.find(tenant, session_id)
        await self.catalog.records.delete(heads_of(tenant), session_id)
        await self._sweep(tenant, conversation.conversation_id)

    async def _of_age(self, tenant: str, record: Record) -> Conversation | None:
        try:
            found = await self.find(tenant, record.value["session_id"])
        except NotFound:
            return None
        return found if found.conversation_id == record.key else None

    def _expired(self, updated_at: str) -> bool:
        age = self.catalog.now() - datetime.fromisoformat(updated_at)
        return bool(self.keep_days) and age > timedelta(days=self.keep_days)

    async def _begin_turn(self, tenant: str, session_id: str, question: str) -> Conversation:
        """The head with one turn more; a new conversation when there is none or it is too old to go on."""

        async def write() -> Conversation:
            found = await self._found_or_new(tenant, session_id, question)
            counted = replace(found, turns=found.turns + 1, updated_at=self.catalog.timestamp())
            try:
                await self.catalog.records.put(
                    heads_of(tenant), session_id, _plain(counted), expected=found.revision
                )
            except Conflict:
                if not found.turns:  # somebody else began it
                    await self.catalog.records.delete(ages_of(tenant), found.conversation_id)
                raise
            return counted

        return await until_written(write, what=f"Session {session_id!r}")

    async def _found_or_new(self, tenant: str, session_id: str, question: str) -> Conversation:
        try:
            return await self.find(tenant, session_id)
        except NotFound:
            return await self._new(tenant, session_id, question)

    async def _new(self, tenant: str, session_id: str, question: str) -> Conversation:
        """A conversation that the next write of its head makes real; its place in the list comes first. Raises Conflict."""
        await self._expire(tenant)
        revision = await self._clear_expired(tenant, session_id)
        now = self.catalog.timestamp()
        conversation_id = new_id("conv")
        await self.catalog.records.put(
            ages_of(tenant), conversation_id, {"session_id": session_id, "at": now}
        )
        title = " ".join(question.split())[:_TITLE_CHARS]
        return Conversation(session_id, conversation_id, title, now, now, 0, revision)

    async def _clear_expired(self, tenant: str, session_id: str) -> int:
        """Sweep what an expired conversation of this session has left; the revision to write its head over.

        Raises: Conflict where one in use is there by now: its revision is not one to write over.
        """
        try:
            record = await self.catalog.records.get(heads_of(tenant), session_id)
        except NotFound:
            return 0
        if not self._expired(_conversation(record).updated_at):
            raise Conflict(f"Session {session_id!r} has begun meanwhile.")
        await self._sweep(tenant, _conversation(record).conversation_id)
        return record.revision

    async def _expire(self, tenant: str) -> None:
        """Remove some of the oldest conversations that nobody has used for long, or whose head never came."""
        if not self.keep_days:
            return
        page = await self.catalog.records.page(ages_of(tenant), limit=_EXPIRED_AT_ONCE)
        for record in page.records:
            if self._expired(record.value["at"]) and await self._of_age(tenant, record) is None:
                await self._drop_head(tenant, record)
                await self._sweep(tenant, record.key)

    async def _drop_head(self, tenant: str, age: Record) -> None:
        session_id = age.value["session_id"]
        try:
            head = await self.catalog.records.get(heads_of(tenant), session_id)
            if _conversation(head).conversation_id == age.key:
                await self.catalog.records.delete(heads_of(tenant), session_id, expected=head.revision)
        except (NotFound, Conflict):
            return

    async def _if_deleted_meanwhile(
        self, tenant: str, conversation: Conversation, place: str, documents: frozenset[str]
    ) -> None:
        await self.quotes.settle(tenant, documents, place)
        try:
            head = _conversation(await self.catalog.records.get(heads_of(tenant), conversation.session_id))
        except NotFound:
            head = None
        if head is None or head.conversation_id != conversation.conversation_id:
            await self._sweep(tenant, conversation.conversation_id)

    async def _remove_turn(self, tenant: str, key: str) -> None:
        try:
            exchange = from_plain((await self.catalog.records.get(turns_of(tenant), key)).value)
        except NotFound:
            return
        await self.catalog.records.delete(turns_of(tenant), key)
        await self.quotes.drop(tenant, exchange.documents, key)

    async def _sweep(self, tenant: str, conversation_id: str) -> None:
        """Remove all of a conversation but its head; its age goes last, so that what a death leaves is found."""
        records = self.catalog.records
        while page := (
            await records.page(turns_of(tenant), prefix=f"{conversation_id}/", limit=_PAGE)
        ).records:
            for record in page:
                await self._remove_turn(tenant, record.key)
        try:
            sources = (await records.get(summaries_of(tenant), conversation_id)).value["sources"]
        except NotFound:
            sources = []
        await records.delete(summaries_of(tenant), conversation_id)
        await self.quotes.drop(tenant, frozenset(sources), f"{conversation_id}/{SUMMARY}")
        await records.delete(ages_of(tenant), conversation_id)


def _missing(session_id: str) -> NotFound:
    return NotFound(f"No conversation {session_id!r}.", code="conversation_not_found")


def _plain(conversation: Conversation) -> dict[str, Any]:
    value = asdict(conversation)
    del value["revision"]
    return value


def _conversation(record: Record) -> Conversation:
    return Conversation(**record.value, revision=record.revision)
