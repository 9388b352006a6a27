"""What people do in the console, from the first start to a service that is away."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.app.console.fake_api import FakeState, served
from tests.journeys.browser import Visitor, file
from tests.journeys.pdfs import pdf
from tests.journeys.platform import Platform, free_port, running

pytestmark = pytest.mark.xdist_group("journeys")

HERON = [
    ["Heron survey drone", "Field guide", "The Heron drone is built for surveys of coasts and dunes."],
    ["Payload", "The maximum payload of the Heron drone is 4.5 kilograms.", "The gimbal counts as payload."],
    ["Weather", "The Heron drone must not fly in winds above 38 kilometres per hour."],
]
LIBRARY = [
    ["Opening hours", "The Marsh Lane library opens at nine in the morning on weekdays."],
    ["Lending", "Readers may borrow twelve books at a time for four weeks."],
    ["Fees", "A lost library card costs six euros to replace."],
]
BAKERY = [
    ["Sourdough", "The sourdough starter is fed every twelve hours with rye flour."],
    ["Ovens", "The stone oven of the bakery is heated to 270 degrees Celsius before the first loaf."],
]
SECRET = "Tr0ub4dor-and-3"
FAILED_JOB = (
    "##[group]Run python -m pytest\n"
    f"password={SECRET} <img src=x onerror=alert(1)>\n"
    "Traceback (most recent call last):\n"
    "ModuleNotFoundError: No module named 'yaml'\n"
    "##[error]Process completed with exit code 1.\n"
)
HOSTILE = (
    "The secret ingredient of the Quillfish stew is smoked paprika "
    "<img src=http://evil.example/a.png onerror=\"alert('image')\"><script>alert('script')</script> "
    "![x](http://evil.example/b.png) [link](http://evil.example/c) <iframe src=http://evil.example/d></iframe>.\n\n"
    "<style>@import url(http://evil.example/e.css);</style> The Quillfish stew simmers for two hours.\n"
)


def test_a_newcomer_clicks_an_example_and_opens_its_source_at_the_right_place(
    visitor: Visitor, platform: Platform
) -> None:
    visitor.open()
    expect(visitor.page.get_by_text("Ask your documents")).to_be_visible()
    examples = visitor.page.locator(".st-key-examples").get_by_role("button")
    expect(examples).to_have_count(3)
    examples.filter(has_text="How much may a hotel cost per night?").click()
    assert "140 euros per night" in visitor.answered()
    expect(visitor.chips().first).to_contain_text("travel-policy.md")
    passage = visitor.open_source()
    quote = passage.locator("mark").text_content() or ""
    text = platform.text(platform.documents()["travel-policy.md"])
    assert "140 euros" in quote
    assert text.count(quote) == 1
    expect(passage.locator("mark")).to_be_in_viewport()
    around = (passage.locator(".g-text").text_content() or "").strip("… ")
    assert around in text and len(around) > len(quote)
    visitor.chips().first.click()
    expect(passage).to_have_count(0)


@pytest.mark.parametrize(
    "question", ["What does pausing keep, and what does it cost?", "How do I descale the machine?"]
)
def test_the_other_examples_are_answered_with_a_source(visitor: Visitor, question: str) -> None:
    visitor.open()
    visitor.page.locator(".st-key-examples").get_by_role("button").filter(has_text=question).click()
    assert visitor.answered()
    expect(visitor.open_source().locator("mark")).not_to_be_empty()


def test_three_pdfs_become_ready_and_an_answer_names_the_page(visitor: Visitor, platform: Platform) -> None:
    visitor.open("documents")
    expect(visitor.page.locator(".st-key-documents-list")).to_be_visible()
    visitor.page.evaluate("""() => {
        window.seen = new Set();
        new MutationObserver(() => document.querySelectorAll('.g-progress .g-row-text')
            .forEach(node => window.seen.add(node.textContent)))
            .observe(document.body, {subtree: true, childList: true, characterData: true});
    }""")
    reports = visitor.upload(
        [file("heron.pdf", pdf(HERON)), file("library.pdf", pdf(LIBRARY)), file("bakery.pdf", pdf(BAKERY))]
    )
    expect(reports.locator(".g-row-text")).to_have_text(["Ready to be asked"] * 3)
    assert len(visitor.page.evaluate("() => [...window.seen]")) > 1
    line = visitor.page.locator(f".st-key-doc-{platform.documents()['heron.pdf']}")
    expect(line).to_contain_text("3 pages")
    expect(line).to_contain_text("ready")
    visitor.go("Ask")
    for question, name, page, fact in (
        ("What is the maximum payload of the Heron drone?", "heron.pdf", 2, "4.5 kilograms"),
        ("How much does it cost to replace a lost library card?", "library.pdf", 3, "six euros"),
        ("How hot is the stone oven of the bakery?", "bakery.pdf", 2, "270 degrees"),
    ):
        visitor.ask(question)
        assert fact in visitor.answered()
        expect(visitor.chips().first).to_contain_text(f"{name} · p. {page}")
        passage = visitor.open_source()
        expect(passage.locator(".g-page")).to_have_text(f"page {page}")
        quote = passage.locator("mark").text_content() or ""
        assert fact in quote and quote in platform.text(platform.documents()[name])


def test_a_document_is_replaced_deleted_and_brought_back(visitor: Visitor, platform: Platform) -> None:
    old = file("ferry.txt", b"The ferry to Osprey island leaves the northern pier at 7.40 every morning.\n")
    new = file("ferry.txt", b"The ferry to Osprey island leaves the northern pier at 9.15 every morning.\n")
    question = "When does the ferry to Osprey island leave the northern pier?"
    visitor.open("documents")
    expect(visitor.upload([old])).to_contain_text("Ready to be asked")
    visitor.go("Ask")
    visitor.ask(question)
    assert "7.40" in visitor.answered()

    visitor.go("Documents")
    document_id = platform.documents()["ferry.txt"]
    visitor.act("put", document_id)
    visitor.page.get_by_role("dialog").locator("input[type=file]").set_input_files([new])
    expect(visitor.page.get_by_role("dialog")).to_have_count(0)
    expect(visitor.page.locator(f".st-key-doc-{document_id}")).to_contain_text("version 2")
    visitor.go("Ask")
    visitor.ask(question)
    assert "9.15" in visitor.answered()

    visitor.go("Documents")
    visitor.act("delete", document_id)
    visitor.page.locator(".st-key-sure button").click()
    reports = visitor.page.locator(".st-key-reports .g-progress")
    expect(reports).to_contain_text("What is left of it: 0 (0 objects, 0 records, 0 index, 0 caches)")
    expect(visitor.page.locator(f".st-key-doc-{document_id}")).to_have_count(0)
    visitor.go("Ask")
    visitor.ask(question)
    expect(visitor.turn().locator(".g-notice")).to_contain_text("Your documents do not say")

    visitor.go("Documents")
    expect(visitor.upload([new])).to_contain_text("Ready to be asked")
    expect(visitor.upload([new])).to_contain_text("Already here")
    visitor.go("Ask")
    visitor.ask(question)
    assert "9.15" in visitor.answered()


def test_a_conversation_survives_a_reload(visitor: Visitor) -> None:
    visitor.open()
    visitor.ask("How much may a hotel cost per night?")
    assert "140 euros per night" in visitor.answered()
    visitor.page.reload()
    assert "140 euros per night" in visitor.answered()
    expect(visitor.open_source().locator("mark")).to_contain_text("140 euros")
    visitor.page.locator(".st-key-new button").click()
    expect(visitor.page.get_by_text("Ask your documents")).to_be_visible()
    visitor.page.reload()
    expect(visitor.page.get_by_text("Ask your documents")).to_be_visible()


def test_a_file_that_is_too_large_says_so(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path, GENAI_MAX_UPLOAD_MB="1") as small:
        visitor = Visitor(browser, small.console)
        visitor.open("documents")
        visitor.page.locator('[class*="st-key-drop-"] input[type=file]').set_input_files(
            [file("huge.txt", b"x" * 1_200_000)]
        )
        why = visitor.page.get_by_text("File must be 1.0MB or smaller")
        expect(why).to_be_visible()
        box = why.bounding_box()
        assert box and box["width"] > 100 and box["height"] > 10
        visitor.leave()


def test_a_broken_file_says_what_is_wrong_with_it(visitor: Visitor) -> None:
    visitor.open("documents")
    report = visitor.upload([file("torn.pdf", pdf(BAKERY)[:300])])
    expect(report.first).to_contain_text("pdf_broken")


def test_what_a_hostile_document_says_is_text_and_nothing_else(visitor: Visitor, platform: Platform) -> None:
    name = "<img src=x onerror=alert(1)> ![x](http:evil.example) :material:.txt"
    visitor.open("documents")
    expect(visitor.upload([file(name, HOSTILE.encode())])).to_contain_text("Ready to be asked")
    visitor.act("read", platform.documents()[name])
    expect(visitor.page.locator(".g-reading")).to_contain_text("<script>alert('script')</script>")
    visitor.page.keyboard.press("Escape")
    visitor.go("Ask")
    visitor.ask("What is the secret ingredient of the Quillfish stew?")
    assert "smoked paprika" in visitor.answered()
    passage = visitor.open_source()
    expect(passage).to_contain_text("<img src=http://evil.example/a.png")
    expect(passage).to_contain_text("![x](http://evil.example/b.png)")
    expect(visitor.chips().first).to_contain_text("<img src=x onerror")
    for inside in ("[data-testid=stMain] img", "[data-testid=stMain] iframe", "[data-testid=stMain] script"):
        expect(visitor.page.locator(inside)).to_have_count(0)
    assert not visitor.page.locator("[data-testid=stMain] a[href*=evil]").count()


def test_the_status_page_shows_every_dependency_up(visitor: Visitor) -> None:
    visitor.open("status")
    expect(visitor.page.get_by_text("Everything is up.")).to_be_visible()
    states = visitor.page.locator(".st-key-dependencies .g-chip")
    expect(states.first).to_be_visible()
    assert set(states.all_inner_texts()) == {"up"}


def test_a_failed_jobs_log_is_explained_where_it_says_so_and_its_secret_is_masked(visitor: Visitor) -> None:
    visitor.open("failures")
    visitor.explain(FAILED_JOB)
    answer = visitor.page.locator(".st-key-failure-answer")
    expect(answer.locator(".g-notice")).to_contain_text("yaml")
    expect(answer.locator(".g-quoted mark").first).to_contain_text(
        "ModuleNotFoundError: No module named 'yaml'"
    )
    expect(answer.locator(".g-quoted .g-number").first).to_have_text("4")
    expect(answer).to_contain_text("<img src=x onerror=alert(1)>")
    expect(visitor.page.locator("[data-testid=stMain] img")).to_have_count(0)
    visitor.page.locator(".st-key-preview button").click()
    masked = visitor.page.locator(".st-key-masked-log .g-reading")
    expect(masked).to_contain_text("[REDACTED:password:1]")
    expect(masked).not_to_contain_text(SECRET)


@pytest.mark.parametrize("path", ["", "documents", "failures", "status"])
def test_every_page_fits_a_phone(browser: Browser, platform: Platform, path: str) -> None:
    visitor = Visitor(browser, platform.console, width=375, height=760)
    visitor.open(path)
    expect(visitor.page.locator(".g-lead")).to_be_visible()
    expect(visitor.page.get_by_test_id("stStatusWidget")).to_have_count(0)
    widest = visitor.page.evaluate(
        "() => Math.max(...[...document.querySelectorAll('[data-testid=stMain] *')]"
        ".filter(node => node.offsetParent).map(node => node.getBoundingClientRect().right))"
    )
    visitor.leave()
    assert widest <= 375


def test_without_the_service_the_page_says_what_to_do_and_goes_on_when_it_is_back(
    browser: Browser, tmp_path: Path
) -> None:
    port, state = free_port(), FakeState()
    state.add("travel-policy.md", b"A hotel may cost up to 140 euros per night.")
    with running(tmp_path, module="app.console", GENAI_API_URL=f"http://127.0.0.1:{port}") as alone:
        visitor = Visitor(browser, alone.console)
        visitor.open()
        expect(visitor.page.get_by_text("The service is not answering")).to_be_visible()
        expect(visitor.page.get_by_text("make run")).to_be_visible()
        with served(state, port=port):
            visitor.page.locator(".st-key-retry button").click()
            expect(visitor.page.get_by_text("Ask your documents")).to_be_visible()
        visitor.leave()
    assert visitor.strayed == []
