"""Makes a follow-up stand alone: by a language model when there is one, checked; else by the rule for follow-ups."""

import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.kernel.errors import GenaiError, ProviderRejected
from app.kernel.ports.chat import Chat, CompletionRequest, Delta, Usage
from app.kernel.wording import stems
from app.rag.conversation.followups import Asked, completed
from app.rag.conversation.history import Fitted, History, fitted, whole_lines
from app.rag.conversation.prompts import rewriting, summarising
from app.rag.conversation.store import Summary
from app.rag.conversation.topics import names_in

_log = logging.getLogger("genai.conversation")

MAX_CHARS = 1_000
_SUMMARY_CHARS = 2_000
# Share of the telling words that must stand in the question or in what was said before: a model that adds more than
# that answers, guesses or obeys somebody.
_FAMILIAR = 0.6
# Fewer turns are not worth a call of the model.
_WORTH_SUMMARISING = 4


@dataclass(frozen=True, slots=True)
class StandAlone:
    """`question` is what to look for. `heard`: documents whose words it may hold. `usage` is what a model took."""

    question: str
    changed: bool = False
    heard: tuple[str, ...] = ()
    usage: Usage = Usage(0, 0)  # noqa: RUF009 - frozen
    cost_usd: float = 0.0
    took_ms: float = 0.0
    summary: Summary | None = None


@dataclass(frozen=True, slots=True)
class StandAlones:
    """`chat` may be one that only quotes; then, and when it fails or talks nonsense, the rule decides."""

    chat: Chat
    count_tokens: Callable[[str], int]

    async def __call__(self, question: str, history: History) -> StandAlone:
        """Never fails for a model: a question is looked for as it was asked rather than not at all."""
        if not history:
            return StandAlone(question)
        started = time.perf_counter()
        ruled = _by_rule(question, history)
        found = ruled
        # A name and nothing that points back: no model would know better, and none shall touch it.
        if ruled.changed or not names_in(question):
            found = await self._by_model(question, history, ruled)
        return replace(found, took_ms=round((time.perf_counter() - started) * 1000, 2))

    async def _by_model(self, question: str, history: History, ruled: StandAlone) -> StandAlone:
        model, summary = _Model(self.chat), None
        try:
            cut = fitted(history, count_tokens=self.count_tokens)
            if len(cut.overflow) >= _WORTH_SUMMARISING:
                summary = await _summed_up(model, history, cut)
                later = tuple(one for one in history.exchanges if one.number > summary.through)
                cut = fitted(History(later, summary), count_tokens=self.count_tokens)
            written = await model.complete(rewriting(question, cut.lines, fence=_fence()))
        except ProviderRejected:
            return ruled  # there is no model, or it refuses this
        except GenaiError as error:
            _log.warning("A follow-up is completed by rule, because the model failed: %s", error.detail)
            return ruled
        rewritten = " ".join(written.split())
        if _same(rewritten, question):
            found = StandAlone(question)
        elif _usable(rewritten, (question, *cut.lines)):
            found = StandAlone(rewritten, changed=True, heard=history.sources)
        else:
            _log.warning("A follow-up is completed by rule: what the model wrote is no such question.")
            found = ruled
        return replace(found, usage=model.usage, cost_usd=model.cost_usd, summary=summary)


class _Model:
    """Completions of one model, and what they took together."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self.usage = Usage(0, 0)
        self.cost_usd = 0.0

    async def complete(self, request: CompletionRequest) -> str:
        written: list[str] = []
        async for item in self._chat.complete(request):
            if isinstance(item, Delta):
                written.append(item.text)
                continue
            self.usage = Usage(
                self.usage.input_tokens + item.input_tokens, self.usage.output_tokens + item.output_tokens
            )
            self.cost_usd += self._chat.cost_usd(item)
        return "".join(written)


async def _summed_up(model: _Model, history: History, cut: Fitted) -> Summary:
    """What the turns that no longer fit have said, together with what was summed up before."""
    before = history.summary.text if history.summary else ""
    text = await model.complete(summarising(before, whole_lines(cut.overflow), fence=_fence()))
    return Summary(" ".join(text.split())[:_SUMMARY_CHARS], cut.overflow[-1].number, history.sources)


def _by_rule(question: str, history: History) -> StandAlone:
    asked = [Asked(one.asked, "" if one.withdrawn else one.answer) for one in history.exchanges]
    found = completed(question, asked)
    if found is None:
        return StandAlone(question)
    heard = history.sources if found.from_answer else _heard_before(history)
    return StandAlone(found.question[:MAX_CHARS], changed=True, heard=heard)


def _heard_before(history: History) -> tuple[str, ...]:
    """Documents whose words came into earlier questions, and with them into this one."""
    return tuple(sorted({source for one in history.exchanges for source in one.heard}))


def _usable(rewritten: str, said: Sequence[str]) -> bool:
    """One question of our own length, made of words that were there."""
    if not rewritten or len(rewritten) > MAX_CHARS:
        return False
    known = {stem for text in said for stem in stems(text)}
    telling = stems(rewritten)
    return sum(stem in known for stem in telling) >= _FAMILIAR * len(telling)


def _same(rewritten: str, question: str) -> bool:
    return _bare(rewritten) == _bare(question)


def _bare(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" ?.!\"'“”")


def _fence() -> str:
    return secrets.token_hex(12)
