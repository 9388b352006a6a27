"""Pages of the public web, fetched for people who name them: the one way out of the platform to an address of theirs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

# What a page for people or programs comes as; a caller that reads other things says which. `/+json` stands for all of
# `application/*+json`; a site that names no type at all is let through, its reader has to look.
PAGE_TYPES = (
    "text/html",
    "application/xhtml+xml",
    "application/json",
    "text/json",
    "/+json",
    "text/plain",
    "application/xml",
    "text/xml",
    "/+xml",
)


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """What came back. `content_type` is the header as sent, "" without one; `body` is decompressed; names in `headers`
    are in lower case. An error page is a page too: look at `status`.
    """

    url: str
    final_url: str
    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Pages(Protocol):
    """Fetches what is public and nothing else. Errors: UrlRefused (the reason in its detail), UrlUnreachable."""

    async def fetch(
        self,
        url: str,
        *,
        accept: tuple[str, ...] = PAGE_TYPES,
        secrets: Mapping[str, str] | None = None,
        robots: bool = True,
        json_body: str | None = None,
    ) -> FetchedPage:
        """The page at this address, at most five redirects on.

        secrets: headers for this origin and https only, such as Authorization; a redirect elsewhere goes without them.
        robots: False for an API that was made for programs and whose owner gave us a key; its robots.txt is not asked.
        json_body: sent with POST, for public lists that are asked that way; such a request follows no redirect.
        """
        ...
