"""Keeps conversations in records: a head for each session, a record for each turn, and who quotes which document.

conversations#<tenant>         session id            the head: how many turns there were, when the last one was
conversation-ages#<tenant>     conversation id       the session id, by the age of the conversation
turns#<tenant>                 conversation id/number
summaries#<tenant>             conversation id       what a model made of the turns that are too old to be read whole
quoting#<tenant>               document id/conversation id/number or `summary`

A session that is deleted and used again is another conversation: what a slow request still writes for the old one
is found under the old id and removed.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.kernel.documents import DocumentStatus, new_id
from app.kernel.errors import BadInput, Conflict, NotFound
from app.kernel.ports.records import Record
from app.rag.catalog import Catalog
from app.rag.conversation.exchange import Exchange, from_plain, to_plain

# Older turns than these are forgotten one by one.
MOST_TURNS = 500
SESSION_ID = r"[A-Za-z0-9._:@+=~-]{1,128}"
_TITLE_CHARS = 120
_TRIES = 60
_PAGE = 100
_EXPIRED_AT_ONCE = 10
_SUMMARY = "summary"


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
            "A session_id has 1 to 128 letters, digits and . _ : @ + = ~ -; send another or none.",
            code="bad_session_id",
        )
    return session_id


@dataclass(frozen=True, slots=True)
class Conversations:
    """Every method is bound to a tenant: another one's session is simply not there."""

    catalog: Catalog
    keep_days: int = 90

    async def find(self, tenant: str, session_id: str) -> Conversation:
        """Raises NotFound, also for one that nobody has used for `keep_days`."""
        try:
            found = _conversation(
                await self.catalog.records.get(_heads(tenant), check_session_id(session_id))
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
            _ages(tenant), after=after, limit=limit, descending=newest_first
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
            _turns(tenant), prefix=prefix, after=f"{prefix}{after}" if after else None, limit=limit,
            descending=newest_first,
        )  # fmt: skip
        following = page.after.removeprefix(prefix) if page.after else None
        return [from_plain(record.value) for record in page.records], following

    async def all_turns(self, tenant: str, conversation: Conversation) -> AsyncIterator[Exchange]:
        after: str | None = None
        while True:
            page, after = await self.turns(tenant, conversation, after=after, limit=_PAGE)
            for exchange in page:
                yield exchange
            if after is None:
                return

    async def add(self, tenant: str, session_id: str, exchange: Exchange) -> Exchange:
        """Write a turn; of several at a time each gets a number of its own. Its documents may have gone meanwhile."""
        conversation = await self._begin_turn(tenant, session_id, exchange.question)
        number = conversation.turns
        written = replace(exchange.fitting(), number=number, at=conversation.updated_at)
        key = _turn_key(conversation.conversation_id, number)
        await self._refer(tenant, written.documents, key)
        await self.catalog.records.put(_turns(tenant), key, to_plain(written), expected=0)
        if number > MOST_TURNS:
            await self._remove_turn(tenant, _turn_key(conversation.conversation_id, number - MOST_TURNS))
        await self._if_deleted_meanwhile(tenant, conversation, key, written.documents)
        return written

    async def summary(self, tenant: str, conversation: Conversation) -> Summary | None:
        try:
            found = await self.catalog.records.get(_summaries(tenant), conversation.conversation_id)
        except NotFound:
            return None
        return Summary(found.value["text"], found.value["through"], tuple(found.value["sources"]))

    async def keep_summary(self, tenant: str, conversation: Conversation, summary: Summary) -> None:
        key = f"{conversation.conversation_id}/{_SUMMARY}"
        await self._refer(tenant, frozenset(summary.sources), key)
        await self.catalog.records.put(_summaries(tenant), conversation.conversation_id, asdict(summary))
        await self._if_deleted_meanwhile(tenant, conversation, key, frozenset(summary.sources))

    async def delete(self, tenant: str, session_id: str) -> None:
        """Remove a conversation with all its turns. Raises NotFound."""
        conversation = await self.find(tenant, session_id)
        await self.catalog.records.delete(_heads(tenant), session_id)
        await self._sweep(tenant, conversation.conversation_id)

    async def forget_document(self, tenant: str, document_id: str) -> None:
        """Take what was quoted from a document out of every turn that holds any of it."""
        while places := await self._quoting(tenant, document_id, limit=_PAGE):
            for place in places:
                await self._withdraw(tenant, place, document_id)

    async def residue(self, tenant: str, document_id: str) -> int:
        """How many turns and summaries may still hold words of a document."""
        count, after = 0, None
        while True:
            page = await self.catalog.records.page(
                _quotes(tenant), prefix=f"{document_id}/", after=after, limit=1000
            )
            count, after = count + len(page.records), page.after
            if after is None:
                return count

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
        for attempt in range(_TRIES):
            try:
                found = await self.find(tenant, session_id)
            except NotFound:
                found = await self._new(tenant, session_id, question)
            counted = replace(found, turns=found.turns + 1, updated_at=self.catalog.timestamp())
            try:
                await self.catalog.records.put(
                    _heads(tenant), session_id, _plain(counted), expected=found.revision
                )
                return counted
            except Conflict:
                if not found.turns:  # somebody else began it
                    await self.catalog.records.delete(_ages(tenant), found.conversation_id)
                await asyncio.sleep(0.002 * attempt)
        raise Conflict(f"Session {session_id!r} is used by too many requests at once; try again.")

    async def _new(self, tenant: str, session_id: str, question: str) -> Conversation:
        """A conversation that the next write of its head makes real; its place in the list comes first."""
        await self._expire(tenant)
        revision = await self._clear_expired(tenant, session_id)
        now = self.catalog.timestamp()
        conversation_id = new_id("conv")
        await self.catalog.records.put(_ages(tenant), conversation_id, {"session_id": session_id, "at": now})
        title = " ".join(question.split())[:_TITLE_CHARS]
        return Conversation(session_id, conversation_id, title, now, now, 0, revision)

    async def _clear_expired(self, tenant: str, session_id: str) -> int:
        """Sweep what an expired conversation of this session has left; the revision to write its head over."""
        try:
            record = await self.catalog.records.get(_heads(tenant), session_id)
        except NotFound:
            return 0
        if self._expired(_conversation(record).updated_at):
            await self._sweep(tenant, _conversation(record).conversation_id)
        return record.revision

    async def _expire(self, tenant: str) -> None:
        """Remove some of the oldest conversations that nobody has used for long, or whose head never came."""
        if not self.keep_days:
            return
        page = await self.catalog.records.page(_ages(tenant), limit=_EXPIRED_AT_ONCE)
        for record in page.records:
            if self._expired(record.value["at"]) and await self._of_age(tenant, record) is None:
                await self._drop_head(tenant, record)
                await self._sweep(tenant, record.key)

    async def _drop_head(self, tenant: str, age: Record) -> None:
        session_id = age.value["session_id"]
        try:
            head = await self.catalog.records.get(_heads(tenant), session_id)
            if _conversation(head).conversation_id == age.key:
                await self.catalog.records.delete(_heads(tenant), session_id, expected=head.revision)
        except (NotFound, Conflict):
            return

    async def _refer(self, tenant: str, documents: frozenset[str], place: str) -> None:
        """Before the words themselves: nothing is ever quoted without being found from its document."""
        records, partition = self.catalog.records, _quotes(tenant)
        await asyncio.gather(*(records.put(partition, f"{one}/{place}", {}) for one in sorted(documents)))

    async def _if_deleted_meanwhile(
        self, tenant: str, conversation: Conversation, place: str, documents: frozenset[str]
    ) -> None:
        for document_id in documents:
            if await self._gone(tenant, document_id):
                await self._withdraw(tenant, f"{document_id}/{place}", document_id)
        try:
            head = _conversation(await self.catalog.records.get(_heads(tenant), conversation.session_id))
        except NotFound:
            head = None
        if head is None or head.conversation_id != conversation.conversation_id:
            await self._sweep(tenant, conversation.conversation_id)

    async def _gone(self, tenant: str, document_id: str) -> bool:
        try:
            return (await self.catalog.document(tenant, document_id)).status is DocumentStatus.DELETING
        except NotFound:
            return True

    async def _quoting(self, tenant: str, document_id: str, *, limit: int) -> list[str]:
        page = await self.catalog.records.page(_quotes(tenant), prefix=f"{document_id}/", limit=limit)
        return [record.key for record in page.records]

    async def _withdraw(self, tenant: str, place: str, document_id: str) -> None:
        """Take a document out of one turn or summary, then forget that it was there."""
        key = place.removeprefix(f"{document_id}/")
        if key.endswith(f"/{_SUMMARY}"):
            await self.catalog.records.delete(_summaries(tenant), key.removesuffix(f"/{_SUMMARY}"))
        else:
            await self._change_turn(tenant, key, lambda exchange: exchange.without(document_id))
        await self.catalog.records.delete(_quotes(tenant), place)

    async def _change_turn(self, tenant: str, key: str, change: Callable[[Exchange], Exchange]) -> None:
        for _ in range(_TRIES):
            try:
                record = await self.catalog.records.get(_turns(tenant), key)
                changed = to_plain(change(from_plain(record.value)))
                await self.catalog.records.put(_turns(tenant), key, changed, expected=record.revision)
                return
            except NotFound:
                return
            except Conflict:
                continue
        raise Conflict(f"Turn {key!r} is being changed by others; try again.")

    async def _remove_turn(self, tenant: str, key: str) -> None:
        try:
            exchange = from_plain((await self.catalog.records.get(_turns(tenant), key)).value)
        except NotFound:
            return
        await self.catalog.records.delete(_turns(tenant), key)
        for document_id in exchange.documents:
            await self.catalog.records.delete(_quotes(tenant), f"{document_id}/{key}")

    async def _sweep(self, tenant: str, conversation_id: str) -> None:
        """Remove all of a conversation but its head; its age goes last, so that what a death leaves is found."""
        records = self.catalog.records
        while page := (await records.page(_turns(tenant), prefix=f"{conversation_id}/", limit=_PAGE)).records:
            for record in page:
                await self._remove_turn(tenant, record.key)
        try:
            sources = (await records.get(_summaries(tenant), conversation_id)).value["sources"]
        except NotFound:
            sources = []
        await records.delete(_summaries(tenant), conversation_id)
        for document_id in sources:
            await records.delete(_quotes(tenant), f"{document_id}/{conversation_id}/{_SUMMARY}")
        await records.delete(_ages(tenant), conversation_id)


def _missing(session_id: str) -> NotFound:
    return NotFound(f"No conversation {session_id!r}.", code="conversation_not_found")


def _turn_key(conversation_id: str, number: int) -> str:
    return f"{conversation_id}/{number:06d}"


def _plain(conversation: Conversation) -> dict[str, Any]:
    value = asdict(conversation)
    del value["revision"]
    return value


def _conversation(record: Record) -> Conversation:
    return Conversation(**record.value, revision=record.revision)


def _heads(tenant: str) -> str:
    return f"conversations#{tenant}"


def _ages(tenant: str) -> str:
    return f"conversation-ages#{tenant}"


def _turns(tenant: str) -> str:
    return f"turns#{tenant}"


def _summaries(tenant: str) -> str:
    return f"summaries#{tenant}"


def _quotes(tenant: str) -> str:
    return f"quoting#{tenant}"
