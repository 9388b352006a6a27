"""`python -m tests.journeys.screenshots`: takes the pictures of the console in README and the guides on a fresh platform."""

import sys
import tempfile
from pathlib import Path

import httpx
from playwright.sync_api import expect, sync_playwright

from tests.journeys.browser import Visitor, file, find, launched
from tests.journeys.pdfs import pdf
from tests.journeys.platform import Platform, running
from tests.journeys.test_console import BAKERY, HERON, LIBRARY
from tests.journeys.test_emails import POSTING, fill_portfolio, find_jobs

BUCKET = """##[group]Run aws s3 sync s3://acme-release-artifacts dist
##[endgroup]
fatal error: An error occurred (AccessDenied) when calling the ListObjectsV2 operation: User: arn:aws:sts::123456789012:assumed-role/ci/run is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::acme-release-artifacts" because no identity-based policy allows the s3:ListBucket action
##[error]Process completed with exit code 1.
"""  # noqa: E501 - a line of a log
JOBS = (
    ("ci / test", "a", "1", "E   ModuleNotFoundError: No module named 'yaml'\n"),
    ("ci / test", "b", "2", "FAILED tests/test_cart.py::test_total - AssertionError: assert 41 == 42\n"),
    ("ci / build", "b", "3", "npm ERR! code ERESOLVE\nnpm ERR! ERESOLVE unable to resolve dependency tree\n"),
    ("deploy", "c", "4", BUCKET),
)
COMMITS = [
    {"sha": "a" * 40, "message": "Count the discount once"},
    {"sha": "b" * 40, "message": "Bring the cart's total up to date"},
]
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
        _status(visitor)
        visitor.leave()
        visitor = Visitor(browser, platform.console, width=1120, height=760)
        _failures(visitor, "failures.png")
        visitor.leave()
        for name, width, height in (("emails.png", 1120, 1260), ("emails-phone.png", 390, 844)):
            visitor = Visitor(browser, platform.console, width=width, height=height)
            _emails(visitor, name)
            visitor.leave()
        phone = Visitor(browser, platform.console, width=390, height=1200)
        _failures(phone, "failures-phone.png")
        phone.leave()
        visitor = Visitor(browser, platform.console, width=1120, height=620)
        _jobs(visitor, platform)
        visitor.leave()
    return 0


def _failures(visitor: Visitor, name: str) -> None:
    """The second time, so that what is remembered stands there; the page from its top, as long as it is."""
    visitor.open("failures")
    visitor.explain(BUCKET)
    visitor.page.locator(".st-key-explain button").click()
    answer = visitor.page.locator(".st-key-failure-answer")
    expect(answer).to_contain_text("Seen ")
    expect(answer.get_by_test_id("stCode").first).to_contain_text("s3:ListBucket")
    expect(answer.get_by_role("button", name="Yes, that was it")).to_be_visible()
    _take(visitor, name, whole=True)


def _jobs(visitor: Visitor, platform: Platform) -> None:
    """Some days of a repository, told as its pipelines would."""
    for job, commit, run, log in JOBS:
        where = {
            "repository": "acme/shop",
            "job": job,
            "commit": commit * 7,
            "run_id": run,
            "commits": COMMITS,
        }
        sent = {"log": log, "metadata": where}
        httpx.post(f"{platform.api}/devops/analyze", json=sent, trust_env=False).raise_for_status()
    visitor.open("failures")
    visitor.page.locator(".st-key-failure-view").get_by_role("radio", name="Jobs").click()
    expect(visitor.page.locator(".st-key-job-runs")).to_be_visible()
    _take(visitor, "failures-jobs.png")


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


def _status(visitor: Visitor) -> None:
    visitor.go("Status")
    expect(visitor.page.get_by_text("Everything is up.")).to_be_visible()
    _take(visitor, "status.png")


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


def _take(visitor: Visitor, name: str, *, whole: bool = False) -> None:
    """A picture of the calm page: no pointer on it, every font there, nothing still running. whole: all of its length."""
    visitor.page.mouse.move(2, 2)
    expect(visitor.page.get_by_test_id("stStatusWidget")).to_have_count(0)
    expect(visitor.page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning")
    visitor.page.evaluate("() => document.fonts.ready")
    if whole:
        visitor.grow()
    visitor.page.screenshot(path=IMAGES / name, animations="disabled")


if __name__ == "__main__":
    sys.exit(main())
