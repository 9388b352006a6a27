"""What the wire server can be told to answer instead of behaving: one value a reply."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Status:
    """An error response with an OpenAI error body, or any other body."""

    status: int
    code: str = "some_error"
    message: str = "It failed."
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None

    @property
    def body(self) -> bytes:
        error = {"message": self.message, "type": "invalid_request_error", "param": None, "code": self.code}
        return self.raw if self.raw is not None else json.dumps({"error": error}).encode()


@dataclass(frozen=True)
class Stream:
    """Bytes of an event stream, piece by piece as they leave the socket; `cut` closes it without an end."""

    pieces: Sequence[bytes]
    cut: bool = False
    pause_s: float = 0.0


@dataclass(frozen=True)
class Body:
    """A 200 with this body, whatever was asked."""

    content: bytes
    content_type: str = "application/json"


@dataclass(frozen=True)
class Silence:
    """Take the request and say nothing until the client gives up."""


@dataclass(frozen=True)
class HangUp:
    """Close the connection without a byte."""


Reply = Status | Stream | Body | Silence | HangUp


def chunk(
    text: str | None = None,
    *,
    finish: str | None = None,
    usage: tuple[int, int] | None = None,
    **delta: Any,
) -> bytes:
    """One chat.completion.chunk event, as OpenAI writes it."""
    said = delta | ({"content": text} if text is not None else {})
    value: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "tiny",
        "choices": [{"index": 0, "delta": said, "finish_reason": finish}],
    }
    if usage is not None:
        value |= {"choices": [], "usage": usage_of(*usage)}
    return event(json.dumps(value, ensure_ascii=False))


def event(data: str) -> bytes:
    return f"data: {data}\n\n".encode()


def usage_of(read: int, written: int) -> dict[str, int]:
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


DONE = event("[DONE]")
