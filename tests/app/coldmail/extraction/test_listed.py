"""Lists as sites draw them without links that are called jobs: cards, cells, accordions, groups, feeds, and what looks alike."""

import json
from html import escape

import pytest

from app.coldmail.extraction.listed import marks
from app.coldmail.extraction.read import read_page
from app.coldmail.extraction.values import Job

_URL = "https://tide.example/careers"
_JOBS = (("Ship Cook", "Porto"), ("Net Maker", "Faro"), ("Deck Officer", "Porto"))


def _read(row: str, *, around: str = "<h1>Open positions</h1>{}", url: str = _URL) -> list[tuple[str, tuple[str, ...], str | None]]:  # fmt: skip
    rows = "".join(
        row.format(at=at, title=title, place=place) for at, (title, place) in enumerate(_JOBS, 101)
    )
    return [_told(job) for job in read_page(around.format(rows), url=url).jobs]


def _told(job: Job) -> tuple[str, tuple[str, ...], str | None]:
    return job.title, job.locations, job.apply_url


def _at(path: str | None) -> list[tuple[str, tuple[str, ...], str | None]]:
    return [
        (title, (place,), path and f"https://tide.example{path.format(at)}")
        for at, (title, place) in enumerate(_JOBS, 101)
    ]


@pytest.mark.parametrize(
    "row",
    [
        "<div class='x1' data-href='/vacancies/{at}'><p class='x2'>{title}</p><p class='x3'>{place}</p><button>Apply</button></div>",
        "<div onclick=\"location.href='/vacancies/{at}'\"><h3>{title}</h3><span>{place}</span></div>",
        "<div><h4>{title}</h4><p>Full-time · {place}</p><a href='/vacancies/{at}'>Find out more</a></div>",
        "<div role=row><div><a href='/vacancies/{at}'>{title}</a></div><div>Galley</div><div class=location>{place}</div></div>",
        "<a href='/vacancies/{at}'><span>{title}</span><span>{place}</span></a>",
    ],
)
def test_a_card_leads_where_its_script_or_its_button_does(row: str) -> None:
    assert _read(row) == _at("/vacancies/{}")


@pytest.mark.parametrize(
    "row",
    [
        "<details><summary>{title}</summary><p>Location: {place}</p><h4>Your tasks</h4></details>",
        "<div class=item><h2><button>{title}</button></h2><div><p>Location: {place}</p></div></div>",
        "<div class=card><h6>{title}</h6><p>{place} · Full-time</p><button>View role</button></div>",
        "<h3>{title}</h3><p>Location: {place}</p><p>Come and work.</p>",
    ],
)
def test_jobs_below_what_announces_them_need_no_link(row: str) -> None:
    assert _read(row, around="<h2>Open positions</h2>{}<h2>About us</h2><h3>We build</h3>") == _at(None)


def test_terms_of_a_definition_list_are_jobs_up_to_the_next_section() -> None:
    around = "<h2>Onze vacatures</h2><dl>{}</dl><h2>Over ons</h2><dl><dt>Opgericht</dt><dd>1931</dd></dl>"
    assert _read("<dt>{title}</dt><dd>{place}, 38 uur</dd>", around=around) == _at(None)


def test_a_tables_rows_need_neither_links_nor_head_cells() -> None:
    row = "<tr><td>{title}</td><td>{place}</td><td><a href='/praca/{at}'>szczegóły</a></td></tr>"
    head = "<h1>Oferty pracy</h1><table><tr><td>Stanowisko</td><td>Miejsce pracy</td><td></td></tr>{}</table>"
    assert _read(row, around=head) == _at("/praca/{}")
    scripted = "<tr><td><a href='#' onclick='show({at})'>{title}</a></td><td>{place}</td></tr>"
    head = "<h1>Job Search Results</h1><table><tr><th>Requisition Title</th><th>Location</th></tr>{}</table>"
    assert _read(scripted, around=head) == _at(None)


def test_a_column_is_of_places_where_the_page_names_one_of_its_values_so() -> None:
    row = "<div><a href='/jobs/{at}'>{title}</a><div>Galley</div><div>{place}</div></div>"
    places = "<h1>Openings</h1><ul><li><a href='/locations/faro'>Faro (1)</a></li></ul>{}"
    assert _read(row, around=places) == _at("/jobs/{}")


def test_a_heading_that_the_pages_filter_offers_is_the_place_of_its_jobs() -> None:
    groups = "".join(f"<h3>{town}</h3><a href='/vacatures/{name}-x'>{name}</a>" for town, name in (("Zwolle", "Kok"), ("Deventer", "Monteur")))  # fmt: skip
    filters = (
        "<h1>Vacatures</h1><select name='locatie'><option>Zwolle</option><option>Deventer</option></select>"
    )
    jobs = read_page(filters + groups, url=_URL).jobs
    assert [job.locations for job in jobs] == [("Zwolle",), ("Deventer",)]


@pytest.mark.parametrize(
    "row",
    [
        "<li><a href='/jobs/909-x'>Initiativbewerbung</a></li>",
        "<li><a href='/jobs/909-x'>Deine Initiativbewerbung</a></li>",
        "<li><a href='/jobs/909-x'>Spontanansökan</a></li>",
        "<li><a href='/jobs/909-x'>Banco de talentos</a></li>",
        "<li><a href='/jobs/909-x'>Open sollicitatie</a></li>",
        "<li><a href='/jobs/909-x'>Deine Vorteile bei uns</a></li>",
        "<li><a href='/jobs/909-x'>Sail Engineer</a> <span>Closed</span></li>",
        "<li class='job closed'><a href='/jobs/909-x'>Sail Engineer</a></li>",
        "<li>Stories<h2>Our stories</h2><a href='/jobs/stories-of/909-x'>A day as a deck engineer</a></li>",
    ],
)
def test_what_stands_among_jobs_and_is_none(row: str) -> None:
    jobs = _read(
        "<li><a href='/jobs/{at}'>{title}</a></li>", around=f"<h1>Open positions</h1><ul>{{}}{row}</ul>"
    )
    assert [title for title, _, _ in jobs] == [title for title, _ in _JOBS]


@pytest.mark.parametrize(
    "page",
    [
        "<title>Careers training</title><h1>All courses</h1><a href='/careers/101-a'>Software Engineer Diploma</a><a href='/careers/102-b'>Data Analyst Diploma</a>",
        "<h1>Trabaja con nosotros</h1><h2>Historias del equipo</h2><a href='/empleo/101'>Ana, ingeniera</a><a href='/empleo/102'>Luis, jefe de cocina</a>",
        "<h1>Offene Stellen</h1><p>Derzeit sind keine Stellen zu besetzen.</p><h2>Das bieten wir</h2><h3>Weiterbildung</h3><h3>Flexible Zeiten</h3>",
        "<h1>Lediga jobb</h1><p>Just nu har vi inga lediga tjänster.</p><h2>De som är här</h2><div><h3>Eva, undersköterska</h3><p>Umeå</p></div><div><h3>Ola, kock</h3><p>Umeå</p></div>",
        "<h1>Speakers</h1><h2>Join us</h2><h3>Workshop for engineers</h3><h3>Panel of managers</h3>",
        "<h1>Careers</h1><h2>Why Tide</h2><div><h3>Learn from engineers</h3><p>Daily</p></div><div><h3>Grow as a manager</h3><p>Soon</p></div>",
        "<title>Jobs - CI documentation</title><h1>Jobs</h1><li><a href='/docs/jobs/ops'>Job operators</a></li><li><a href='/docs/jobs/dev'>Developer guide</a></li>",
        "<h1>Jobs by category</h1><li><a href='/jobs/nurse-jobs'>Nurse jobs (12)</a></li><li><a href='/jobs/chef-jobs'>Chef jobs (7)</a></li>",
        "<h1>Careers</h1><h2>Questions</h2><details><summary>How do engineers grow</summary></details><details><summary>Do you hire managers</summary></details>",
    ],
)  # fmt: skip
def test_what_looks_like_a_list_of_jobs_and_is_none(page: str) -> None:
    assert read_page(page, url=_URL).jobs == ()


def test_a_department_called_people_has_jobs() -> None:
    around = "<h1>Openings</h1>{}<h3>People</h3><a href='/jobs/900'>HR Partner</a>"
    assert len(_read("<h3>Sea</h3><a href='/jobs/{at}'>{title}</a>", around=around)) == 4


def test_one_announced_posting_is_a_list_though_its_address_has_no_number() -> None:
    page = "<h1>Treballa amb nosaltres</h1><h2>Ofertes de feina</h2><li><a href='/ofertes/forner-nit'>Forner/a de nit</a> (Girona)</li>"
    assert [_told(job) for job in read_page(page, url=_URL).jobs] == [
        ("Forner/a de nit", ("Girona",), "https://tide.example/ofertes/forner-nit")
    ]


def test_a_list_says_how_many_it_has_in_all() -> None:
    rows = "".join(f"<a href='/jobs/{at}'>{title}</a>" for at, (title, _) in enumerate(_JOBS, 101))
    assert read_page(f"<h1>Vacancies</h1><p>Showing 1-3 of 1,057 results</p>{rows}", url=_URL).total == 1057
    assert read_page(f"<h1>Vacancies</h1><p>Step 1 to 4 of 9</p>{rows}", url=_URL).total is None


_RECORDS = [
    {"title": title, "city": {"cityName": place}, "careersUrl": f"/jobs/{at}", "logoUrl": "/logo.png"}
    for at, (title, place) in enumerate(_JOBS, 101)
]
_ISLAND = {"jobs": [1, [[0, {name: [0, part] for name, part in row.items()}] for row in _RECORDS]]}


@pytest.mark.parametrize(
    "shown",
    [
        f"<div data-props='{escape(json.dumps({'offers': [row | {'department': 'Sea'} for row in _RECORDS]}))}'></div>",
        f"<script>kit.start(app, element, {{data: [null, {{vacancies: {json.dumps(_RECORDS)}}}]}});</script>",
        f"<astro-island props='{escape(json.dumps(_ISLAND))}'></astro-island>",
    ],
)
def test_data_for_components_gives_jobs_with_their_own_addresses(shown: str) -> None:
    jobs = read_page(f"<title>Openings</title>{shown}", url=_URL).jobs
    assert [_told(job) for job in jobs] == _at("/jobs/{}")


_ENTRIES = {
    "<rss><channel><title>{}</title>": "<item><title>{title}</title><link>https://tide.example/jobs/{at}</link><location><city>{place}</city></location></item>",
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>{}</title>": "<entry><title>{title}</title><link href='https://tide.example/jobs/{at}'/><location>{place}</location></entry>",
    "<source><publisher>{}</publisher>": "<job><title><![CDATA[{title}]]></title><url>https://tide.example/jobs/{at}</url><city>{place}</city></job>",
}


@pytest.mark.parametrize("head", list(_ENTRIES))
def test_a_feed_of_jobs_is_a_list(head: str) -> None:
    end = "</channel></rss>" if "rss" in head else "</feed>" if "feed" in head else "</source>"
    around = f"<?xml version='1.0'?>{head.format('Jobs at Tide')}{{}}{end}"
    assert _read(_ENTRIES[head], around=around, url="https://tide.example/feed") == _at("/jobs/{}")


def test_a_feed_of_news_has_no_jobs() -> None:
    item = "<item><title>Ferry engineer wins award</title><link>https://tide.example/news/1</link></item>"
    page = f"<?xml version='1.0'?><rss><channel><title>Tide news</title>{item}</channel></rss>"
    assert read_page(page, url="https://tide.example/news.rss").jobs == ()


def test_a_closed_job_of_a_feed_is_left_out() -> None:
    rows = "".join(f"<job><title>{title}</title><status>{status}</status></job>" for title, status in (("Ship Cook", "Open"), ("Net Maker", "Closed")))  # fmt: skip
    assert [job.title for job in read_page(f"<?xml version='1.0'?><jobs>{rows}</jobs>").jobs] == ["Ship Cook"]


@pytest.mark.parametrize("line", ["Careers", "Join us", "Karriere", "Our offices", "Jobs we love"])
def test_a_heading_of_a_whole_site_announces_no_list(line: str) -> None:
    assert marks.ANNOUNCED.fullmatch(line) is None


def test_what_a_post_is_filed_as_is_no_title() -> None:
    row = "<tr><td><a href='/vacancies/MC{at}'>MC{at}</a></td><td>{title}</td><td>{place}</td></tr>"
    head = "<h1>Job vacancies</h1><table><tr><th>Ref</th><th>Post</th><th>City</th></tr>{}</table>"
    assert _read(row, around=head) == _at("/vacancies/MC{}")


def test_two_signs_are_a_title_where_they_are_a_word() -> None:
    page = "<h1>募集職種</h1><a href='/positions/101'><h3>経理</h3></a><a href='/positions/102'><h3>営業スタッフ</h3></a>"
    assert [job.title for job in read_page(page, url=_URL).jobs] == ["経理", "営業スタッフ"]


def test_the_items_of_an_announced_list_are_jobs() -> None:
    jobs = _read(
        "<li>{title} – {place}</li>", around="<h2>Ofertas de empleo</h2><ul>{}</ul><h2>Us</h2><li>Boats</li>"
    )
    assert [title for title, _, _ in jobs] == [f"{title} – {place}" for title, place in _JOBS]


def test_offers_of_stays_are_no_jobs() -> None:
    rows = "<div><a href='/offres/101'><h3>Week-end chef</h3></a></div><div><a href='/offres/102'><h3>Guide de montagne</h3></a></div>"
    assert read_page(f"<title>Nos offres de séjour</title><h1>Nos offres</h1>{rows}", url=_URL).jobs == ()
    assert len(read_page(f"<title>Recrutement</title><h1>Nos offres</h1>{rows}", url=_URL).jobs) == 2


def test_a_route_behind_a_hash_is_an_address() -> None:
    row = "<li><a href='#/job/{at}'><span>{title}</span> <span class=city>{place}</span></a></li>"
    assert _read(row) == _at("/careers#/job/{}")


def test_records_may_name_their_parts_in_the_language_of_the_site() -> None:
    rows = [{"functietitel": title, "plaats": place, "url": f"/jobs/{at}"} for at, (title, place) in enumerate(_JOBS, 101)]  # fmt: skip
    page = f"<div data-vacancies='{escape(json.dumps(rows))}'></div>"
    assert [_told(job) for job in read_page(page, url=_URL).jobs] == _at("/jobs/{}")


def test_bold_lines_are_titles_of_jobs_and_their_files_lead_to_them() -> None:
    jobs = _read(
        "<p><strong>{title} H/F</strong><br>Lieu : {place}<br>CDI</p>", around="<h2>Postes à pourvoir</h2>{}"
    )
    assert [(title, places) for title, places, _ in jobs] == [
        (f"{title} H/F", (place,)) for title, place in _JOBS
    ]
    files = _read("<li><a href='/docs/{at}.pdf'>{title} (PDF)</a></li>", around="<h1>Bolsa de empleo</h1>{}")
    assert [(title, url) for title, _, url in files] == [
        (title, url) for title, _, url in _at("/docs/{}.pdf")
    ]


def test_a_link_in_the_lines_below_a_title_is_its_own() -> None:
    row = "<h3>{title}</h3><p>Location: {place}</p><p>Good work. <a href='/form?post={at}'>Apply</a></p>"
    assert _read(row, around="<h2>Open positions</h2>{}") == _at("/form?post={}")


def test_a_careers_page_may_list_its_jobs_right_below_its_name() -> None:
    row = "<div><h3>{title}</h3><p>{place} | 30 hours</p></div>"
    assert _read(row, around="<h1>Jobs</h1><h2>We are hiring</h2>{}") == _at(None)


def test_a_spontaneous_application_in_data_is_no_job() -> None:
    rows = [{"title": title, "location": "Porto", "url": f"/jobs/{at}"} for at, title in enumerate(("Cook", "Net Maker", "Open application"))]  # fmt: skip
    page = f"<title>Jobs</title><script>var jobs={json.dumps(rows)}</script>"
    assert [job.title for job in read_page(page, url=_URL).jobs] == ["Cook", "Net Maker"]


def test_a_long_list_of_cards_is_read_whole() -> None:
    cards = "".join(f"<div><h3>Ship Cook {at}a</h3><p>Porto</p></div>" for at in range(700))
    jobs = read_page(f"<h1>Open positions</h1>{cards}", url=_URL).jobs
    assert len(jobs) == 700 and {job.locations for job in jobs} == {("Porto",)}
