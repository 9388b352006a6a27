"""A browser for pages that scripts draw: the writer asks for one only where the fetched markup holds nothing."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """`url`: where the last redirect led; `html`: the document as it stood then."""

    url: str
    html: str


class Rendering(Protocol):
    """Errors: UrlRefused, UrlUnreachable, LimitExceeded, Unavailable."""

    async def draw(self, url: str) -> DrawnPage: ...
