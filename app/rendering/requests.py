"""Answers every request of a page: fetched by the guarded fetcher, empty, or refused; the browser itself connects to nobody."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.async_api import Error, Frame, Request, Route

from app.kernel.errors import GenaiError
from app.kernel.ports.pages import FetchedPage, Pages

# What a page needs to become text. Images, fonts, media, beacons, reports, sockets and frames are none of it.
_FETCHED = frozenset({"document", "script", "xhr", "fetch"})
# Some scripts wait for their style sheet; what is in it changes no word.
_EMPTY = {"stylesheet": "text/css"}
_ANY = ("*",)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one page may ask for, all requests together; the fetcher bounds each of them."""

    requests: int = 120
    total_bytes: int = 20_000_000
    sent_bytes: int = 64_000
    at_once: int = 6


class Requests:
    """Those of one page. `first` is its own document, which has been fetched already."""

    def __init__(self, pages: Pages, first: FetchedPage, bounds: Bounds) -> None:
        self._pages = pages
        self._first: FetchedPage | None = first
        self._host = urlsplit(first.final_url).hostname
        self._bounds = bounds
        self._turns = asyncio.Semaphore(bounds.at_once)
        self._asked = self._bytes = 0
        # What was not fetched, for the log: kind and reason, never the address.
        self.refused: list[str] = []

    async def answer(self, route: Route) -> None:
        """Never raises: a page that has gone needs no answer."""
        try:
            await self._answer(route)
        except Error:
            return

    async def _answer(self, route: Route) -> None:
        request = route.request
        kind = request.resource_type
        if kind in _EMPTY:
            await route.fulfill(status=200, content_type=_EMPTY[kind], body="")
            return
        if reason := self._not_allowed(request, kind):
            await self._refuse(route, reason)
            return
        try:
            async with self._turns:
                fetched = await self._fetch(request)
        except GenaiError as error:
            await self._refuse(route, f"{kind}: {error.code}")
            return
        except UnicodeDecodeError:
            await self._refuse(route, request.method)
            return
        self._bytes += len(fetched.body)
        await route.fulfill(status=fetched.status, headers=_headers(fetched, request), body=fetched.body)

    def _not_allowed(self, request: Request, kind: str) -> str:
        self._asked += 1
        if kind not in _FETCHED:
            return kind
        if kind == "document" and _inner(request):
            return "frame"
        if self._asked > self._bounds.requests or self._bytes > self._bounds.total_bytes:
            return "too much"
        if request.method == "GET":
            return ""
        # Lists are often asked for by POST. It goes to the page's own host only, as JSON and short: what a script knows of
        # others cannot leave through it, and there is nothing else to know in here.
        own = urlsplit(request.url).hostname == self._host
        kind_sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        body = request.post_data_buffer or b""
        json = kind_sent == "application/json" and len(body) <= self._bounds.sent_bytes
        return "" if request.method == "POST" and own and json else request.method

    async def _fetch(self, request: Request) -> FetchedPage:
        first, self._first = self._first, None
        if first is not None:
            return first
        body = request.post_data if request.method == "POST" else None
        return await self._pages.fetch(request.url, accept=_ANY, json_body=body)

    async def _refuse(self, route: Route, reason: str) -> None:
        self.refused.append(reason)
        await route.abort("blockedbyclient")


def _inner(request: Request) -> bool:
    """Whether a frame inside the page asks, or one that is gone."""
    try:
        frame: Frame = request.frame
    except Error:
        return True
    return frame.parent_frame is not None


def _headers(fetched: FetchedPage, request: Request) -> dict[str, str]:
    """The type alone of what the site sent. Any page may read the answer: it is public, and no cookie was sent for it."""
    origin = request.headers.get("origin")
    shared = (
        {"access-control-allow-origin": origin, "access-control-allow-credentials": "true"} if origin else {}
    )
    return {"content-type": fetched.content_type or "text/plain", **shared}
