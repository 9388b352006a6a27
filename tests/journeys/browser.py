"""A real Chromium that can reach this machine only, and a page that knows the console's ways."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Dialog, FilePayload, Locator, Page, Playwright, expect

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip
WAIT_MS = 20_000


def find() -> str | None:
    """Path of a Chromium: $CHROME, else the first on PATH."""
    return os.environ.get("CHROME") or next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def launched(playwright: Playwright, executable: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
    try:
        yield browser
    finally:
        browser.close()


class Visitor:
    """Somebody in front of the console. `strayed` lists every request to another host; `alarms` what scripts did."""

    def __init__(self, browser: Browser, console: str, *, width: int = 1180, height: int = 900) -> None:
        expect.set_options(timeout=WAIT_MS)
        self.console = console
        self.strayed: list[str] = []
        self.alarms: list[str] = []
        self._asked = 0
        self._context = browser.new_context(viewport={"width": width, "height": height})
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(WAIT_MS)
        self.page.on("request", lambda request: self._note(request.url))
        self.page.on("websocket", lambda socket: self._note(socket.url))
        self.page.on("dialog", self._alarm)

    def leave(self) -> None:
        self._context.close()

    def open(self, path: str = "") -> None:
        self._asked = 0
        self.page.goto(f"{self.console}/{path}")

    def go(self, title: str) -> None:
        """Follow a link of the navigation; the session goes on."""
        self.page.get_by_test_id("stTopNavLink").filter(has_text=title).click()

    def ask(self, question: str) -> None:
        field = self.page.get_by_placeholder("Ask about your documents")
        field.fill(question)
        field.press("Enter")
        self._asked += 1
        expect(self.page.locator(".g-question")).to_have_count(self._asked)

    def explain(self, log: str) -> None:
        """Paste a log on the Failures page and ask what it says."""
        field = self.page.get_by_label("Log", exact=True)
        field.fill(log)
        field.press("Control+Enter")
        expect(self.page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning")
        self.page.locator(".st-key-explain button").click()
        expect(self.page.locator(".st-key-failure-answer")).to_be_visible()

    def grow(self) -> None:
        """Make the window as long as the page, whose own part scrolls and not the window; back at its top."""
        size = self.page.viewport_size
        assert size is not None
        length = self.page.get_by_test_id("stMainBlockContainer").evaluate("node => node.scrollHeight")
        self.page.set_viewport_size({"width": size["width"], "height": int(length)})
        self.page.get_by_test_id("stMain").evaluate("node => node.scrollTo(0, 0)")

    def turn(self) -> Locator:
        """The answer to the last question and all below it, once it is complete."""
        turn = self.page.locator(f".st-key-turn-{max(self._asked, 1) - 1}")
        expect(turn).to_be_visible()
        return turn

    def answered(self) -> str:
        """The last answer, which has sources."""
        expect(self.chips().first).to_be_visible()
        return self.turn().locator(".g-answer").inner_text()

    def chips(self) -> Locator:
        """The sources of the last answer."""
        return self.turn().locator('[class*="st-key-sources-"]').get_by_role("button")

    def open_source(self, number: int = 0) -> Locator:
        """Open a source of the last answer; the passage."""
        self.chips().nth(number).click()
        passage = self.turn().locator(".g-passage")
        expect(passage).to_be_visible()
        return passage

    def upload(self, files: Sequence[FilePayload]) -> Locator:
        """Drop files on the Documents page; their final reports."""
        # The field of the batch before stays on the page until Streamlit has ended its run.
        expect(self.page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning")
        drop = self.page.locator('[class*="st-key-drop-"] input[type=file]')
        expect(drop).to_have_count(1)
        drop.set_input_files(list(files))
        names = self.page.locator(".st-key-reports .g-row-title")
        expect(names).to_have_text([file["name"] for file in files])
        return self.page.locator(".st-key-reports .g-progress")

    def act(self, act: str, document_id: str) -> None:
        """Press a button of a document's line: read, put or delete."""
        self.page.locator(f".st-key-{act}-{document_id} button").click()

    def _alarm(self, dialog: Dialog) -> None:
        self.alarms.append(dialog.message)
        dialog.dismiss()

    def _note(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(self.console).netloc:
            self.strayed.append(url)


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}
