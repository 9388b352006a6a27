"""Answers of applicant-tracking systems, in small, and the addresses at which they publish them."""

import json
from typing import Any

import pytest

from app.coldmail.extraction.ats.addresses import api_address
from app.coldmail.extraction.read import read_page
from app.coldmail.extraction.values import Kind

_ANSWERS: dict[str, tuple[str, Any, tuple[str, str | None, tuple[str, ...], str | None]]] = {
    "Greenhouse": (
        "https://boards-api.greenhouse.io/v1/boards/tide/jobs",
        {"jobs": [{"id": 1, "title": "Cook", "absolute_url": "https://boards.greenhouse.io/tide/jobs/1",
                   "location": {"name": "Porto"}, "company_name": "Tide", "content": "&lt;p&gt;C++&lt;/p&gt;"}], "meta": {"total": 1}},
        ("Cook", "Tide", ("Porto",), "https://boards.greenhouse.io/tide/jobs/1"),
    ),
    "Lever": (
        "https://api.lever.co/v0/postings/tide",
        [{"text": "Cook", "hostedUrl": "https://jobs.lever.co/tide/a", "categories": {"location": "Porto", "team": "Galley"}}],
        ("Cook", None, ("Porto",), "https://jobs.lever.co/tide/a"),
    ),
    "Ashby": (
        "https://api.ashbyhq.com/posting-api/job-board/tide",
        {"apiVersion": "1", "jobs": [{"title": "Cook", "location": "Porto", "secondaryLocations": [{"location": "Faro"}],
                                      "jobUrl": "https://jobs.ashbyhq.com/tide/a", "isRemote": True},
                                     {"title": "Draft", "isListed": False}]},
        ("Cook", None, ("Porto", "Faro"), "https://jobs.ashbyhq.com/tide/a"),
    ),
    "Workday": (
        "https://tide.wd3.myworkdayjobs.com/wday/cxs/tide/Careers/jobs",
        {"total": 1, "jobPostings": [{"title": "Cook", "externalPath": "/job/Porto/Cook_R1", "locationsText": "Porto"}]},
        ("Cook", None, ("Porto",), "https://tide.wd3.myworkdayjobs.com/Careers/job/Porto/Cook_R1"),
    ),
    "SmartRecruiters": (
        "https://api.smartrecruiters.com/v1/companies/Tide/postings",
        {"totalFound": 1, "offset": 0, "limit": 100, "content": [
            {"id": "7", "name": "Cook", "company": {"identifier": "Tide", "name": "Tide"}, "location": {"city": "Porto", "country": "pt"}}]},
        ("Cook", "Tide", ("Porto, pt",), "https://jobs.smartrecruiters.com/Tide/7"),
    ),
    "Recruitee": (
        "https://tide.recruitee.com/api/offers/",
        {"offers": [{"title": "Cook", "company_name": "Tide", "city": "Porto", "country": "Portugal",
                     "careers_url": "https://tide.recruitee.com/o/cook"}]},
        ("Cook", "Tide", ("Porto, Portugal",), "https://tide.recruitee.com/o/cook"),
    ),
    "Workable": (
        "https://apply.workable.com/api/v1/widget/accounts/tide",
        {"name": "Tide", "description": None, "jobs": [{"title": "Cook", "shortcode": "AB12", "city": "Porto", "country": "Portugal"}]},
        ("Cook", "Tide", ("Porto, Portugal",), "https://apply.workable.com/tide/j/AB12/"),
    ),
    "BambooHR": (
        "https://tide.bamboohr.com/careers/list",
        {"meta": {"totalCount": 1}, "result": [{"id": "3", "jobOpeningName": "Cook", "location": {"city": "Porto", "state": "Norte"}}]},
        ("Cook", None, ("Porto, Norte",), "https://tide.bamboohr.com/careers/3"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("url", "answer", "expected"), _ANSWERS.values(), ids=_ANSWERS.keys())
def test_a_systems_answer_is_known_by_its_shape(url: str, answer: Any, expected: tuple[Any, ...]) -> None:
    page = read_page(json.dumps(answer), content_type="application/json", url=url)
    (job,) = page.jobs
    assert (job.title, job.company, job.locations, job.apply_url) == expected
    assert job.sources["title"] == "ats_json"


def test_personio_answers_in_xml() -> None:
    feed = """<?xml version="1.0"?><workzag-jobs><position><id>5</id><subcompany>Tide GmbH</subcompany><office>Porto</office>
    <name>Cook</name><jobDescriptions><jobDescription><name>Tasks</name><value><![CDATA[<p>Soup</p>]]></value></jobDescription>
    </jobDescriptions></position></workzag-jobs>"""
    (job,) = read_page(feed, url="https://tide.jobs.personio.de/xml").jobs
    assert (job.title, job.company, job.locations) == ("Cook", "Tide GmbH", ("Porto",))
    assert job.description == "Tasks\nSoup"


def test_a_feed_that_declares_entities_is_not_parsed() -> None:
    assert read_page('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><workzag-jobs/>').jobs == ()


@pytest.mark.parametrize(
    "answer", ['{"jobs": [], "meta": {"total": 0}}', "[]", '{"total": 0, "results": []}']
)
def test_a_board_without_jobs_is_empty(answer: str) -> None:
    assert read_page(answer, content_type="application/json").kind is Kind.EMPTY


_GROUPED = [
    {"title": group, "postings": [{"text": name, "hostedUrl": f"https://jobs.lever.co/tide/{name}", "categories": {"location": "Porto"}}]}
    for group, name in (("Galley", "Cook"), ("Deck", "Sailor"))
]  # fmt: skip


@pytest.mark.parametrize("shown", ["{}", "<html><body><pre>{}</pre></body></html>"])
def test_all_lists_of_an_unknown_answer_are_read_as_sent_and_as_a_browser_saves_it(shown: str) -> None:
    page = read_page(shown.replace("{}", json.dumps(_GROUPED)))
    assert (page.kind, [job.title for job in page.jobs]) == (Kind.LISTING, ["Cook", "Sailor"])


def test_goods_in_an_unknown_answer_are_no_jobs() -> None:
    goods = [{"title": f"Chair {at}", "description": "For a job", "url": f"/p/{at}", "category": "Seats", "createdAt": "2026-01-01"} for at in range(3)]  # fmt: skip
    for name in ("results", "offers"):
        assert read_page(json.dumps({name: goods}), url="https://tide.example/p").jobs == ()


def test_the_employer_beside_ashbys_jobs_is_theirs() -> None:
    state = {
        "organization": {"name": "Tide"},
        "posting": {"title": "Cook", "locationName": "Porto", "descriptionHtml": "<p>Soup</p>"},
    }
    (job,) = read_page(
        f"<title>Cook @ Tide</title><div id=root></div><script>window.__appData = {json.dumps(state)};</script>"
    ).jobs
    assert (job.title, job.company, job.locations) == ("Cook", "Tide", ("Porto",))


def test_bamboohrs_numbers_for_ways_of_working_are_read() -> None:
    answer = {"result": {"jobOpening": {"jobOpeningName": "Cook", "locationType": "2"}}}
    assert read_page(json.dumps(answer)).jobs[0].remote == "hybrid"


def test_the_job_of_the_pages_address_comes_first() -> None:
    rows = [
        {"title": name, "jobUrl": f"https://jobs.ashbyhq.com/tide/0000000{name[-1]}"}
        for name in ("Cook 1", "Cook 2")
    ]
    page = read_page(
        json.dumps({"apiVersion": "1", "jobs": rows}), url="https://jobs.ashbyhq.com/tide/00000002"
    )
    assert (page.kind, page.jobs[0].title) == (Kind.JOB, "Cook 2")


def test_a_short_number_in_the_pages_address_names_its_job() -> None:
    feed = "".join(f"<position><id>{at}</id><name>Cook {at}</name></position>" for at in (5, 6))
    page = read_page(
        f"<workzag-jobs>{feed}</workzag-jobs>", url="https://tide.jobs.personio.de/job/6?language=de"
    )
    assert (page.kind, page.jobs[0].title) == (Kind.JOB, "Cook 6")


def test_further_pages_of_a_long_list_are_named_with_their_bodies() -> None:
    url = "https://tide.wd3.myworkdayjobs.com/wday/cxs/tide/Careers/jobs"
    rows = [{"title": f"Cook {at}", "externalPath": f"/job/Porto/Cook_R{at}"} for at in range(20)]
    page = read_page(json.dumps({"total": 45, "jobPostings": rows}), url=url)
    assert [json.loads(one.body or "")["offset"] for one in page.next_pages] == [20, 40]


@pytest.mark.parametrize(
    ("page", "api"),
    [
        (
            "https://boards.greenhouse.io/tide",
            "https://boards-api.greenhouse.io/v1/boards/tide/jobs?content=true",
        ),
        ("https://jobs.eu.lever.co/tide", "https://api.eu.lever.co/v0/postings/tide?mode=json"),
        (
            "https://tide.wd3.myworkdayjobs.com/en-US/Careers/job/Porto/Cook_R1",
            "https://tide.wd3.myworkdayjobs.com/wday/cxs/tide/Careers/job/Cook_R1",
        ),
        ("https://tide.jobs.personio.com/job/5", "https://tide.jobs.personio.com/xml"),
        ("https://tide.example/jobs", None),
    ],
)
def test_a_page_leads_to_its_systems_public_answer(page: str, api: str | None) -> None:
    found = api_address(page)
    assert (found.url if found else None) == api
