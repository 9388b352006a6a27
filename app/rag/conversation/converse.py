"""Answers a question within a session: complete it, answer it, remember both."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from app.kernel.errors import BadInput, NotFound
from app.rag.answer.citations import FoundCitation, TextDelta
from app.rag.ask import Answered, AskEvent, Retrieved
from app.rag.conversation.exchange import Exchange
from app.rag.conversation.history import History
from app.rag.conversation.standalone import StandAlone, StandAlones
from app.rag.conversation.store import Conversations, Summary, check_session_id

# Older turns are read through the summary only.
_READ_TURNS = 24


@dataclass(frozen=True, slots=True)
class Understood:
    """First event: what is looked for. `standalone_question` is None when the question stands alone."""

    session_id: str | None
    standalone_question: str | None


ConverseEvent = Understood | AskEvent
Answers = Callable[[str], AsyncIterator[AskEvent]]


@dataclass(frozen=True, slots=True)
class Converse:
    """`conversations` remembers; `stand_alone` completes follow-ups."""

    conversations: Conversations
    stand_alone: StandAlones

    async def __call__(
        self,
        question: str,
        answer: Answers,
        *,
        tenant: str,
        session_id: str | None = None,
        earlier: Sequence[tuple[str, str]] | None = None,
    ) -> AsyncIterator[ConverseEvent]:
        """Yields Understood, then the events of `answer`, which gets the question in the form that stands alone.

        session_id: remember the turn there; None remembers nothing. earlier: (question, answer) pairs that a client
        brings along itself, oldest first; they are read instead of what the session remembers.
        The turn is written before Answered comes out: whoever saw the end finds it. Raises BadInput for an id that
        is none.
        """
        if session_id is not None:
            check_session_id(session_id)
        history = _brought(earlier) if earlier is not None else await self._history(tenant, session_id)
        alone = await self.stand_alone(question, history)
        if alone.summary is not None and session_id is not None and earlier is None:
            await self._keep_summary(tenant, session_id, alone.summary)
        yield Understood(session_id, alone.question if alone.changed else None)
        heard = _Heard()
        async for event in answer(alone.question):
            if not isinstance(event, Answered):
                heard.take(event)
                yield event
                continue
            if session_id is not None:
                await self.conversations.add(tenant, session_id, heard.exchange(question, alone, event))
            yield _with_completion(event, alone)

    async def _history(self, tenant: str, session_id: str | None) -> History:
        if session_id is None:
            return History()
        try:
            conversation = await self.conversations.find(tenant, session_id)
        except NotFound:
            return History()
        summary = await self.conversations.summary(tenant, conversation)
        latest, _ = await self.conversations.turns(
            tenant, conversation, after=None, limit=_READ_TURNS, newest_first=True
        )
        through = summary.through if summary else 0
        unread = tuple(one for one in reversed(latest) if one.number > through)
        return History(unread or tuple(latest[:1]), summary)

    async def _keep_summary(self, tenant: str, session_id: str, summary: Summary) -> None:
        try:
            conversation = await self.conversations.find(tenant, session_id)
        except NotFound:
            return
        await self.conversations.keep_summary(tenant, conversation, summary)


def session_of_user(user: str) -> str:
    """The session for a caller's `user`, which may be any text: itself where it can be one, else a digest of it."""
    try:
        return check_session_id(user)
    except BadInput:
        return "user-" + sha256(user.encode("utf-8", "surrogatepass")).hexdigest()[:40]


@dataclass(slots=True)
class _Heard:
    """What of an answer is remembered, gathered while it streams."""

    written: list[str] = field(default_factory=list)
    citations: list[FoundCitation] = field(default_factory=list)
    retrieved: list[str] = field(default_factory=list)

    def take(self, event: AskEvent) -> None:
        match event:
            case Retrieved():
                self.retrieved = [hit.document.document_id for hit in event.hits]
            case TextDelta():
                self.written.append(event.text)
            case FoundCitation():
                self.citations.append(event)

    def exchange(self, question: str, alone: StandAlone, answered: Answered) -> Exchange:
        cited = {one.document_id for one in self.citations}
        # An answer that names no source may have its words from any passage that the model read.
        sources = set() if answered.abstained else cited or set(self.retrieved)
        return Exchange(
            question=question, standalone_question=alone.question if alone.changed else None,
            answer="".join(self.written).strip(), abstained=answered.abstained, citations=tuple(self.citations),
            model=answered.model, at="", sources=tuple(sorted(sources | cited)), heard=alone.heard,
        )  # fmt: skip


def _brought(earlier: Sequence[tuple[str, str]]) -> History:
    return History(
        tuple(
            Exchange(
                asked,
                None,
                answered,
                abstained=False,
                citations=(),
                model="",
                at="",
                sources=(),
                number=number,
            )
            for number, (asked, answered) in enumerate(earlier[-_READ_TURNS:], start=1)
        )
    )


def _with_completion(event: Answered, alone: StandAlone) -> Answered:
    """What completing the question took belongs to what the answer took."""
    usage = replace(
        event.usage,
        input_tokens=event.usage.input_tokens + alone.usage.input_tokens,
        output_tokens=event.usage.output_tokens + alone.usage.output_tokens,
    )
    timings = {**event.timings_ms, "complete": alone.took_ms} if alone.took_ms else event.timings_ms
    return replace(event, usage=usage, cost_usd=event.cost_usd + alone.cost_usd, timings_ms=timings)
