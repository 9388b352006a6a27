"""Leaves a provider that keeps failing alone for a moment, so that nobody waits for what will fail anyway."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from prometheus_client import Gauge

from app.kernel.errors import ProviderUnavailable, Unavailable
from app.kernel.ports.chat import Chat
from app.kernel.ports.embeddings import Embedder
from app.resilience.wrapped import ChatAround, EmbedderAround, Opens, Pieces, closed_after

if TYPE_CHECKING:
    from app.kernel.ports.embeddings import Matrix, TextKind

# 1 while a process of the service leaves the provider alone.
_OPEN = Gauge(
    "genai_breaker_open",
    "Providers that are left alone for a moment",
    ["provider"],
    multiprocess_mode="livemax",
)
State = Literal["closed", "open", "half-open"]


class Breaker:
    """Opens after `most_failures` within `window_s` that are at least half of what was asked then.

    Open, it lets nobody through for `open_s`; then half-open, one attempt each `open_s`, whose success closes it. The
    attempt before need not have ended: one that hangs must not keep the provider shut when it is back.
    """

    def __init__(
        self,
        provider: str,
        *,
        most_failures: int = 5,
        window_s: float = 60.0,
        open_s: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.provider = provider
        self._most_failures = most_failures
        self._window_s = window_s
        self._open_s = open_s
        self._clock = clock
        self._outcomes: deque[tuple[float, bool]] = deque()  # when, and whether it failed
        self._shut = False
        self._next_try = 0.0
        self._gauge = _OPEN.labels(provider)
        self._gauge.set(0)

    @property
    def state(self) -> State:
        if not self._shut:
            return "closed"
        return "half-open" if self._clock() >= self._next_try else "open"

    def check(self) -> None:
        """Raises ProviderUnavailable while the provider is left alone; else the caller may ask it once."""
        self.look()
        if self._shut:
            self._next_try = self._clock() + self._open_s

    def look(self) -> None:
        """As check, but the turn of an attempt is not taken."""
        left_s = self._next_try - self._clock()
        if self._shut and left_s > 0:
            raise ProviderUnavailable(
                f"{self.provider!r} failed too often in the last {self._window_s:g} s and is left alone for a moment; "
                "ask again.",
                retry_after_s=max(1.0, left_s),
            )

    def succeeded(self) -> None:
        if self._shut:
            self._shut = False
            self._outcomes.clear()
            self._gauge.set(0)
        self._note(failed=False)

    def failed(self) -> None:
        self._note(failed=True)
        failures = sum(failed for _, failed in self._outcomes)
        if self._shut or (failures >= self._most_failures and failures * 2 >= len(self._outcomes)):
            self._shut = True
            self._next_try = self._clock() + self._open_s
            self._gauge.set(1)

    def _note(self, *, failed: bool) -> None:
        now = self._clock()
        self._outcomes.append((now, failed))
        while self._outcomes[0][0] < now - self._window_s:
            self._outcomes.popleft()


class GuardedChat(ChatAround):
    """A chat behind a breaker. An answer counts as a success with its first piece, and again as a failure when cut.

    Refusals count for nothing: they tell of the request or the account, not of the provider's health.
    """

    def __init__(self, chat: Chat, breaker: Breaker) -> None:
        super().__init__(chat)
        self._breaker = breaker

    async def around(self, opens: Opens) -> Pieces:
        self._breaker.check()
        stream, begun = opens(), False
        try:
            async with closed_after(stream):
                async for piece in stream:
                    if not begun:
                        begun = True
                        self._breaker.succeeded()
                    yield piece
        except Unavailable:
            self._breaker.failed()
            raise

    async def ping(self) -> None:
        """Not ready while the provider is left alone; afterwards it is asked, so that readiness comes back by itself."""
        self._breaker.look()
        await self.chat.ping()


class GuardedEmbedder(EmbedderAround):
    """An embedder behind a breaker."""

    def __init__(self, embedder: Embedder, breaker: Breaker) -> None:
        super().__init__(embedder)
        self._breaker = breaker

    async def embed(self, texts: Sequence[str], *, kind: "TextKind" = "passage") -> "Matrix":
        self._breaker.check()
        try:
            matrix = await self.embedder.embed(texts, kind=kind)
        except Unavailable:
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return matrix

    async def ping(self) -> None:
        """As GuardedChat.ping."""
        self._breaker.look()
        await self.embedder.ping()
