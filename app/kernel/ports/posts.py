"""What we write elsewhere: a comment, a message, a ticket; to addresses from the settings, never to one that somebody sends."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class Posted:
    """The answer. `body` is its JSON, None for anything else; `retry_after_s` is what the other side asked for."""

    status: int
    body: Any = None
    retry_after_s: float | None = None


class Posts(Protocol):
    """One request with JSON in it. Errors: Unavailable (retryable) when nobody answers or the other side is troubled."""

    async def send(
        self,
        method: Literal["POST", "PUT", "PATCH"],
        url: str,
        *,
        content: bytes,
        headers: Mapping[str, str],
    ) -> Posted:
        """Redirects are not followed: what is sent is for this address. A status below 500 other than 429 is an answer."""
        ...
