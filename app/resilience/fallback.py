"""Several chat models as one: the first that can begin an answer gives it, and the usage tells who that was."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from prometheus_client import Counter

from app.kernel.errors import GenaiError, ProviderDenied, Unavailable
from app.kernel.ports.chat import Chat, ChatRequest, CompletionRequest, Usage
from app.resilience.wrapped import Pieces, close, closed_after

_log = logging.getLogger("genai.models")
_FALLBACKS = Counter("genai_fallbacks_total", "Answers that the next model was asked for", ["provider"])


class FallbackChat:
    """In the order given. Goes on to the next only before the first piece, and only where another may do better.

    That is when a model is unavailable or refuses our account (key, rights, credit). A request that was refused for
    what it says is refused: no content filter is got around by asking elsewhere.
    """

    def __init__(self, chats: Sequence[Chat]) -> None:
        self._chats = list(chats)

    @property
    def model(self) -> str:
        """Of the first choice; who really answered stands in the usage."""
        return self._chats[0].model

    def cost_usd(self, usage: Usage) -> float:
        return self._chats[0].cost_usd(usage) if usage.cost_usd is None else usage.cost_usd

    def answer(self, request: ChatRequest) -> Pieces:
        return self._first_that_answers(self._chats, lambda chat: chat.answer(request))

    def complete(self, request: CompletionRequest) -> Pieces:
        """A model that was asked for by name is the first provider's, and nobody else speaks for it."""
        chats = self._chats[:1] if request.model else self._chats
        return self._first_that_answers(chats, lambda chat: chat.complete(request), named=request.model)

    async def models(self) -> Sequence[str]:
        return await self._chats[0].models()

    async def ping(self) -> None:
        """One that answers is enough, however long the others take. Raises what the first choice said."""
        asked = [asyncio.ensure_future(chat.ping()) for chat in self._chats]
        try:
            for told in asyncio.as_completed(asked):
                with suppress(GenaiError):
                    return await told
            await asked[0]
        finally:
            for asking in asked:
                asking.cancel()

    async def aclose(self) -> None:
        for chat in self._chats:
            await close(chat)

    async def _first_that_answers(
        self, chats: Sequence[Chat], opens: Callable[[Chat], Pieces], *, named: str = ""
    ) -> Pieces:
        for place, chat in enumerate(chats, start=1):
            begun = False
            stream = opens(chat)
            try:
                async with closed_after(stream):
                    async for piece in stream:
                        begun = True
                        yield _signed(piece, chat, named) if isinstance(piece, Usage) else piece
                return
            except (Unavailable, ProviderDenied) as error:
                if begun or place == len(chats):
                    raise
                _log.warning(
                    "%s cannot answer (%s); %s is asked", chat.model, error.detail, chats[place].model
                )
                _FALLBACKS.labels(chat.model).inc()


def _signed(usage: Usage, chat: Chat, named: str) -> Usage:
    return replace(usage, model=usage.model or named or chat.model, cost_usd=chat.cost_usd(usage))
