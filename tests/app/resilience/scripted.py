"""Models that do what a script says, and a time that passes only when somebody sleeps."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import numpy as np

from app.kernel.errors import GenaiError
from app.kernel.ports.chat import ChatRequest, CompletionRequest, Delta, Usage
from app.kernel.retrieval import RetrievalProfile
from app.resilience.retry import Patience

REQUEST = ChatRequest("Why?", ())
# One step of a script: say this, raise this, or say nothing for ever.
Step = str | GenaiError | None
Attempt = Sequence[Step]
SILENT: Attempt = (None,)


class Time:
    """Seconds since the start, and the pauses that were slept."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def patience(self, *, chance: float = 1.0, **options: Any) -> Patience:
        return Patience(sleep=self.sleep, chance=lambda: chance, clock=lambda: self.now, **options)


class ScriptedChat:
    """Each stream follows the next attempt of the script; behind the last one it says "fine"."""

    def __init__(self, *script: Attempt, model: str = "scripted", usd: float = 0.0) -> None:
        self.model = model
        self.script = list(script)
        self.asked: list[ChatRequest | CompletionRequest] = []
        self.closed = 0
        self.aclosed = 0
        self.ping_error: GenaiError | None = None
        self.ping_s = 0.0
        self._usd = usd

    def cost_usd(self, usage: Usage) -> float:
        return self._usd * usage.output_tokens

    def answer(self, request: ChatRequest) -> AsyncIterator[Delta | Usage]:
        return self._follow(request)

    def complete(self, request: CompletionRequest) -> AsyncIterator[Delta | Usage]:
        return self._follow(request)

    async def models(self) -> Sequence[str]:
        return [self.model, "another"]

    async def ping(self) -> None:
        await asyncio.sleep(self.ping_s)
        if self.ping_error:
            raise self.ping_error

    async def aclose(self) -> None:
        self.aclosed += 1

    async def _follow(self, request: ChatRequest | CompletionRequest) -> AsyncIterator[Delta | Usage]:
        self.asked.append(request)
        try:
            for step in self.script.pop(0) if self.script else ("fine",):
                if step is None:
                    await asyncio.sleep(3600)
                elif isinstance(step, GenaiError):
                    raise step
                else:
                    yield Delta(step)
            yield Usage(10, 2)
        finally:
            self.closed += 1


class ScriptedEmbedder:
    """Each call takes the next step of the script, then gives vectors of ones."""

    fingerprint = "scripted-embedder"
    dimensions = 3
    max_tokens = 77
    counts_word_pieces = True
    profile = RetrievalProfile(lexical_weight=0.123)

    def __init__(self, *script: Step) -> None:
        self.script = list(script)
        self.asked: list[tuple[list[str], str]] = []
        self.aclosed = 0
        self.ping_error: GenaiError | None = None

    def count_tokens(self, text: str) -> int:
        return len(text) * 2

    async def embed(self, texts: Sequence[str], *, kind: str = "passage") -> Any:
        self.asked.append((list(texts), kind))
        step = self.script.pop(0) if self.script else ""
        if step is None:
            await asyncio.sleep(3600)
        if isinstance(step, GenaiError):
            raise step
        return np.ones((len(texts), 3), dtype=np.float32)

    async def ping(self) -> None:
        if self.ping_error:
            raise self.ping_error

    async def aclose(self) -> None:
        self.aclosed += 1


async def read(stream: AsyncIterator[Delta | Usage]) -> tuple[str, Usage]:
    text, usage = "", Usage(0, 0)
    async for piece in stream:
        if isinstance(piece, Delta):
            text += piece.text
        else:
            usage = piece
    return text, usage
