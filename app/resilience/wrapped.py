"""A chat model or an embedder around another one: everything passes through but what a subclass changes."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from app.kernel.ports.chat import Chat, ChatRequest, CompletionRequest, Delta, Usage
from app.kernel.ports.embeddings import Embedder
from app.kernel.retrieval import RetrievalProfile

if TYPE_CHECKING:
    from app.kernel.ports.embeddings import Matrix, TextKind

Pieces = AsyncIterator[Delta | Usage]
# Opens the same stream anew each time it is called.
Opens = Callable[[], Pieces]


class ChatAround:
    """A Chat that is another Chat, with `around` put between its streams and their readers."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat

    def around(self, opens: Opens) -> Pieces:
        """The pieces of the stream that `opens` opens."""
        return opens()

    @property
    def model(self) -> str:
        return self.chat.model

    def cost_usd(self, usage: Usage) -> float:
        return self.chat.cost_usd(usage)

    def answer(self, request: ChatRequest) -> Pieces:
        return self.around(lambda: self.chat.answer(request))

    def complete(self, request: CompletionRequest) -> Pieces:
        return self.around(lambda: self.chat.complete(request))

    async def models(self) -> Sequence[str]:
        return await self.chat.models()

    async def ping(self) -> None:
        await self.chat.ping()

    async def aclose(self) -> None:
        await close(self.chat)


class EmbedderAround:
    """An Embedder that is another Embedder; subclasses change how `embed` is called."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder

    @property
    def fingerprint(self) -> str:
        return self.embedder.fingerprint

    @property
    def dimensions(self) -> int:
        return self.embedder.dimensions

    @property
    def profile(self) -> RetrievalProfile:
        return self.embedder.profile

    @property
    def max_tokens(self) -> int:
        return self.embedder.max_tokens

    @property
    def counts_word_pieces(self) -> bool:
        return self.embedder.counts_word_pieces

    def count_tokens(self, text: str) -> int:
        return self.embedder.count_tokens(text)

    async def embed(self, texts: Sequence[str], *, kind: "TextKind" = "passage") -> "Matrix":
        return await self.embedder.embed(texts, kind=kind)

    async def ping(self) -> None:
        await self.embedder.ping()

    async def aclose(self) -> None:
        await close(self.embedder)


async def close(port: object) -> None:
    """Close what holds connections; a model of this machine holds none."""
    if closing := getattr(port, "aclose", None):
        await closing()
    elif closing := getattr(port, "close", None):
        closing()


def closed_after(stream: Pieces) -> AbstractAsyncContextManager[Any]:
    """Lets go of a stream's connection at once when its reader stops, not when it is collected."""
    return _Closing(stream) if hasattr(stream, "aclose") else nullcontext()


class _Closing:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aenter__(self) -> None:
        """Nothing to prepare."""

    async def __aexit__(self, *_: object) -> None:
        await self._stream.aclose()
