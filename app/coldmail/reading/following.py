"""Turns the pages of a long list into one: politely, to a limit, and it says when there is more."""

import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from app.coldmail.extraction.read import once
from app.coldmail.extraction.values import Address, Job, Kind, Page
from app.kernel.errors import UrlRefused, UrlUnreachable

# The page at an address, as read.
Read = Callable[[Address], Awaitable[Page]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a list is followed for one request; the fetcher's pace between two visits comes on top."""

    pages: int = 10
    jobs: int = 1_000
    seconds: float = 20.0


async def followed(
    first: Page, own: str, read: Read, bounds: Bounds, *, clock: Callable[[], float] = time.monotonic
) -> Page:
    """The list with the jobs of its further pages on the same host. A page that fails ends it; what came so far stays."""
    jobs = first.jobs
    seen, waiting = {own}, deque[Address]()
    _queue(first, own, seen, waiting)
    until = clock() + bounds.seconds
    for _ in range(bounds.pages - 1):
        if not waiting or len(jobs) >= bounds.jobs or clock() >= until:
            break
        address = waiting.popleft()
        try:
            page = await read(address)
        except (UrlRefused, UrlUnreachable):
            waiting.appendleft(address)
            break
        before = len(jobs)
        jobs = once((*jobs, *page.jobs))
        if len(jobs) > before:
            _queue(page, own, seen, waiting)
        elif not page.jobs:
            waiting.clear()
    return _told(first, jobs[: bounds.jobs], tuple(waiting), cut=len(jobs) > bounds.jobs)


def _queue(page: Page, own: str, seen: set[str], waiting: "deque[Address]") -> None:
    for address in page.next_pages:
        key = address.url + (address.body or "")
        if key not in seen and urlsplit(address.url).netloc == urlsplit(own).netloc:
            seen.add(key)
            waiting.append(address)


def _told(first: Page, jobs: tuple[Job, ...], left: tuple[Address, ...], *, cut: bool) -> Page:
    total = first.total
    if not (left or cut):
        return replace(first, kind=Kind.LISTING, jobs=jobs, next_pages=())
    of = f" of {total:,}" if total and total > len(jobs) else ""
    advice = (
        f"The list goes on: {len(jobs):,} jobs{of} are here. For more, send the address of one of its next pages "
        "or of a narrower search."
    )
    return replace(first, kind=Kind.LISTING, advice=advice, jobs=jobs, next_pages=left)
