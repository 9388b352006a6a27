"""One Chromium, in which each page is drawn in a context of its own and within its time."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass

from playwright.async_api import Browser, BrowserContext, Error, Page, Playwright, async_playwright

from app.kernel.errors import LimitExceeded, Unavailable, UrlUnreachable
from app.kernel.ports.pages import FetchedPage, Pages
from app.rendering.requests import Bounds, Requests
from app.rendering.settings import RenderingSettings

_LOG = logging.getLogger("genai.rendering")
# Requests are answered by this process. Whatever goes past it (a look-up ahead, a socket, a peer connection) finds no
# name and no way: every name is unknown, every connection goes to a proxy that is not there, loopback included.
_FLAGS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--no-pings",
    "--dns-prefetch-disable",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--js-flags=--max-old-space-size=256",
)
# Ways by which a page could speak without a request, which no posting needs.
_WITHOUT = """
for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "WebTransport", "SharedWorker"]) delete globalThis[name];
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """`settle_s`: how long after its scripts have loaded a page may go on drawing; `whole_s`: for everything."""

    settle_s: float = 8.0
    whole_s: float = 25.0
    html_bytes: int = 5_000_000


@dataclass(frozen=True, slots=True)
class Rendered:
    """The page's document as it stands once its scripts have drawn it. `url`: where the last redirect led."""

    url: str
    html: str


class Chromium:
    """Starts with the first page and again after it died. Raises Unavailable where it cannot start."""

    def __init__(
        self,
        pages: Pages,
        settings: RenderingSettings,
        *,
        limits: Limits | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        self._pages = pages
        self._settings = settings
        self._limits = limits or Limits()
        self._bounds = bounds or Bounds()
        self._turns = asyncio.Semaphore(settings.pages)
        self._starting: asyncio.Task[Browser] | None = None
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    async def render(self, url: str) -> Rendered:
        """Raises UrlRefused, UrlUnreachable, LimitExceeded for a document that is too large, Unavailable."""
        first = await self._pages.fetch(url)
        if first.status >= 400:
            raise UrlUnreachable(f"The site answers with status {first.status}.", field="url")
        async with self._turns:
            browser = await self.started()
            try:
                async with asyncio.timeout(self._limits.whole_s):
                    return await self._drawn(browser, first)
            except TimeoutError:
                await self._end(
                    browser
                )  # a script that never rests holds its process; the next page gets a new one
                raise UrlUnreachable(
                    f"The page was not drawn within {self._limits.whole_s:g} s.", field="url"
                ) from None
            except Error as error:
                raise UrlUnreachable(
                    "The page could not be drawn; its scripts broke it.", field="url"
                ) from error

    async def started(self) -> Browser:
        """The browser, started where it is not running; whoever gives up waiting does not stop the start."""
        if self._browser is not None and self._browser.is_connected():
            return self._browser
        if self._starting is None or self._starting.done():
            self._starting = asyncio.create_task(self._start())
        return await asyncio.shield(self._starting)

    async def _start(self) -> Browser:
        self._playwright = self._playwright or await async_playwright().start()
        try:
            self._browser = await self._playwright.chromium.launch(
                executable_path=self._settings.browser,
                args=list(_FLAGS),
                chromium_sandbox=self._settings.sandbox,
                timeout=20_000,
            )
        except Error as error:
            raise Unavailable(
                f"{self._settings.browser!r} does not start; does RENDERING_SANDBOX=off help, as it does for root and in pods?"
            ) from error
        return self._browser

    async def aclose(self) -> None:
        if self._browser is not None:
            await self._end(self._browser)
        if self._playwright is not None:
            await self._playwright.stop()

    async def _drawn(self, browser: Browser, first: FetchedPage) -> Rendered:
        requests = Requests(self._pages, first, self._bounds)
        context = await browser.new_context(
            service_workers="block", accept_downloads=False, permissions=[], locale="en"
        )
        try:
            await context.add_init_script(_WITHOUT)
            await context.route("**/*", requests.answer)
            await context.route_web_socket("**/*", lambda socket: socket.close())
            page = await context.new_page()
            _alone(context, page)
            await page.goto(first.final_url, wait_until="load", timeout=self._limits.whole_s * 1_000)
            with suppress(Error):  # one that never rests is taken as it is
                await page.wait_for_load_state("networkidle", timeout=self._limits.settle_s * 1_000)
            html = await page.content()
            url = page.url
        finally:
            await self._closed(browser, context)
        if requests.refused:
            _LOG.info("not fetched for a page: %s", ", ".join(sorted(set(requests.refused))))
        if len(html.encode("utf-8", "replace")) > self._limits.html_bytes:
            raise LimitExceeded(
                f"The drawn page is larger than {self._limits.html_bytes / 1_000_000:g} MB.",
                code="page_too_large",
            )
        return Rendered(url, html)

    async def _closed(self, browser: Browser, context: BrowserContext) -> None:
        try:
            async with asyncio.timeout(3):
                await context.close()
        except (Error, TimeoutError):
            await self._end(browser)

    async def _end(self, browser: Browser) -> None:
        with suppress(Error, TimeoutError):
            async with asyncio.timeout(5):
                await browser.close()


def _alone(context: BrowserContext, page: Page) -> None:
    """No windows beside the page, and no dialog that waits for somebody."""

    async def shut(other: Page) -> None:
        with suppress(Error):
            await other.close()

    context.on("page", shut)
    page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.dismiss()))
