"""What people do on the Failures page: a log is explained, judged, corrected, and found again by kind, by job and in time."""

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import Visitor
from tests.journeys.platform import Platform

pytestmark = pytest.mark.xdist_group("journeys")

VIEWS = ("Explain", "Seen before", "History", "Jobs", "Proposals")
RED, GREEN = "b" * 40, "a" * 40


def log(module: str) -> str:
    return (
        f"E   ModuleNotFoundError: No module named '{module}'\n##[error]Process completed with exit code 1.\n"
    )


def go(visitor: Visitor, view: str) -> None:
    visitor.page.locator(".st-key-failure-view").get_by_role("radio", name=view).click()
    expect(visitor.page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning")


def seen(platform: Platform, module: str, *, run: str, commits: bool = False) -> None:
    """The service is told of a failed job, as a pipeline would."""
    where: dict[str, Any] = {"repository": "acme/shop", "job": "ci / test", "commit": RED, "run_id": run}
    if commits:
        where |= {
            "commits": [{"sha": RED, "message": "faster <img src=x onerror=alert(1)>" + " and faster" * 6}]
        }
    answer = httpx.post(
        f"{platform.api}/devops/analyze", json={"log": log(module), "metadata": where}, trust_env=False
    )
    assert answer.status_code == 200, answer.text


def test_a_wrong_cause_is_corrected_told_the_next_time_and_proposed_as_a_signature(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("failures")
    visitor.explain(log("left_pad"))
    answer = page.locator(".st-key-failure-answer")
    answer.get_by_text("No, it was something else").click()
    answer.get_by_label("What it was").fill("The lock file was not committed <img src=x onerror=alert(1)>")
    answer.get_by_label("What mended it, a step a line").fill("Commit the lock file.\nRun it again.")
    answer.get_by_role("button", name="Correct it").click()
    expect(answer).to_contain_text("The same failure is told in your words from now on.")

    page.locator(".st-key-explain button").click()
    expect(answer).to_contain_text("The lock file was not committed <img")
    expect(answer).to_contain_text(re.compile(r"Seen 1 time since \d{4}-\d\d-\d\d"))
    expect(answer).to_contain_text("Last fix: Commit the lock file.; Run it again.")

    go(visitor, "Proposals")
    proposal = page.locator('[class*="st-key-proposal-"]')
    expect(proposal).to_contain_text("The lock file was not committed")
    expect(proposal.locator("code")).to_contain_text("signatures:")
    proposal.get_by_role("button", name="Taken in, or turned down").click()
    expect(page.get_by_text("No proposal waits")).to_be_visible()
    expect(page.locator("[data-testid=stMain] img")).to_have_count(0)


def test_an_example_shows_a_newcomer_what_the_page_does_and_the_log_stays(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("failures")
    page.get_by_role("button", name="Try an example").click()
    field = page.get_by_label("Log", exact=True)
    expect(field).to_have_value(re.compile("ERESOLVE"))
    page.locator(".st-key-explain button").click()
    answer = page.locator(".st-key-failure-answer")
    expect(answer).to_contain_text("No secret was found in it.")
    expect(answer.locator(".g-steps code").first).to_be_visible()
    go(visitor, "History")
    go(visitor, "Explain")
    expect(field).to_have_value(re.compile("ERESOLVE"))


def test_what_nobody_could_explain_is_found_in_the_history_by_what_it_said(visitor: Visitor) -> None:
    visitor.open("failures")
    visitor.explain("the lighthouse went dark at noon\n")
    go(visitor, "History")
    lines = visitor.page.locator('[class*="st-key-fline-"]')
    expect(lines.filter(has_text="the lighthouse went dark at noon")).to_have_count(1)


def test_a_right_one_is_accepted_and_found_in_the_history(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("failures")
    visitor.explain(log("numpy"))
    answer = page.locator(".st-key-failure-answer")
    answer.get_by_role("button", name="Yes, that was it").click()
    expect(answer).to_contain_text("Its fix is remembered for the next time.")

    go(visitor, "History")
    line = page.locator('[class*="st-key-fline-"]').filter(has_text="numpy")
    expect(line.locator(".g-chip")).to_have_text("accepted")
    line.get_by_role("button", name="Read").click()
    read = page.locator(".st-key-failure-read")
    expect(read).to_contain_text("ModuleNotFoundError: No module named 'numpy'")
    expect(read).to_contain_text("Somebody said that this was it.")
    page.keyboard.press("Escape")
    expect(read).to_have_count(0)
    line.get_by_role("button", name="Delete").click()
    expect(line).to_have_count(0)


def test_a_job_shows_its_failures_its_suspects_and_its_kinds(visitor: Visitor, platform: Platform) -> None:
    page = visitor.page
    for run in ("1", "2", "3"):
        seen(platform, "pandas", run=run, commits=run == "1")
    visitor.open("failures")
    go(visitor, "Seen before")
    kind = page.locator('[class*="st-key-fcell-"]').filter(has_text="pandas")
    expect(kind).to_contain_text("3 ×")
    expect(kind).to_contain_text("in acme/shop ci / test")
    go(visitor, "Jobs")
    job = page.locator('[class*="st-key-fcell-job-"]')
    expect(job).to_contain_text("3 of 3 failed")
    expect(job).to_contain_text("red since bbbbbbb")
    expect(job).to_contain_text("faster <img")
    go(visitor, "Explain")
    page.get_by_text("Its workflow or manifest").click()
    for label, text in (("Repository", "acme/shop"), ("Job", "ci / test")):
        page.get_by_label(label, exact=True).fill(text)
    visitor.explain(log("pandas"))
    answer = page.locator(".st-key-failure-answer")
    expect(answer).to_contain_text("Seen 3 times since")
    expect(answer).to_contain_text("Suspect commits")
    expect(page.locator("[data-testid=stMain] img")).to_have_count(0)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_fits_a_phone(browser: Browser, platform: Platform, view: str) -> None:
    seen(platform, "a" * 200, run="9", commits=True)
    visitor = Visitor(browser, platform.console, width=375, height=760)
    visitor.open("failures")
    if view == "Explain":
        visitor.explain(log("b" * 200))
    else:
        go(visitor, view)
    expect(visitor.page.get_by_test_id("stStatusWidget")).to_have_count(0)
    widest = visitor.page.evaluate(
        "() => Math.max(...[...document.querySelectorAll('[data-testid=stMain] *')]"
        ".filter(node => node.offsetParent && !node.closest('pre'))"
        ".map(node => node.getBoundingClientRect().right))"
    )
    visitor.leave()
    assert widest <= 375
