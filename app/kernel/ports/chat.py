"""A language model: an answer from passages, or a plain completion, as a stream of text."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Passage:
    """A numbered source the answer may use and cite as [number]; numbers count from 1."""

    number: int
    text: str
    headings: tuple[str, ...] = ()
    filename: str = ""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A question and the only passages its answer may rest on. `style`: how the caller likes it worded, no more."""

    question: str
    passages: tuple[Passage, ...]
    max_tokens: int = 700
    style: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """Messages as they are, the last one to be answered. `model`: another model of the same provider."""

    turns: tuple[Turn, ...]
    max_tokens: int = 700
    temperature: float = 0.0
    stop: tuple[str, ...] = ()
    model: str = ""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What was read and written; the last item of a stream.

    `model` and `cost_usd` are set where several models stand behind one port: who answered and for how much.
    input_tokens is all that was read; of them, cache_read_tokens came from the provider's prompt cache and
    cache_written_tokens went into it.
    """

    input_tokens: int
    output_tokens: int
    model: str = ""
    cost_usd: float | None = None
    cache_read_tokens: int = 0
    cache_written_tokens: int = 0


class Chat(Protocol):
    """One model. Errors: ProviderThrottled, ProviderTimeout, ProviderUnavailable (retryable before the
    first delta only), ProviderRejected.
    """

    @property
    def model(self) -> str: ...

    def cost_usd(self, usage: Usage) -> float:
        """What this usage costs by the dated price table; 0.0 for a model that runs here."""
        ...

    def answer(self, request: ChatRequest) -> AsyncIterator[Delta | Usage]:
        """Deltas in order, then one Usage. Sources are cited as [n] behind what they support."""
        ...

    def complete(self, request: CompletionRequest) -> AsyncIterator[Delta | Usage]:
        """Deltas in order, then one Usage. ProviderRejected from a model that only quotes passages."""
        ...

    async def models(self) -> Sequence[str]:
        """Names that CompletionRequest.model may have; empty where nothing can be completed."""
        ...

    async def ping(self) -> None: ...
