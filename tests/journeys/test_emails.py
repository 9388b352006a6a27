"""What people do on the E-mails page: from a saved career page to drafts that they edit, take along and find again."""

import re

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, expect

from tests.journeys.browser import Visitor, file
from tests.journeys.platform import Platform

pytestmark = pytest.mark.xdist_group("journeys")

POSTING = file(
    "harbour-data.html",
    b"""<title>Data Engineer | Harbour Lights</title><script type="application/ld+json">{"@context": "https://schema.org",
"@type": "JobPosting", "title": "Data Engineer", "hiringOrganization": {"name": "Harbour Lights"}, "datePosted": "2026-11-02",
"jobLocation": {"address": {"addressLocality": "Porto", "addressCountry": "Portugal"}}, "baseSalary": {"currency": "EUR",
"value": {"minValue": 52000, "maxValue": 60000, "unitText": "YEAR"}},
"description": "We keep lighthouses lit with data. You build pipelines in Python and PostgreSQL on AWS."}</script>""",
)
LIST = file(
    "jobs.html",
    (
        "<title>Jobs at Harbour Lights</title><h1>Open positions</h1><ul>"
        + "".join(
            f'<li><a href="https://harbour.example/jobs/{at}00-x"><h3>{title}</h3></a><span class="location">Porto</span></li>'
            for at, title in enumerate(
                ("Ship Cook", "Qt Developer <img src=x onerror=alert(1)>", "Deck Officer"), start=1
            )
        )
        + "</ul>"
    ).encode(),
)
TABLE = file(
    "portfolio.csv",
    b'title,skills,description,link\nTide gauge,"Python, PostgreSQL, AWS",Reads 400 gauges every minute,https://work.example/tide\n'
    b'Chart plotter,"C++, Qt",Draws charts on boats,https://work.example/plotter\n',
)


def go(visitor: Visitor, view: str) -> None:
    visitor.page.locator(".st-key-view").get_by_role("radio", name=view).click()


def fill_portfolio(visitor: Visitor) -> None:
    go(visitor, "Portfolio")
    visitor.page.locator('[class*="st-key-csv-"] input[type=file]').set_input_files([TABLE])
    visitor.page.locator(".st-key-replace-portfolio button").click()
    expect(visitor.page.get_by_text("2 projects in the portfolio.")).to_be_visible()
    go(visitor, "Write")


def find_jobs(visitor: Visitor, page: FilePayload) -> None:
    visitor.page.locator(".st-key-how").get_by_role("radio", name="Saved page").click()
    visitor.page.locator(".st-key-page input[type=file]").set_input_files([page])
    expect(visitor.page.get_by_text(page["name"])).to_be_visible()
    visitor.page.get_by_role("button", name="Find jobs").click()
    expect(visitor.page.locator(".st-key-jobs")).to_be_visible()


def taken_along(visitor: Visitor, draft: Locator, edit: str) -> str:
    """The message for the mail program, once the page has taken the edit over: it runs again some moment after the key."""
    for _ in range(50):
        with visitor.page.expect_download() as download:
            draft.get_by_role("button", name="For the mail program").click()
        message = download.value.path().read_text()
        if edit in message:
            return message
        visitor.page.wait_for_timeout(200)
    raise AssertionError(f"{edit!r} never came into the message:\n{message}")


def test_a_saved_page_becomes_a_draft_that_is_edited_taken_along_and_found_again(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("emails")
    fill_portfolio(visitor)
    find_jobs(visitor, POSTING)
    expect(page.locator(".st-key-jobs")).to_contain_text("Harbour Lights · Porto, Portugal")
    page.locator(".st-key-write button").click()
    draft = page.locator('[class*="st-key-draft-"]')
    body = draft.get_by_label("Message")
    expect(body).to_have_value(re.compile("https://work.example/tide"))
    assert "plotter" not in body.input_value()
    subject = draft.get_by_label("Subject")
    subject.fill("A light for Harbour Lights")
    subject.press("Tab")
    message = taken_along(visitor, draft, "A light for Harbour Lights")
    assert (
        "A light for Harbour Lights" in message
        and "X-Unsent: 1" in message
        and "https://work.example/tide" in message
    )
    draft.get_by_role("button", name="Copy").click()
    expect(page.get_by_test_id("stPopoverBody").locator("code")).to_contain_text("A light for Harbour Lights")
    page.keyboard.press("Escape")

    go(visitor, "History")
    page.get_by_placeholder("Find by job, company or words").fill("harbour engineer")
    page.keyboard.press("Enter")
    lines = page.locator('[class*="st-key-past-em"]')
    expect(lines).to_have_count(1)
    lines.get_by_role("button", name="Follow up").click()
    expect(page.locator('[class*="st-key-draft-"]').get_by_label("Subject")).to_have_value(
        re.compile("^Re: ")
    )
    go(visitor, "History")
    expect(lines).to_have_count(2)
    lines.first.get_by_role("button", name="Delete").click()
    expect(lines).to_have_count(1)
    page.locator(".st-key-past-delete-all button").click()
    page.locator(".st-key-sure button").click()
    expect(page.get_by_text("Drafts that you write are kept here.")).to_be_visible()


def test_what_was_typed_and_edited_is_still_there_after_a_look_elsewhere(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("emails")
    find_jobs(visitor, POSTING)
    page.locator(".st-key-write button").click()
    subject = page.locator('[class*="st-key-draft-"]').get_by_label("Subject")
    subject.fill("A light for the harbour")
    subject.press("Tab")
    expect(page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.locator(".st-key-how").get_by_role("radio", name="Text").click()
    text = page.get_by_label("Text of the posting")
    text.fill("Lighthouse keeper in Porto")
    text.press("Tab")
    go(visitor, "Portfolio")
    # What stood there before is still shown until the other view comes.
    expect(page.get_by_role("button", name="Download CSV")).to_be_visible()
    go(visitor, "Write")
    expect(subject).to_have_value("A light for the harbour")
    expect(text).to_have_value("Lighthouse keeper in Porto")
    visitor.go("Status")
    expect(page.get_by_text("Everything is up.")).to_be_visible()
    visitor.go("E-mails")
    expect(subject).to_have_value("A light for the harbour")


def test_an_example_shows_a_newcomer_what_the_page_does(visitor: Visitor) -> None:
    visitor.open("emails")
    visitor.page.get_by_role("button", name="Try an example").click()
    expect(visitor.page.get_by_label("Text of the posting")).to_have_value(re.compile("Python Engineer"))
    visitor.page.get_by_role("button", name="Find jobs").click()
    expect(visitor.page.locator(".st-key-jobs")).to_contain_text("Python Engineer")
    visitor.page.locator(".st-key-write button").click()
    expect(visitor.page.locator('[class*="st-key-draft-"]').get_by_label("Message")).to_have_value(
        re.compile("Python")
    )


def test_a_view_is_there_again_after_a_reload(visitor: Visitor) -> None:
    visitor.open("emails")
    go(visitor, "History")
    expect(visitor.page.get_by_placeholder("Find by job, company or words")).to_be_visible()
    visitor.page.reload()
    expect(visitor.page.get_by_placeholder("Find by job, company or words")).to_be_visible()


def test_several_jobs_of_a_list_are_chosen_and_a_profile_signs_them(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("emails")
    go(visitor, "Profiles")
    page.get_by_label("Your name").fill("Ada Quay")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Ada Quay can write now.")).to_be_visible()
    go(visitor, "Write")
    find_jobs(visitor, LIST)
    write = page.locator(".st-key-write button")
    expect(write).to_be_disabled()
    for title in ("Ship Cook", "Qt Developer"):
        page.locator(".st-key-jobs").get_by_text(title).click()
    expect(write).to_contain_text("Write 2 e-mails")
    write.click()
    bodies = page.locator('[class*="st-key-draft-"]').get_by_label("Message")
    expect(bodies).to_have_count(2)
    assert all("Ada Quay" in body.input_value() for body in bodies.all())
    expect(page.locator(".st-key-jobs img")).to_have_count(0)


def test_what_is_no_career_page_says_what_to_do(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("emails")
    for address, answer in (("localhost/jobs", "url_refused"), ("", "Give an address")):
        page.get_by_label("Address of a posting").fill(address)
        page.get_by_role("button", name="Find jobs").click()
        expect(page.locator(".g-notice.g-bad")).to_contain_text(answer)
    page.locator(".st-key-how").get_by_role("radio", name="Text").click()
    page.get_by_label("Text of the posting").fill("Dear all, lunch is at noon.")
    page.get_by_role("button", name="Find jobs").click()
    expect(page.get_by_text("No job there")).to_be_visible()


@pytest.mark.parametrize("view", ["Write", "Portfolio", "Profiles", "History"])
def test_every_view_fits_a_phone(browser: Browser, platform: Platform, view: str) -> None:
    visitor = Visitor(browser, platform.console, width=375, height=760)
    visitor.open("emails")
    go(visitor, view)
    expect(visitor.page.get_by_test_id("stStatusWidget")).to_have_count(0)
    widest = visitor.page.evaluate(
        "() => Math.max(...[...document.querySelectorAll('[data-testid=stMain] *')]"
        ".filter(node => node.offsetParent && !node.closest('[data-testid=stDataFrame]'))"
        ".map(node => node.getBoundingClientRect().right))"
    )
    visitor.leave()
    assert widest <= 375
