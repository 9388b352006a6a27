"""From an address, a page or a text to jobs: the system behind an address first, then the page, a model last."""

import logging
from dataclasses import replace

from app.coldmail.extraction import verdict
from app.coldmail.extraction.ats.addresses import api_address
from app.coldmail.extraction.listed.links import names_one as is_posting
from app.coldmail.extraction.values import Address, Kind, Page
from app.coldmail.reading.apart import Apart, TookTooLong
from app.coldmail.reading.asking import asked
from app.coldmail.reading.following import Bounds, followed
from app.coldmail.reading.source import Given, Source
from app.coldmail.reading.tasks import job_of, page_of
from app.kernel.errors import BadInput, GenaiError, LimitExceeded, UrlRefused, UrlUnreachable
from app.kernel.ports.chat import Chat
from app.kernel.ports.pages import FetchedPage, Pages
from app.kernel.ports.rendering import Rendering

_LOG = logging.getLogger("genai.coldmail")

MOST_BYTES = 10_000_000
# Statuses with which sites keep programs out; what they send then is no posting.
_BLOCKED = frozenset({401, 403, 407, 429, 451, 503, 999})
_PASTE = "Open the posting in a browser and paste its text instead."
_GIVEN_UP = Page(
    Kind.OTHER, "This page takes too long to read. Paste the text of the posting instead of its markup."
)
# A page that says less announces no job.
_LEAST_CHARS = 120


class Reading:
    """Reads career pages. `chat` is None where no model is configured: rules alone read then.

    rendering: a browser for pages that scripts draw; None where there is none.
    """

    def __init__(
        self,
        pages: Pages,
        chat: Chat | None = None,
        *,
        rendering: Rendering | None = None,
        apart: Apart | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        self._pages = pages
        self._chat = chat
        self._rendering = rendering
        self._apart = apart or Apart()
        self._bounds = bounds or Bounds()

    async def aclose(self) -> None:
        await self._apart.aclose()

    async def read(self, source: Source) -> Page:
        """Raises UrlRefused, UrlUnreachable, LimitExceeded, BadInput when nothing was given."""
        if source.content is not None or source.text is not None:
            content = source.content if source.content is not None else source.text or ""
            if len(content.encode("utf-8", "replace")) > MOST_BYTES:
                raise LimitExceeded(
                    f"The page is larger than {MOST_BYTES // 1_000_000} MB.", code="page_too_large"
                )
            kind = source.content_type if source.content is not None else "text/plain"
            return await self._at_hand(Given(content, kind, source.url))
        if source.url is None:
            raise BadInput("Send `url`, `content` or `text`.", code="source_missing")
        return await self._from_system(source.url) or await self._from_page(source.url)

    async def _from_system(self, url: str) -> Page | None:
        """What the applicant-tracking system behind an address publishes for programs; None where that is no help."""
        address = api_address(url)
        if address is None:
            return None
        try:
            page = await self._fetched(address, asked_as=url)
        except (UrlRefused, UrlUnreachable):
            return None
        if not page.jobs or (page.kind is Kind.LISTING and is_posting(url)):
            return None
        return await self._whole(page, address.url, asked_as=url)

    async def _from_page(self, url: str) -> Page:
        fetched = await self._pages.fetch(url)
        if fetched.status in (404, 410):
            return Page(
                Kind.EMPTY,
                f"The site says that this page is gone (status {fetched.status}). Look for the posting anew.",
            )
        if fetched.status >= 500 and fetched.status not in _BLOCKED:
            raise UrlUnreachable(
                f"The site answers with an error of its own (status {fetched.status}); try again later.",
                field="url",
            )
        if fetched.status in _BLOCKED:
            return Page(Kind.BLOCKED, f"The site keeps programs out (status {fetched.status}). {_PASTE}")
        page = await self._at_hand(_given(fetched))
        if page.kind is Kind.SCRIPT_ONLY and self._rendering is not None:
            page = await self._drawn(self._rendering, fetched.final_url) or page
        return await self._whole(page, fetched.final_url)

    async def _drawn(self, rendering: Rendering, url: str) -> Page | None:
        """What the page holds once its scripts have run; None where that is no help: the advice for such pages stands."""
        try:
            drawn = await rendering.draw(url)
        except GenaiError as error:
            _LOG.warning("A page could not be drawn: %s", error.code)
            return None
        page = await self._at_hand(Given(drawn.html, "text/html", drawn.url))
        return page if page.jobs or page.kind in (Kind.EMPTY, Kind.BLOCKED) else None

    async def _whole(self, page: Page, own: str, *, asked_as: str | None = None) -> Page:
        if page.kind is not Kind.LISTING or not page.next_pages:
            return page

        async def read(address: Address) -> Page:
            return await self._fetched(address, asked_as=asked_as)

        return await followed(page, own, read, self._bounds)

    async def _fetched(self, address: Address, *, asked_as: str | None = None) -> Page:
        """A page by rules alone; one that is not there has no jobs. `asked_as`: the address that names the wanted job."""
        fetched = await self._pages.fetch(address.url, json_body=address.body)
        if fetched.status >= 400:
            raise UrlUnreachable(f"The site answers with status {fetched.status}.", field="url")
        given = _given(fetched)
        names_one = asked_as if asked_as and is_posting(asked_as) else None
        return await self._by_rules(replace(given, url=names_one or address.url))

    async def _at_hand(self, given: Given) -> Page:
        page = await self._by_rules(given)
        if page.jobs or page.kind is not Kind.OTHER or self._chat is None:
            return page
        return await self._by_model(self._chat, given) or page

    async def _by_rules(self, given: Given) -> Page:
        try:
            return page_of(await self._apart.run("page", given))
        except TookTooLong:
            return _GIVEN_UP

    async def _by_model(self, chat: Chat, given: Given) -> Page | None:
        try:
            text = await self._apart.run("shown", given)
            if len(text) < _LEAST_CHARS:
                return None
            answer, tokens = await asked(chat, text)
            jobs = tuple(map(job_of, await self._apart.run("kept", given, answer)))
        except TookTooLong:
            return None
        if not jobs:
            return Page(Kind.OTHER, verdict.NO_JOB, tokens=tokens)
        return Page(Kind.JOB if len(jobs) == 1 else Kind.LISTING, None, jobs, tokens=tokens)


def _given(fetched: FetchedPage) -> Given:
    return Given(fetched.body, fetched.content_type or None, fetched.final_url)
