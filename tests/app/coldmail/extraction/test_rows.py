"""Rows of lists as the makers of boards write them: titles, badges and places without a label."""

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
