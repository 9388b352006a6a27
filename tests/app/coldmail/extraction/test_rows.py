"""Rows of lists as the makers of boards write them: titles, badges and places without a label."""

import json
from collections.abc import Callable

import pytest

from app.coldmail.extraction.countries import names_place
from app.coldmail.extraction.read import read_page

_URL = "https://tide.example/careers"
_CARD = """<div class="posting"><a class="posting-title" href="/jobs/{at}00"><h5>{title}</h5><div>
<span class="workplaceTypes">Hybrid — </span><span class="commitment">Full-time /</span><span class="location">Porto</span></div></a></div>"""
_CELL = """<tr><td><a href="/jobs/{at}00"><p>{title}<span class="tag"><span>New</span></span></p><p>Porto, Portugal</p></a></td></tr>"""
_INLINE = """<div><a href="/jobs/{at}00">{title}</a><span>Porto, Portugal</span></div>"""
_ITEM = """<div><a href="/jobs/{at}00">{title}</a><ul><li>Galley</li><li>Porto, Portugal</li></ul></div>"""


@pytest.mark.parametrize(
    ("row", "place"),
    [(_CARD, "Porto"), (_CELL, "Porto, Portugal"), (_ITEM, "Porto, Portugal"), (_INLINE, "Porto, Portugal")],
)
def test_a_row_gives_its_title_alone_and_its_place(row: str, place: str) -> None:
    titles = ("Ship Cook", "Team Lead", "Deck Officer")
    rows = "".join(row.format(at=at + 1, title=title) for at, title in enumerate(titles))
    page = read_page(f"<h1>Open positions</h1><table>{rows}</table>", url=_URL)
    assert [job.title for job in page.jobs] == list(titles)
    assert {job.locations for job in page.jobs} == {(place,)}


def test_a_posting_whose_address_names_a_team_is_one() -> None:
    rows = "".join(f'<a href="/jobs/{name.lower().replace(" ", "-")}">{name}</a>' for name in ("Team Lead", "Legal Counsel", "News Editor"))  # fmt: skip
    assert len(read_page(f"<h1>Open positions</h1>{rows}", url=_URL).jobs) == 3


@pytest.mark.parametrize(
    "line", ["Lyon, France", "Austin, TX", "Utrecht, Nederland", "Porto, Norte, Portugal"]
)
def test_a_line_that_ends_in_a_country_is_a_place(line: str) -> None:
    assert names_place(line)


@pytest.mark.parametrize("line", ["Full-time, permanent", "Engineering", "We ship to Lyon, France.", "TX", "Galley, IT", "3 jobs in Porto, Portugal"])  # fmt: skip
def test_another_line_is_no_place(line: str) -> None:
    assert not names_place(line)


@pytest.mark.parametrize(
    ("more", "places"), [("", ("Porto",)), ("<dl><dt>Location</dt><dd>Faro</dd></dl>", ())]
)
def test_a_fact_in_an_aside_is_the_postings_where_it_stands_there_once(
    more: str, places: tuple[str, ...]
) -> None:
    page = read_page(
        "<title>Cook</title><h1>Cook</h1><h2>Responsibilities</h2><p>Soup</p><h2>Requirements</h2><p>Salt</p><button>Apply now</button>"
        f"<aside><dl><dt>Location</dt><dd>Porto</dd></dl>{more}</aside>"
    )
    assert [job.locations for job in page.jobs] == [places]


def test_a_tables_column_gives_the_places() -> None:
    rows = "".join(
        f'<tr><td><a href="/karriere/stelle/{at}01">Koch {at}</a></td><td>Graz</td><td>Vollzeit</td></tr>'
        for at in (1, 2)
    )
    page = read_page(
        f"<h1>Stellenangebote</h1><table><tr><th>Stelle</th><th>Ort</th><th>Art</th></tr>{rows}</table>",
        url=_URL,
    )
    assert [job.locations for job in page.jobs] == [("Graz",), ("Graz",)]


def test_an_address_without_its_scheme_is_one_of_the_web() -> None:
    rows = "".join(f'<li><a href="//tide.bamboohr.com/careers/{at}">Cook {at}</a></li>' for at in (44, 45))
    page = read_page(f"<h2>Current Openings</h2><ul>{rows}</ul>")
    assert [job.apply_url for job in page.jobs] == [
        f"https://tide.bamboohr.com/careers/{at}" for at in (44, 45)
    ]


def test_one_posting_is_a_list_only_where_the_page_announces_jobs() -> None:
    link = '<a href="/jobs/123-cook">Ship Cook</a>'
    assert len(read_page(f"<h1>Open positions</h1>{link}", url=_URL).jobs) == 1
    assert read_page(f"<h1>We build boats</h1>{link}", url="https://tide.example/").jobs == ()


def test_a_posting_that_asks_for_a_mail_is_applied_to_by_it() -> None:
    page = read_page(
        "<title>Koch gesucht - Gasthof</title><h1>Koch (m/w/d) gesucht</h1><h3>Aufgaben:</h3><p>Kochen</p><h3>Anforderungen:</h3><p>Lehre</p>"
        "<p>Bewerbung an jobs@tide.example</p>"
    )
    assert [job.title for job in page.jobs] == ["Koch (m/w/d) gesucht"]


def test_a_button_in_a_card_is_no_row_and_a_pin_is_a_place() -> None:
    card = """<div><a href="/jobs/{at}00"><h2>{title}</h2></a><p><i class="fa fa-map-marker"></i> Porto</p><a href="/jobs/apply?jobId={at}00">Apply now</a></div>"""
    rows = "".join(card.format(at=at, title=title) for at, title in ((1, "Ship Cook"), (2, "Deck Officer")))
    jobs = read_page(f"<h1>Open positions</h1>{rows}", url=_URL).jobs
    assert [(job.title, job.locations) for job in jobs] == [
        ("Ship Cook", ("Porto",)),
        ("Deck Officer", ("Porto",)),
    ]


def test_an_accordion_of_headings_is_a_list() -> None:
    rows = "".join(f"<h3><button>{title}</button></h3><div><p>Tasks</p></div>" for title in ("Ship Cook", "Deck Officer"))  # fmt: skip
    page = read_page(f"<h1>Careers</h1><h2>Open positions</h2>{rows}", url=_URL)
    assert [job.title for job in page.jobs] == ["Ship Cook", "Deck Officer"]


def test_postings_may_be_files() -> None:
    rows = "".join(f'<li><a href="/stellen/{name}.pdf">{title} (m/w/d)</a></li>' for name, title in (("koch", "Koch"), ("maat", "Maat")))  # fmt: skip
    assert len(read_page(f"<h1>Aktuelle Stellenangebote</h1><ul>{rows}</ul>", url=_URL).jobs) == 2


def test_jobs_that_a_script_adds_one_by_one_are_a_list() -> None:
    rows = "".join(f'vacancies.push({{"id":"{at}","title":"{title}","location":"Porto","link":"/job/{at}"}});' for at, title in ((1, "Ship Cook"), (2, "Deck Officer")))  # fmt: skip
    jobs = read_page(f"<title>Jobs</title><script>var vacancies=[];{rows}</script>", url=_URL).jobs
    assert [job.title for job in jobs] == ["Ship Cook", "Deck Officer"]


# No words for roles: that these are jobs must be told from where they stand.
_NAMES = ("Fishmonger", "Net Maker", "Harbour Pilot")


@pytest.mark.parametrize(
    "shown",
    [
        lambda rows: f"<script>var positions = JSON.parse('{json.dumps(rows)}');</script>",
        lambda rows: f"<script>var featuredJobs={json.dumps(rows[:1])};var jobs={json.dumps(rows)};</script>",
        lambda rows: f"<script>$('#t').DataTable({{jobs: {json.dumps(rows)}, paging: true}});</script>",
        lambda rows: (
            f"<script>window.__S__={json.dumps({'jobs': {'byId': dict(enumerate(rows))}})};</script>"
        ),
        lambda rows: f"<div data-jobs='{json.dumps(rows)}'></div>",
        lambda rows: f"<job-list :jobs='{json.dumps(rows)}'></job-list>",
    ],
)
def test_a_list_that_is_named_for_jobs_is_read_wherever_a_page_carries_it(shown: Callable[..., str]) -> None:
    rows = [{"title": title, "location": "Porto", "url": f"/jobs/{at}"} for at, title in enumerate(_NAMES)]
    jobs = read_page(f"<title>Openings</title>{shown(rows)}", url=_URL).jobs
    assert [(job.title, job.locations) for job in jobs] == [(title, ("Porto",)) for title in _NAMES]


def test_offers_of_goods_in_a_script_are_no_jobs() -> None:
    goods = [
        {"title": "Chef knife", "price": 20, "url": "/p/1", "description": "Sharp"},
        {"title": "Cook pan", "price": 30, "url": "/p/2", "description": "Hot"},
    ]
    assert read_page(f"<title>Shop</title><script>var offers={json.dumps(goods)}</script>").jobs == ()


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("<div class='card'><p>{title}</p><p><strong>Location:</strong> Porto</p><a href='/vacancies/{at}00-x'>Read more</a></div>", "Porto"),
        ("<dt><a href='/vacancies/{at}00'>{title}</a></dt><dd>Location: Porto</dd>", "Porto"),
        ("<div class='job'><h3>{title}</h3><button>View</button></div>", None),
    ],
)  # fmt: skip
def test_titles_are_told_from_labels_and_from_what_a_site_says_of_itself(row: str, place: str | None) -> None:
    rows = "".join(row.format(at=at + 1, title=title) for at, title in enumerate(_NAMES))
    menu = "<div><a href='/careers/our-hiring-process'>Hiring process</a></div>"
    jobs = read_page(f"<h1>Open positions</h1><dl>{rows}</dl>{menu}", url=_URL).jobs
    assert [(job.title, job.locations) for job in jobs] == [
        (title, (place,) if place else ()) for title in _NAMES
    ]
