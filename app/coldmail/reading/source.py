"""What a caller gave to be read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """With content or text nothing is fetched, and `url` only says where it came from."""

    url: str | None = None
    content: str | None = None
    content_type: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A page at hand, as it was sent or fetched."""

    content: bytes | str
    content_type: str | None = None
    url: str | None = None
