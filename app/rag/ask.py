"""Answers a question: retrieve, weigh the evidence, answer from the passages, show only verified sources."""

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from app.kernel.filters import Filter
from app.kernel.ports.chat import Chat, ChatRequest, Passage, Usage
from app.kernel.ports.index import Hit
from app.rag.answer.citations import FoundCitation, SourcePassage, TextDelta, cited_stream
from app.rag.answer.evidence import ABSTENTION, Evidence, weigh
from app.rag.search import Search
from app.rag.widen import WidePassage, widen

# Enough for about eight chunks: more passages cost more and answer no better on a small model.
CONTEXT_TOKENS = 2_048


@dataclass(frozen=True, slots=True)
class Retrieved:
    """First event: what was found, before a word is written."""

    hits: Sequence[Hit]
    evidence: float


@dataclass(frozen=True, slots=True)
class Answered:
    """Last event. `cost_usd` by the price table of the model; times in milliseconds."""

    abstained: bool
    usage: Usage
    cost_usd: float
    model: str
    timings_ms: dict[str, float] = field(default_factory=dict)


AskEvent = Retrieved | TextDelta | FoundCitation | Answered


@dataclass(frozen=True, slots=True)
class Ask:
    """The one way from a question to an answer; the route renders its events."""

    search: Search
    chat: Chat

    async def __call__(
        self,
        question: str,
        *,
        tenant: str,
        top_k: int = 5,
        where: Filter | None = None,
        min_score: float | None = None,
    ) -> AsyncIterator[AskEvent]:
        """Yields Retrieved, then text and citations as they come, then Answered.

        min_score replaces the calibrated threshold of the evidence, 0 to 1; 0 never abstains for thin evidence.
        """
        started = time.perf_counter()
        found = await self.search(question, tenant=tenant, limit=top_k, where=where)
        weighed = await weigh(self.search.index, self.search.embedder, question, found, tenant=tenant)
        yield Retrieved(found.hits, weighed.value)
        timings = {"embed": round(found.embed_ms, 2), "search": round(found.search_ms, 2)}
        if not found.hits or self._too_thin(weighed, min_score):
            yield TextDelta(ABSTENTION)
            yield self._answered(Usage(0, 0), started, timings, abstained=True)
            return
        passages = await widen(
            self.search.index, found.hits,
            count_tokens=self.search.embedder.count_tokens, budget_tokens=CONTEXT_TOKENS,
        )  # fmt: skip
        request = ChatRequest(
            question, tuple(_passage(number, wide) for number, wide in enumerate(passages, 1))
        )
        sources = [_source(number, wide) for number, wide in enumerate(passages, start=1)]
        answering = time.perf_counter()
        usage, written = Usage(0, 0), []
        async for event in cited_stream(self.chat.answer(request), sources):
            if isinstance(event, Usage):
                usage = event
                continue
            if isinstance(event, TextDelta):
                written.append(event.text)
            yield event
        timings["answer"] = round((time.perf_counter() - answering) * 1000, 2)
        yield self._answered(usage, started, timings, abstained=_says_nothing("".join(written)))

    def _too_thin(self, weighed: Evidence, min_score: float | None) -> bool:
        threshold = self.search.embedder.profile.abstain_below if min_score is None else min_score
        return weighed.value < threshold

    def _answered(
        self, usage: Usage, started: float, timings: dict[str, float], *, abstained: bool
    ) -> Answered:
        timings["total"] = round((time.perf_counter() - started) * 1000, 2)
        return Answered(abstained, usage, self.chat.cost_usd(usage), self.chat.model, timings)


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
