"""From an address to jobs: the system behind it first, then the page; lists to their end, a model last."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.coldmail.extraction.values import Kind
from app.coldmail.reading.apart import Apart
from app.coldmail.reading.following import Bounds
from app.coldmail.reading.reading import Reading
from app.coldmail.reading.source import Source
from app.kernel.errors import GenaiError, Unavailable
from app.kernel.ports.chat import ChatRequest, CompletionRequest, Delta, Usage
from app.kernel.ports.rendering import DrawnPage
from tests.sites.internet import pages_on
from tests.sites.site import Site, serving

pytestmark = pytest.mark.anyio

BOARD = "/v1/boards/tide/jobs"
ROW = {
    "title": "Cook",
    "absolute_url": "https://boards.greenhouse.io/tide/jobs/4400123",
    "location": {"name": "Porto"},
}
# A sentence that no rule takes for a posting.
NOTE = (
    "<title>Tide</title><p>Our galley wants a <b>Ship Cook</b> in Porto by spring. Ring the bell at the pier.</p>"
    + ("<p>Boats are nice to have and nicer to sail, say those who know the sea around here.</p>" * 3)
)


class Parrot:
    """Says what a test tells it to, and remembers what it was asked."""

    model = "parrot"

    def __init__(self, answer: Any) -> None:
        self.says = answer if isinstance(answer, str) else json.dumps(answer)
        self.asked: list[CompletionRequest] = []

    async def complete(self, request: CompletionRequest) -> AsyncIterator[Delta | Usage]:
        self.asked.append(request)
        yield Delta(self.says)
        yield Usage(10, 5)

    def answer(self, request: ChatRequest) -> AsyncIterator[Delta | Usage]:
        raise AssertionError("a page is not a question")

    def cost_usd(self, usage: Usage) -> float:
        return 0.0

    async def models(self) -> list[str]:
        return []

    async def ping(self) -> None: ...


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as opened:
        yield opened


class Painter:
    """Draws what a test tells it to, or fails as a service does; remembers what it was asked."""

    def __init__(self, html: str | GenaiError) -> None:
        self._html = html
        self.asked: list[str] = []

    async def draw(self, url: str) -> DrawnPage:
        self.asked.append(url)
        if isinstance(self._html, GenaiError):
            raise self._html
        return DrawnPage(url, self._html)


def reading(
    site: Site, chat: Parrot | None = None, *, rendering: Painter | None = None, **bounds: Any
) -> Reading:
    return Reading(pages_on(site, unencrypted=True)[0], chat, rendering=rendering, bounds=Bounds(**bounds))


async def test_a_known_board_is_asked_for_its_public_answer_and_its_page_is_left_alone(site: Site) -> None:
    site.put(BOARD, json.dumps({"jobs": [ROW], "meta": {"total": 1}}), kind="application/json")
    page = await reading(site).read(Source(url="https://boards.greenhouse.io/tide"))
    assert (page.kind, page.jobs[0].title, page.jobs[0].sources["title"]) == (
        Kind.LISTING,
        "Cook",
        "ats_json",
    )
    assert "/tide" not in site.paths()


async def test_where_the_public_answer_is_no_help_the_page_is_read(site: Site) -> None:
    posting = '<script type="application/ld+json">{"@type": "JobPosting", "title": "Cook"}</script>'
    site.put("/tide/jobs/4400123", posting)
    page = await reading(site).read(Source(url="https://boards.greenhouse.io/tide/jobs/4400123"))
    assert (page.kind, page.jobs[0].sources["title"]) == (Kind.JOB, "json_ld")
    assert site.paths()[-1] == "/tide/jobs/4400123"


async def test_a_posting_that_its_board_no_longer_lists_is_not_replaced_by_others(site: Site) -> None:
    one = "0b2f9c1e-7f5d-4c57-9d4b-1a2b3c4d5e6f"
    rows = [{"title": f"Cook {at}", "jobUrl": f"https://jobs.ashbyhq.com/tide/{at}"} for at in range(2)]
    site.put(
        "/posting-api/job-board/tide", json.dumps({"jobs": rows, "apiVersion": "1"}), kind="application/json"
    )
    page = await reading(site).read(Source(url=f"https://jobs.ashbyhq.com/tide/{one}"))
    assert (page.kind, page.jobs) == (Kind.EMPTY, ())


async def test_a_workday_list_is_asked_page_by_page_with_its_own_body(site: Site) -> None:
    rows = [{"title": f"Cook {at}", "externalPath": f"/job/Porto/Cook_{at}"} for at in range(20)]
    answer = {"total": 1_000, "jobPostings": rows}
    site.put("/wday/cxs/tide/ext/jobs", json.dumps(answer), kind="application/json")
    page = await reading(site, pages=3).read(Source(url="https://tide.wd3.myworkdayjobs.com/ext"))
    offsets = [json.loads(asked.body)["offset"] for asked in site.asked if asked.body]
    assert (offsets, len(page.jobs), page.total) == ([0, 20, 40], 20, 1_000)
    assert page.advice and "20 jobs of 1,000" in page.advice and page.next_pages


def _listed(first: int, following: str = "") -> str:
    rows = "".join(
        f'<li><a href="/jobs/{at}00-cook"><h3>Cook {at}</h3></a></li>' for at in range(first, first + 3)
    )
    more = f'<a rel="next" href="{following}">Next</a>' if following else ""
    return f"<title>Jobs</title><h1>Open positions</h1><ul>{rows}</ul>{more}"


async def test_a_list_is_followed_to_its_end_on_its_own_host_only(site: Site) -> None:
    site.put("/careers", _listed(1, "/careers?page=2"))
    site.put("/careers?page=2", _listed(4, "http://elsewhere.example.com/careers?page=3"))
    page = await reading(site).read(Source(url="http://tide.example.com/careers"))
    assert [job.title for job in page.jobs] == [f"Cook {at}" for at in range(1, 7)]
    assert (page.kind, page.advice, page.next_pages) == (Kind.LISTING, None, ())


async def test_a_list_that_goes_on_or_breaks_off_says_so_and_keeps_what_came(site: Site) -> None:
    site.put("/careers", _listed(1, "/careers?page=2"))
    site.put("/careers?page=2", "gone", status=500)
    page = await reading(site).read(Source(url="http://tide.example.com/careers"))
    assert len(page.jobs) == 3 and page.advice and "goes on" in page.advice
    few = await reading(site, jobs=2).read(Source(url="http://tide.example.com/careers"))
    assert len(few.jobs) == 2 and few.advice


async def test_a_model_is_the_last_to_be_asked_and_only_what_stands_there_is_believed(site: Site) -> None:
    told = {
        "title": "Ship Cook",
        "company": "Invented Ltd",
        "locations": ["Porto", "Rome"],
        "url": "https://evil.example/",
    }
    parrot = Parrot({"jobs": [told, {"title": "Pilot"}, {"title": "hip Coo"}]})
    (job,) = (await reading(site, parrot).read(Source(content=NOTE))).jobs
    assert (job.title, job.company, job.locations, job.apply_url) == ("Ship Cook", None, ("Porto",), None)
    assert set(job.sources.values()) == {"model"}
    system, user = parrot.asked[0].turns
    fence = user.text.splitlines()[0].removeprefix("Fence: ")
    assert f"<page-{fence}>" in user.text and "Ship Cook" in user.text and "Ship Cook" not in system.text


@pytest.mark.parametrize(
    "content",
    [
        "<title>Just a moment...</title>Checking your browser before accessing the site. " * 9,
        "<title>Careers</title><h1>Open positions</h1><p>We have no open positions at the moment.</p>"
        + "<p>sea</p>" * 80,
        "<noscript>You need to enable JavaScript.</noscript><div id='root'></div><script src='a.js'></script>",
        '<script type="application/ld+json">{"@type": "JobPosting", "title": "Cook"}</script>',
    ],
)
async def test_where_the_rules_know_the_answer_no_model_is_asked(site: Site, content: str) -> None:
    parrot = Parrot({"jobs": [{"title": "Open positions"}]})
    await reading(site, parrot).read(Source(content=content))
    assert parrot.asked == []


@pytest.mark.parametrize(
    "says", ["", "no JSON", "[]", '{"jobs": 3}', '{"jobs": [3, {"title": 4}]}', "{" * 5_000]
)
async def test_an_answer_that_is_none_leaves_the_page_without_a_job(site: Site, says: str) -> None:
    page = await reading(site, Parrot(says)).read(Source(content=NOTE))
    assert (page.kind, page.jobs) == (Kind.OTHER, ()) and page.advice


async def test_a_large_page_is_read_apart_and_one_that_overruns_its_time_is_given_up(site: Site) -> None:
    pages = pages_on(site)[0]
    long = Reading(pages, apart=Apart(seconds=30.0))
    text = (
        NOTE.replace("Ship Cook", "Schiffsköchin \ud800") * 300
        + '<script type="application/ld+json">{"@type": "JobPosting", "title": "Köchin"}</script>'
    )
    assert (await long.read(Source(content=text))).jobs[0].title == "Köchin"
    await long.aclose()
    short = Reading(pages, apart=Apart(seconds=0.0))
    page = await short.read(Source(content=text))
    assert (page.kind, page.jobs) == (Kind.OTHER, ()) and page.advice and "too long" in page.advice
    await short.aclose()


SHELL = '<title>Tide</title><div id="root"></div><script src="/a.js"></script><script src="/b.js"></script>'
DRAWN = (
    "<title>Ship Cook | Tide</title><h1>Ship Cook</h1><p>Location: Porto</p><h2>Your tasks</h2><p>Cook</p>"
    '<h2>Requirements</h2><p>Knives</p><a href="/apply">Apply now</a>'
)


async def test_a_page_that_scripts_draw_is_drawn_where_there_is_a_browser_and_read_then(site: Site) -> None:
    site.put("/jobs/1", SHELL)
    painter = Painter(DRAWN)
    page = await reading(site, rendering=painter).read(Source(url="https://tide.example/jobs/1"))
    assert (page.kind, page.jobs[0].title) == (Kind.JOB, "Ship Cook")
    assert painter.asked == ["https://tide.example/jobs/1"]
    without = await reading(site).read(Source(url="https://tide.example/jobs/1"))
    assert (without.kind, without.jobs) == (Kind.SCRIPT_ONLY, ())


async def test_a_page_that_holds_its_jobs_or_was_sent_is_never_drawn(site: Site) -> None:
    site.put("/jobs/1", DRAWN)
    painter = Painter(SHELL)
    assert (await reading(site, rendering=painter).read(Source(url="https://tide.example/jobs/1"))).jobs
    sent = Source(content=SHELL, content_type="text/html", url="https://tide.example/jobs/1")
    assert (await reading(site, rendering=painter).read(sent)).kind is Kind.SCRIPT_ONLY
    assert painter.asked == []


@pytest.mark.parametrize("drawn", [Unavailable("away"), SHELL, ""])
async def test_where_drawing_is_no_help_the_advice_stands(site: Site, drawn: str | GenaiError) -> None:
    site.put("/jobs/1", SHELL)
    page = await reading(site, rendering=Painter(drawn)).read(Source(url="https://tide.example/jobs/1"))
    assert (page.kind, page.jobs) == (Kind.SCRIPT_ONLY, ()) and page.advice
