"""Ports that hold ports: time limits, retries, circuit breakers and fallbacks around what may fail."""

from collections.abc import Sequence

from app.kernel.ports.chat import Chat
from app.kernel.ports.embeddings import Embedder
from app.resilience.breaker import Breaker, GuardedChat, GuardedEmbedder
from app.resilience.deadline import BoundedChat, PromptChat, PromptEmbedder
from app.resilience.fallback import FallbackChat
from app.resilience.retry import Patience, PatientChat, PatientEmbedder

__all__ = ["steady_chat", "steady_embedder"]


def steady_embedder(
    embedder: Embedder, *, question_timeout_s: float, patience: Patience | None = None
) -> Embedder:
    """Retries within the time of a question, and a breaker that sees what remains of the failures."""
    patient = PatientEmbedder(embedder, patience or Patience())
    prompt = PromptEmbedder(patient, question_s=question_timeout_s)
    return GuardedEmbedder(prompt, Breaker(embedder.fingerprint))


def steady_chat(
    chats: Sequence[Chat], *, first_token_s: float, whole_s: float, patience: Patience | None = None
) -> Chat:
    """The first of `chats` that can begin an answer, each behind its own time limit, retries and breaker.

    patience: of the last one, after which nobody is left. Those before it are tried once more at most, and not at all
    when they were silent or ask for a long pause: somebody else is there.
    """
    patient = patience or Patience(whole_s=whole_s)
    hasty = Patience(
        retries=1, longest_asked_s=2.0, after_timeouts=False, whole_s=whole_s,
        sleep=patient.sleep, chance=patient.chance, clock=patient.clock,
    )  # fmt: skip
    # However short the whole is: one silent model leaves the time to ask once more.
    first_token_s = min(first_token_s, whole_s / 2)
    steady = [
        _steady(chat, first_token_s=first_token_s, patience=patient if place == len(chats) else hasty)
        for place, chat in enumerate(chats, start=1)
    ]
    return BoundedChat(FallbackChat(steady), whole_s=whole_s)


def _steady(chat: Chat, *, first_token_s: float, patience: Patience) -> Chat:
    prompt = PromptChat(chat, first_token_s=first_token_s)
    return GuardedChat(PatientChat(prompt, patience), Breaker(chat.model))
