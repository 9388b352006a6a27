"""Postings marked up as JSON-LD, microdata and RDFa, whole and broken."""

import json

import pytest

from app.coldmail.extraction.read import read_page
from app.coldmail.extraction.values import Job, Kind

_POSTING = """{"@context": "https://schema.org", "@type": "JobPosting", "title": "C++ Developer (m/f/d)",
 "hiringOrganization": {"@type": "Organization", "name": "Tide &amp; Co"}, "datePosted": "2026-03-01T08:00:00Z",
 "jobLocation": {"@type": "Place", "address": {"addressLocality": "Porto", "addressCountry": "PT"}},
 "description": "&lt;p&gt;You know C++, C# and .NET.&lt;/p&gt;&lt;ul&gt;&lt;li&gt;CI/CD&lt;/li&gt;&lt;/ul&gt;",
 "url": "https://tide.example/jobs/7"}"""


def _only(markup: str) -> Job:
    page = read_page(markup.encode(), content_type="text/html", url="https://tide.example/jobs/7")
    assert page.kind is Kind.JOB
    (job,) = page.jobs
    return job


def _script(text: str) -> str:
    return f'<html><body><script type="application/ld+json">{text}</script></body></html>'


BROKEN = {
    "whole": _POSTING,
    "in CDATA": f"//<![CDATA[\n{_POSTING}\n//]]>",
    "in an HTML comment": f"<!--\n{_POSTING}\n-->",
    "with a semicolon after it": _POSTING + ";",
    "with raw control characters": _POSTING.replace("You know", "You\n\t\x0bknow"),
    "with a stray comma": _POSTING.replace('"PT"}}', '"PT",},},').replace('"title"', ',"title"', 1),
    "with a trailing comma": _POSTING[:-1] + ",}",
    "without a comma": _POSTING.replace('"Place", "address"', '"Place" "address"'),
    "without its end": _POSTING[:-1],
    "with entities for quotes": _POSTING.replace("&", "&amp;").replace('"', "&quot;"),
    "in a graph": f'{{"@context": "https://schema.org", "@graph": [{{"@type": "WebSite", "name": "x"}}, {_POSTING}]}}',
    "in a list": f"[{_POSTING}]",
    "in a page's main entity": f'{{"@type": "WebPage", "mainEntity": {_POSTING}}}',
    "with a list of types": _POSTING.replace('"JobPosting"', '["JobPosting", "Thing"]'),
    "with a prefix": _POSTING.replace('"JobPosting"', '"schema:JobPosting"').replace(
        '"title"', '"schema:title"'
    ),
    "after a remark": f"/* the posting */ {_POSTING}",
    "as a string of JSON": json.dumps(_POSTING),
    "with its quotes escaped": _POSTING.replace('"', '\\"'),
    "before another value": f'{_POSTING}\n{{"@type": "BreadcrumbList", "itemListElement": []}}',
    "with an editor's line breaks": _POSTING.replace(', "datePosted"', ',<br />\n"datePosted"'),
    "given to a variable": f"var posting = {_POSTING};",
    "with characters escaped twice": _POSTING.replace("Tide", "T\\\\u0069de"),
    "with entities escaped twice": _POSTING.replace("Tide &amp; Co", "Tide &amp;amp; Co"),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_a_json_ld_posting_is_read_as_it_was_meant(text: str) -> None:
    job = _only(_script(text))
    assert (job.title, job.company, job.locations) == ("C++ Developer (m/f/d)", "Tide & Co", ("Porto, PT",))
    assert job.description == "You know C++, C# and .NET.\n- CI/CD"
    assert job.skills == ("C++", "C#", ".NET", "CI/CD")
    assert (job.posted_at, job.apply_url) == ("2026-03-01", "https://tide.example/jobs/7")
    assert set(job.sources.values()) == {"json_ld"}


def test_an_organisation_in_another_block_is_followed_by_its_id() -> None:
    organisation = '{"@id": "#us", "@type": "Organization", "name": "Tide"}'
    posting = '{"@type": "JobPosting", "title": "Cook", "hiringOrganization": {"@id": "#us"}}'
    assert _only(_script(organisation) + _script(posting)).company == "Tide"


@pytest.mark.parametrize(
    ("scope", "prop"),
    [("itemscope itemtype", "itemprop"), ("vocab='https://schema.org/' typeof", "property")],
)
def test_microdata_and_rdfa_say_the_same(scope: str, prop: str) -> None:
    prefix = "https://schema.org/" if prop == "itemprop" else ""
    nested = "itemscope itemtype" if prop == "itemprop" else "typeof"
    job = _only(
        f"""<div {scope}="{prefix}JobPosting"><h1 {prop}="title">Stone mason</h1>
        <span {prop}="hiringOrganization" {nested}="{prefix}Organization"><b {prop}="name">Tide</b></span>
        <div {prop}="jobLocation" {nested}="{prefix}Place"><p {prop}="address" {nested}="{prefix}PostalAddress">
        <i {prop}="addressLocality">Porto</i></p></div><meta {prop}="datePosted" content="2026-03-01">
        <ul {prop}="skills"><li>Masonry</li></ul><div {prop}="description"><p>Walls.</p></div></div>"""
    )
    assert (job.title, job.company, job.locations, job.posted_at) == (
        "Stone mason",
        "Tide",
        ("Porto",),
        "2026-03-01",
    )
    assert (job.description, job.skills) == ("Walls.", ("Masonry",))


def test_a_salary_is_one_line_of_text() -> None:
    value = '{"@type": "QuantitativeValue", "minValue": 50000, "maxValue": 60000, "unitText": "YEAR"}'
    posting = (
        f'{{"@type": "JobPosting", "title": "Cook", "baseSalary": {{"currency": "EUR", "value": {value}}}}}'
    )
    assert _only(_script(posting)).salary == "EUR 50000-60000 per year"


def test_every_address_of_one_place_is_a_location() -> None:
    posting = {
        "@type": "JobPosting",
        "title": "Ship Cook",
        "jobLocation": {
            "@type": "Place",
            "address": [{"addressLocality": "Porto"}, {"addressLocality": "Faro"}],
        },
    }
    (job,) = read_page(f'<script type="application/ld+json">{json.dumps(posting)}</script>').jobs
    assert job.locations == ("Porto", "Faro")


def test_postings_one_after_the_other_are_all_read() -> None:
    page = read_page(_script(_POSTING + ",\n" + _POSTING.replace("C++ Developer (m/f/d)", "Cook")))
    assert (page.kind, [job.title for job in page.jobs]) == (Kind.LISTING, ["C++ Developer (m/f/d)", "Cook"])


def test_a_skill_that_only_the_title_names_is_one() -> None:
    assert _only(
        _script('{"@type": "JobPosting", "title": "Cook (C#/.NET)", "hiringOrganization": "T"}')
    ).skills == ("C#", ".NET")


def test_listed_skills_keep_the_signs_of_their_names() -> None:
    item = {"@type": "JobPosting", "title": "Cook", "skills": "C#, .NET Core; C++/Qt; TCP/IP, F#.", "hiringOrganization": "T"}  # fmt: skip
    assert {"C#", "C++", "Qt", "TCP/IP", "F#"} <= set(_only(_script(json.dumps(item))).skills)
    item["skills"] = [".NET Core", "ASP.NET."]
    assert _only(_script(json.dumps(item))).skills == (".NET Core", "ASP.NET")


def test_a_price_is_a_salary_in_a_salarys_place() -> None:
    pay = {"@type": "PriceSpecification", "minPrice": 30000, "maxPrice": 40000, "priceCurrency": "EUR"}
    item = {"@type": "JobPosting", "title": "Cook", "hiringOrganization": "T", "baseSalary": pay}
    assert _only(_script(json.dumps(item))).salary == "EUR 30000-40000"


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ({"hiringOrganization": {"identifier": {"name": "Tide Boats", "value": "77"}}}, "Tide Boats"),
        ({"identifier": {"@type": "PropertyValue", "name": "Tide Boats", "value": "78"}}, "Tide Boats"),
        ({"identifier": {"name": "Job ID", "value": "78"}}, None),
        ({"identifier": {"name": "78"}}, None),
        ({"hiringOrganization": {"name": "Tide"}, "identifier": {"name": "Wave", "value": "78"}}, "Tide"),
    ],
)
def test_an_employer_is_named_where_its_postings_are_numbered(
    parts: dict[str, object], name: str | None
) -> None:
    item = json.dumps({"@type": "JobPosting", "title": "Ship Cook", "jobLocation": "Porto", **parts})
    (job,) = read_page(f'<script type="application/ld+json">{item}</script>').jobs
    assert job.company == name


def test_parts_of_an_address_may_stand_without_a_place_around_them() -> None:
    body = """<div itemscope itemtype="http://schema.org/JobPosting"><span itemprop="title">Ship Cook</span>
    <span itemprop="jobLocation"><span itemprop="address"><meta itemprop="streetAddress" content="Porto, PT"></span></span></div>"""
    (job,) = read_page(body).jobs
    assert job.locations == ("Porto, PT",)
