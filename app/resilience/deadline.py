"""Time limits by stage: a model's first word, a whole answer, a question's vector."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.kernel.errors import ProviderTimeout
from app.kernel.ports.chat import Chat, Delta, Usage
from app.kernel.ports.embeddings import Embedder
from app.resilience.wrapped import ChatAround, EmbedderAround, Opens, Pieces, closed_after

if TYPE_CHECKING:
    from app.kernel.ports.embeddings import Matrix, TextKind


class PromptChat(ChatAround):
    """Raises ProviderTimeout when the first piece takes longer; those behind it may take their time."""

    def __init__(self, chat: Chat, *, first_token_s: float) -> None:
        super().__init__(chat)
        self._first_token_s = first_token_s

    async def around(self, opens: Opens) -> Pieces:
        stream = opens()
        async with closed_after(stream):
            due = asyncio.get_running_loop().time() + self._first_token_s
            piece = await _next(stream, due, f"said nothing within {self._first_token_s:g} s", self.model)
            if piece is None:
                return
            yield piece
            async for piece in stream:
                yield piece


class BoundedChat(ChatAround):
    """Raises ProviderTimeout when an answer is not whole in time, retries and other providers included."""

    def __init__(self, chat: Chat, *, whole_s: float) -> None:
        super().__init__(chat)
        self._whole_s = whole_s

    async def around(self, opens: Opens) -> Pieces:
        stream = opens()
        due = asyncio.get_running_loop().time() + self._whole_s
        async with closed_after(stream):
            # The limit is put around each step, never around a yield: what the reader does meanwhile is not cut off.
            while (
                piece := await _next(stream, due, f"was not done within {self._whole_s:g} s", self.model)
            ) is not None:
                yield piece


class PromptEmbedder(EmbedderAround):
    """Questions are waited for by somebody, so their vectors are due soon; those of passages may take longer."""

    def __init__(self, embedder: Embedder, *, question_s: float) -> None:
        super().__init__(embedder)
        self._question_s = question_s

    async def embed(self, texts: Sequence[str], *, kind: "TextKind" = "passage") -> "Matrix":
        if kind == "passage":
            return await self.embedder.embed(texts, kind=kind)
        try:
            async with asyncio.timeout(self._question_s):
                return await self.embedder.embed(texts, kind=kind)
        except TimeoutError:
            raise ProviderTimeout(
                f"Embedding the question took more than {self._question_s:g} s; try again or raise "
                "GENAI_EMBEDDER_TIMEOUT_S.",
                retry_after_s=1,
            ) from None


async def _next(stream: Pieces, due: float, what: str, model: str) -> Delta | Usage | None:
    """The next piece, None behind the last one. Raises ProviderTimeout at `due`, a time of the event loop."""
    try:
        async with asyncio.timeout_at(due):
            return await anext(stream, None)
    except TimeoutError:
        raise ProviderTimeout(f"The model {model!r} {what}; ask again.", retry_after_s=1) from None
