"""Answers a question: retrieve, weigh the evidence, answer from the passages, show only verified sources."""

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

from app.kernel.filters import Filter
from app.kernel.ports.chat import Chat, ChatRequest, Passage, Usage
from app.kernel.ports.index import Hit
from app.rag.answer.citations import FoundCitation, SourcePassage, TextDelta, cited_stream
from app.rag.answer.evidence import ABSTENTION, weigh
from app.rag.answer_cache import AnswerCache, Remembered
from app.rag.search import Degraded, Search
from app.rag.widen import WidePassage, widen

# Enough for about eight chunks: more passages cost more and answer no better on a small model.
CONTEXT_TOKENS = 2_048


@dataclass(frozen=True, slots=True)
class Retrieved:
    """First event: what was found, before a word is written."""

    hits: Sequence[Hit]
    evidence: float
    degraded: Degraded | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """Last event. `cost_usd` by the price table of the model; times in milliseconds.

    cached: an earlier answer to the same question from the same passages; it used and cost nothing now.
    """

    abstained: bool
    usage: Usage
    cost_usd: float
    model: str
    timings_ms: dict[str, float] = field(default_factory=dict)
    cached: bool = False


AskEvent = Retrieved | TextDelta | FoundCitation | Answered


@dataclass(frozen=True, slots=True)
class Ask:
    """The one way from a question to an answer; the route renders its events. Without `answers` none is remembered."""

    search: Search
    chat: Chat
    answers: AnswerCache | None = None

    async def __call__(
        self,
        question: str,
        *,
        tenant: str,
        top_k: int = 5,
        where: Filter | None = None,
        min_score: float | None = None,
        max_tokens: int | None = None,
        style: str = "",
    ) -> AsyncIterator[AskEvent]:
        """Yields Retrieved, then text and citations as they come, then Answered.

        min_score replaces the calibrated threshold of the evidence, 0 to 1; 0 never abstains for thin evidence.
        style is how the caller likes the answer worded; it changes nothing of what an answer may rest on.
        """
        started = time.perf_counter()
        found = await self.search(question, tenant=tenant, limit=top_k, where=where)
        weighed = await weigh(self.search.index, self.search.embedder, question, found, tenant=tenant)
        yield Retrieved(found.hits, weighed.value, found.degraded)
        timings = {"embed": round(found.embed_ms, 2), "search": round(found.search_ms, 2)}
        if not found.hits or weighed.value < (weighed.enough if min_score is None else min_score):
            yield TextDelta(ABSTENTION)
            yield self._answered(Usage(0, 0), started, timings, abstained=True)
            return
        passages = await widen(
            self.search.index, found.hits,
            count_tokens=self.search.embedder.count_tokens, budget_tokens=CONTEXT_TOKENS,
        )  # fmt: skip
        request = ChatRequest(
            question, tuple(_passage(number, wide) for number, wide in enumerate(passages, 1)), style=style
        )
        request = replace(request, max_tokens=max_tokens or request.max_tokens)
        sources = [_source(number, wide) for number, wide in enumerate(passages, start=1)]
        answering = time.perf_counter()
        place = self.answers and self.answers.place(request, sources, tenant=tenant, model=self.chat.model)
        if self.answers and place and (known := await self.answers.find(place)):
            for piece in known.said:
                yield piece
            timings["answer"] = _ms_since(answering)
            yield self._answered(Usage(0, 0), started, timings, abstained=known.abstained, cached=True)
            return
        usage = Usage(0, 0)
        said: list[TextDelta | FoundCitation] = []
        async for event in cited_stream(self.chat.answer(request), sources):
            if isinstance(event, Usage):
                usage = event
                continue
            said.append(event)
            yield event
        timings["answer"] = _ms_since(answering)
        answer = "".join(piece.text for piece in said if isinstance(piece, TextDelta))
        abstained = _says_nothing(answer)
        # Not kept: what a stand-in answered, or what half a search found; soon both may do better.
        at_its_best = usage.model in ("", self.chat.model) and not found.degraded
        if self.answers and place and answer.strip() and at_its_best:
            await self.answers.keep(place, Remembered(tuple(said), abstained))
        yield self._answered(usage, started, timings, abstained=abstained)

    def _answered(
        self,
        usage: Usage,
        started: float,
        timings: dict[str, float],
        *,
        abstained: bool,
        cached: bool = False,
    ) -> Answered:
        timings["total"] = _ms_since(started)
        cost_usd = 0.0 if cached else self.chat.cost_usd(usage)
        return Answered(abstained, usage, cost_usd, usage.model or self.chat.model, timings, cached)


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)


def _says_nothing(answer: str) -> bool:
    """The model itself found no answer: it wrote the agreed sentence, or nothing."""
    return not answer.strip() or answer.strip().startswith(ABSTENTION)


def _passage(number: int, wide: WidePassage) -> Passage:
    return Passage(number, wide.text, wide.headings, wide.document.filename)


def _source(number: int, wide: WidePassage) -> SourcePassage:
    return SourcePassage(
        number=number,
        document_id=wide.document.document_id,
        filename=wide.document.filename,
        version=wide.document.version,
        start=wide.start,
        text=wide.text,
        chunks=wide.chunks,
    )
