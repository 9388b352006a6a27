"""Asks a provider again after a failure that may pass: with jitter, and only before the first piece of an answer."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client import Counter

from app.kernel.errors import ProviderTimeout, Unavailable
from app.kernel.ports.chat import Chat
from app.kernel.ports.embeddings import Embedder
from app.resilience.wrapped import ChatAround, EmbedderAround, Opens, Pieces, closed_after

if TYPE_CHECKING:
    from app.kernel.ports.embeddings import Matrix, TextKind

_RETRIES = Counter("genai_provider_retries_total", "Requests to a model that were sent again", ["provider"])


@dataclass(frozen=True)
class Patience:
    """How often and after which pauses something is tried again. `sleep`, `chance` and `clock` stand in for luck and time.

    retries: after the first attempt. longest_asked_s: the longest pause that a provider may ask for; a longer one is the
    caller's to wait. whole_s: no pause begins that would end later than this after the first attempt.
    """

    retries: int = 3
    first_pause_s: float = 0.25
    longest_pause_s: float = 4.0
    longest_asked_s: float = 20.0
    whole_s: float = 60.0
    after_timeouts: bool = True
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    clock: Callable[[], float] = time.monotonic

    def pause_s(self, error: Unavailable, *, retry: int, started: float) -> float | None:
        """Seconds until the retry of this number (from 0), None when the error is to be told."""
        if retry >= self.retries or (isinstance(error, ProviderTimeout) and not self.after_timeouts):
            return None
        if error.retry_after_s is None:
            # Full jitter: clients that failed together do not come back together.
            pause_s = self.chance() * min(self.longest_pause_s, self.first_pause_s * 2.0**retry)
        elif error.retry_after_s > self.longest_asked_s:
            return None
        else:
            pause_s = error.retry_after_s
        return pause_s if self.clock() + pause_s < started + self.whole_s else None


class PatientChat(ChatAround):
    """Retries end with the first piece: from there on a failure is told, and nothing is said twice."""

    def __init__(self, chat: Chat, patience: Patience) -> None:
        super().__init__(chat)
        self._patience = patience

    async def around(self, opens: Opens) -> Pieces:
        started, retry = self._patience.clock(), 0
        while True:
            begun = False
            stream = opens()
            try:
                async with closed_after(stream):
                    async for piece in stream:
                        begun = True
                        yield piece
                return
            except Unavailable as error:
                pause_s = self._patience.pause_s(error, retry=retry, started=started)
                if begun or pause_s is None:
                    raise
            _RETRIES.labels(self.model).inc()
            await self._patience.sleep(pause_s)
            retry += 1


class PatientEmbedder(EmbedderAround):
    """Tries a failed call again as a whole: vectors of the same texts are the same."""

    def __init__(self, embedder: Embedder, patience: Patience) -> None:
        super().__init__(embedder)
        self._patience = patience

    async def embed(self, texts: Sequence[str], *, kind: "TextKind" = "passage") -> "Matrix":
        started, retry = self._patience.clock(), 0
        while True:
            try:
                return await self.embedder.embed(texts, kind=kind)
            except Unavailable as error:
                pause_s = self._patience.pause_s(error, retry=retry, started=started)
                if pause_s is None:
                    raise
            _RETRIES.labels(self.fingerprint).inc()
            await self._patience.sleep(pause_s)
            retry += 1
