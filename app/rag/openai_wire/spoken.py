"""What is said on the way to a completion, whoever says it: pieces of text, citations, and how it ended."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from app.kernel.ports.chat import Chat, CompletionRequest, Delta, Usage
from app.rag.answer.citations import FoundCitation, TextDelta
from app.rag.ask import Answered, Retrieved
from app.rag.conversation.converse import ConverseEvent, Understood
from app.rag.openai_wire.ids import file_id_of


@dataclass(frozen=True, slots=True)
class Said:
    text: str


@dataclass(frozen=True, slots=True)
class Cited:
    """`annotation` as it stands in the message."""

    annotation: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """The last one. `x_genai`: what OpenAI has no field for."""

    usage: Usage
    finish: Literal["stop", "length"]
    x_genai: dict[str, Any] = field(default_factory=dict)


Spoken = AsyncIterator[Said | Cited | Ended]


async def from_documents(
    events: AsyncIterator[ConverseEvent], *, stop: Sequence[str], max_tokens: int | None
) -> Spoken:
    """An answer of ours. Nothing is said behind a stop sequence, and nothing cited there."""
    cutter, length = StopCutter(stop), 0
    told: dict[str, Any] = {}
    async for event in events:
        match event:
            case Understood():
                told["standalone_question"] = event.standalone_question
            case Retrieved():
                told["degraded"] = event.degraded
            case TextDelta() if not cutter.stopped:
                text = cutter.feed(event.text if length else event.text.lstrip())
                if text:
                    length += len(text)
                    yield Said(text)
            case FoundCitation() if not cutter.stopped:
                yield Cited(_annotation(event, index=length + cutter.held))
            case Answered():
                if rest := cutter.finish():
                    yield Said(rest)
                finish = _finish(event.usage, max_tokens, stopped=cutter.stopped)
                yield Ended(event.usage, finish, {**_x_genai(event), **told})


async def from_model(chat: Chat, request: CompletionRequest, *, max_tokens: int | None) -> Spoken:
    """A completion of the provider's, as it is."""
    usage = Usage(0, 0)
    async for item in chat.complete(request):
        if isinstance(item, Delta):
            yield Said(item.text)
        else:
            usage = item
    # What another model of the provider costs is not in the price table of the one that answers from documents.
    cost = chat.cost_usd(usage) if request.model in ("", chat.model) else None
    yield Ended(usage, _finish(usage, max_tokens, stopped=False), {"cost_usd": cost})


class StopCutter:
    """Holds back what may become a stop sequence, and everything behind one."""

    def __init__(self, stop: Sequence[str]) -> None:
        self._stop = [sequence for sequence in stop if sequence]
        self._held = ""
        self.stopped = False

    @property
    def held(self) -> int:
        return len(self._held)

    def feed(self, text: str) -> str:
        """What can be said by now."""
        text = self._held + text
        found = [place for place in map(text.find, self._stop) if place >= 0]
        if found:
            self.stopped, self._held = True, ""
            return text[: min(found)]
        keep = max((_overlap(text, sequence) for sequence in self._stop), default=0)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def finish(self) -> str:
        rest, self._held = self._held, ""
        return rest


def _overlap(text: str, sequence: str) -> int:
    """How many of the last characters are a beginning of the sequence."""
    longest = min(len(text), len(sequence) - 1)
    return next((size for size in range(longest, 0, -1) if text.endswith(sequence[:size])), 0)


def _finish(usage: Usage, max_tokens: int | None, *, stopped: bool) -> Literal["stop", "length"]:
    """Models end at their bound exactly; those that count otherwise never reach it."""
    return "length" if max_tokens and not stopped and usage.output_tokens >= max_tokens else "stop"


def _annotation(found: FoundCitation, *, index: int) -> dict[str, Any]:
    """`index`: where in the answer's text the citation stands; start and end: where in the document's its quote does."""
    return {
        "type": "file_citation",
        "index": index,
        "number": found.number,
        "file_id": file_id_of(found.document_id),
        "document_id": found.document_id,
        "filename": found.filename,
        "version": found.version,
        "page": found.page,
        "start": found.start,
        "end": found.end,
        "quote": found.quote,
        "chunk_id": found.chunk_id,
        "verified": found.verified,
    }


def _x_genai(answered: Answered) -> dict[str, Any]:
    return {
        "abstained": answered.abstained,
        "cached": answered.cached,
        "cost_usd": answered.cost_usd,
        "model": answered.model,
        "timings_ms": answered.timings_ms,
    }
