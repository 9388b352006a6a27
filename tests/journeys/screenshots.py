"""`python -m tests.journeys.screenshots`: takes the README's pictures of the console on a fresh platform."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.journeys.browser import Visitor, file, find, launched
from tests.journeys.pdfs import pdf
from tests.journeys.platform import running
from tests.journeys.test_console import BAKERY, HERON, LIBRARY
from tests.journeys.test_emails import POSTING, fill_portfolio, find_jobs

BUCKET = """##[group]Run aws s3 sync s3://acme-release-artifacts dist
##[endgroup]
fatal error: An error occurred (AccessDenied) when calling the ListObjectsV2 operation: User: arn:aws:sts::123456789012:assumed-role/ci/run is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::acme-release-artifacts" because no identity-based policy allows the s3:ListBucket action
##[error]Process completed with exit code 1.
"""  # noqa: E501 - a line of a log
IMAGES = Path(__file__).parents[2] / "docs" / "images"


def main() -> int:
    executable = find()
    if executable is None:
        print("No browser: install chromium or set CHROME to its path.", file=sys.stderr)
        return 2
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder)) as platform,
        sync_playwright() as playwright,
        launched(playwright, executable) as browser,
    ):
        visitor = Visitor(browser, platform.console, width=1120, height=760)
        _documents(visitor)
        _ask(visitor)
        _failures(visitor, "failures.png")
        visitor.leave()
        for name, width, height in (("emails.png", 1120, 1260), ("emails-phone.png", 390, 844)):
            visitor = Visitor(browser, platform.console, width=width, height=height)
            _emails(visitor, name)
            visitor.leave()
        phone = Visitor(browser, platform.console, width=390, height=1200)
        _failures(phone, "failures-phone.png")
        phone.leave()
    return 0


def _failures(visitor: Visitor, name: str) -> None:
    visitor.open("failures")
    visitor.explain(BUCKET)
    answer = visitor.page.locator(".st-key-failure-answer")
    answer.scroll_into_view_if_needed()
    answer.evaluate("node => node.scrollIntoView({block: 'start'})")
    _take(visitor, name)


def _documents(visitor: Visitor) -> None:
    visitor.open("documents")
    reports = visitor.upload(
        [
            file("heron-drone.pdf", pdf(HERON)),
            file("library.pdf", pdf(LIBRARY)),
            file("bakery.pdf", pdf(BAKERY)),
        ]
    )
    expect(reports.locator(".g-row-text")).to_have_text(["Ready to be asked"] * 3)
    visitor.page.locator(".st-key-dismiss button").click()
    expect(reports).to_have_count(0)
    _take(visitor, "documents.png")


def _ask(visitor: Visitor) -> None:
    visitor.go("Ask")
    visitor.ask("How much may a hotel cost per night?")
    visitor.open_source()
    _take(visitor, "ask.png")


def _emails(visitor: Visitor, name: str) -> None:
    visitor.open("emails")
    if name == "emails.png":
        fill_portfolio(visitor)
    find_jobs(visitor, POSTING)
    visitor.page.locator(".st-key-write button").click()
    expect(visitor.page.locator('[class*="st-key-draft-"]')).to_have_count(1)
    draft = visitor.page.locator('[class*="st-key-draft-"]')
    expect(draft.get_by_role("button", name="Evidence")).to_be_visible()
    draft.scroll_into_view_if_needed()
    _take(visitor, name)


def _take(visitor: Visitor, name: str) -> None:
    """A picture of the calm page: no pointer on it, every font there, nothing still running."""
    visitor.page.mouse.move(2, 2)
    expect(visitor.page.get_by_test_id("stStatusWidget")).to_have_count(0)
    visitor.page.evaluate("() => document.fonts.ready")
    visitor.page.screenshot(path=IMAGES / name, animations="disabled")


if __name__ == "__main__":
    sys.exit(main())
