"""What the server can be told to do instead of behaving: one value a request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fail:
    """An error of the service's model, by its name; the status is the model's."""

    code: str
    message: str = "It failed."
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Silence:
    """Take the request and say nothing until the client gives up."""


@dataclass(frozen=True)
class HangUp:
    """Close the connection without a byte."""


@dataclass(frozen=True)
class Broken:
    """Answer as usual, but only the first `frames` of the stream, and then: close in the middle of the next frame
    (cut), end the body as if it were whole (ended), send a frame whose checksum is wrong (corrupt), or an exception
    of the stream by its name.
    """

    frames: int
    then: str = "cut"
    message: str = "It failed."


@dataclass(frozen=True)
class Slow:
    """Answer as usual with a pause before each frame of the stream."""

    pause_s: float


@dataclass(frozen=True)
class Frames:
    """These bytes as the whole stream."""

    frames: Sequence[bytes]


@dataclass(frozen=True)
class Json:
    """A 200 with this body."""

    content: bytes


Reply = Fail | Silence | HangUp | Broken | Slow | Frames | Json
