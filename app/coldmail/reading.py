"""From an address, a page or a text to jobs: fetches where nothing is given, and reads off the event loop."""

import asyncio
from dataclasses import dataclass

from app.coldmail.extraction.read import read_page
from app.coldmail.extraction.values import Kind, Page
from app.kernel.errors import BadInput, LimitExceeded, UrlUnreachable
from app.kernel.ports.pages import Pages

MOST_BYTES = 10_000_000
# Statuses with which sites keep programs out; what they send then is no posting.
_BLOCKED = frozenset({401, 403, 407, 429, 451, 503, 999})
_PASTE = "Open the posting in a browser and paste its text instead."


@dataclass(frozen=True, slots=True)
class Source:
    """What a caller gave. With content or text nothing is fetched, and `url` only says where it came from."""

    url: str | None = None
    content: str | None = None
    content_type: str | None = None
    text: str | None = None


class Reading:
    """Reads career pages."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def read(self, source: Source) -> Page:
        """Raises UrlRefused, UrlUnreachable, LimitExceeded, BadInput when nothing was given."""
        if source.content is not None or source.text is not None:
            content = source.content if source.content is not None else source.text or ""
            if len(content.encode("utf-8", "replace")) > MOST_BYTES:
                raise LimitExceeded(
                    f"The page is larger than {MOST_BYTES // 1_000_000} MB.", code="page_too_large"
                )
            kind = source.content_type if source.content is not None else "text/plain"
            return await asyncio.to_thread(read_page, content, content_type=kind, url=source.url)
        if source.url is None:
            raise BadInput("Send `url`, `content` or `text`.", code="source_missing")
        return await self._fetched(source.url)

    async def _fetched(self, url: str) -> Page:
        page = await self._pages.fetch(url)
        if page.status in (404, 410):
            return Page(
                Kind.EMPTY,
                f"The site says that this page is gone (status {page.status}). Look for the posting anew.",
            )
        if page.status >= 500 and page.status not in _BLOCKED:
            raise UrlUnreachable(
                f"The site answers with an error of its own (status {page.status}); try again later.",
                field="url",
            )
        if page.status in _BLOCKED:
            return Page(Kind.BLOCKED, f"The site keeps programs out (status {page.status}). {_PASTE}")
        return await asyncio.to_thread(
            read_page, page.body, content_type=page.content_type or None, url=page.final_url
        )
