"""The employer's name in every place where pages give it, and none where they do not."""

import time

import pytest

from app.coldmail.extraction.document import Document
from app.coldmail.extraction.employer.choosing import employer
from app.coldmail.extraction.read import read_page

_BODY = "<h1>Ship Cook</h1><p>Location: Porto</p><h2>Your tasks</h2><ul><li>Cook for forty</li></ul><h2>Requirements</h2><p>Knives</p>"
_APPLY = '<a href="/apply">Apply now</a>'
_ATS = "https://tideboats.hirewell.example/job/4711"


def page(head: str = "", body: str = "", *, title: str = "Ship Cook") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body>{_BODY}{body}{_APPLY}</body></html>"


STATED = {
    "site name": page('<meta property="og:site_name" content="Tide Boats">'),
    "site name with careers": page('<meta property="og:site_name" content="Tide Boats Careers">'),
    "application name": page('<meta name="application-name" content="Tide Boats">'),
    "organization": page(
        '<script type="application/ld+json">{"@context":"https://schema.org","@type":"Organization","name":"Tide Boats"}</script>'
    ),
    "website in a graph": page(
        '<script type="application/ld+json">{"@graph":[{"@type":"WebPage","name":"Ship Cook"},{"@type":"WebSite","name":"Tide Boats"}]}</script>'
    ),
    "title after at": page(title="Ship Cook at Tide Boats"),
    "title after a bar": page(title="Ship Cook | Tide Boats"),
    "title before a dash": page(title="Tide Boats - Ship Cook"),
    "title with a place between": page(title="Ship Cook | Porto | Tide Boats"),
    "logo": page(body='<img class="logo" alt="Tide Boats" src="/a/93f1.png">'),
    "logo's word": page(body='<img alt="Tide Boats logo" src="/a/93f1.png">'),
    "logo of": page(body='<img alt="Logo of Tide Boats" src="/a/93f1.png">'),
    "link home": page(body='<a class="navbar-brand" href="/">Tide Boats</a>'),
    "copyright": page(body="<footer>© 2026 Tide Boats Ltd. All rights reserved.</footer>"),
    "copyright in words": page(body="<footer>Copyright © 2019-2026, Tide Boats GmbH | Impressum</footer>"),
    "copyright by": page(body="<footer>(c) 2026 by Tide Boats, Inc.</footer>"),
    "copyright with a sentence": page(
        body="<footer>© Tide Boats Limited 2026. Registered in Porto.</footer>"
    ),
    "about": page(body="<h2>About Tide Boats</h2><p>We build boats.</p>"),
    "about, German": page(body="<h2>Über Tide Boats</h2><p>Wir bauen Boote.</p>"),
    "is hiring": page(body="<p>Tide Boats is looking for a cook who likes weather.</p>"),
    "sucht": page(body="<p>Tide Boats sucht zum Mai Verstärkung.</p>"),
    "busca": page(body="<p>Tide Boats busca personas con ganas de mar.</p>"),
    "recrute": page(body="<p>Tide Boats recrute pour la saison.</p>"),
    "at X, we": page(body="<p>Like wind? At Tide Boats, we build what floats.</p>"),
    "join": page(body="<p>Join Tide Boats, and see the world.</p>"),
    "equal opportunity": page(body="<p>Tide Boats is an equal opportunity employer.</p>"),
    "open with": page(body="<p>“This position is open with Tide Boats.”</p>"),
    "data layer": page('<script>dataLayer=[{"company_name":"Tide Boats"}]</script>'),
}


@pytest.mark.parametrize("name", STATED)
def test_a_name_is_found_where_pages_give_it(name: str) -> None:
    (job,) = read_page(STATED[name], url="https://careers.example.org/jobs/4711-cook").jobs
    assert job.company == "Tide Boats"


CONFIRMED = {
    "image without a place": page(body='<img alt="Tide Boats" src="/a/93f1.png">'),
    "line": page(body="<p>Tide Boats</p>"),
    "logo's file": page(body='<img alt="logo" src="/org_4/logo/tide_boats_logo-white 210x40.png">'),
    "logo's file as words run together": page(body='<img alt="logo" src="/org_4/logo/TideBoats-Logo.png">'),
}


@pytest.mark.parametrize("name", CONFIRMED)
def test_what_says_little_counts_where_the_address_bears_it_out(name: str) -> None:
    (job,) = read_page(CONFIRMED[name], url=_ATS).jobs
    assert job.company == "Tide Boats"
    (stranger,) = read_page(CONFIRMED[name], url="https://jobs.other.example/job/4711-cook").jobs
    assert stranger.company is None


TITLES = (
    *(
        "Job Application for Ship Cook at Tide Boats",
        "Tide Boats - Ship Cook",
        "Ship Cook @ Tide Boats",
        "Ship Cook: Tide Boats",
    ),
    *(
        "Tide Boats Ship Cook | SmartRecruiters",
        "Ship Cook in Porto | Ship Cook at Tide Boats",
        "Ship Cook Job Details | Tide Boats",
    ),
    *(
        "Tide Boats - Ship Cook - Career Page",
        "Tide Boats Careers - Ship Cook",
        "Tide Boats - Ship Cook in Porto",
    ),
    *(
        "Ship Cook, Porto - Tide Boats Careers",
        "Ship Cook | Tide Boats | Careers",
        "Careers at Tide Boats | Ship Cook",
    ),
    *(
        "Ship Cook – Karriere bei Tide Boats",
        "Stelle: Ship Cook bei Tide Boats in Porto",
        "Ship Cook – Tide Boats – Join us",
    ),
    *(
        "Tide Boats is hiring a Ship Cook",
        "Tide Boats hiring Ship Cook in Porto, Portugal | LinkedIn",
        "Ship Cook chez Tide Boats",
    ),
    *(
        "Offre d'emploi Ship Cook - Tide Boats",
        "Oferta de empleo Ship Cook en Tide Boats",
        "Ship Cook - Full-time - Tide Boats",
    ),
    *(
        "Ship Cook | Job 4711 | Tide Boats",
        "Ship Cook at Tide Boats (Porto)",
        "Ship Cook | Engineering | Tide Boats",
    ),
)
NO_NAMES = (
    "Ship Cook",
    "Ship Cook | Portugal",
    "Ship Cook | Careers",
    "Ship Cook - Full-time",
    "Ship Cook | Engineering",
    "Ship Cook | Join us",
)


@pytest.mark.parametrize("title", TITLES)
def test_the_titles_of_pages_name_the_employer_in_many_orders(title: str) -> None:
    (job,) = read_page(page(title=title)).jobs
    assert (job.title, job.company) == ("Ship Cook", "Tide Boats")


@pytest.mark.parametrize("title", NO_NAMES)
def test_what_else_stands_beside_a_title_is_no_name(title: str) -> None:
    assert read_page(page(title=title)).jobs[0].company is None


_ROWS = "".join(
    f'<li><a href="/jobs/{at}00-x"><h3>{title}</h3></a><span class="location">Porto</span></li>'
    for at, title in enumerate(("Ship Cook", "Sail Maker", "Deck Officer"), start=1)
)
LISTS = {
    "Tide Boats": (
        *(
            "Open positions at Tide Boats",
            "Tide Boats | Careers",
            "Jobs bei Tide Boats",
            "Current Openings - Tide Boats",
        ),
        *("Tide Boats – Karriere", "Join Tide Boats", "Tide Boats is hiring", "Join our team - Tide Boats"),
        *("Ofertas de empleo en Tide Boats", "Vacatures bij Tide Boats", "Tide Boats Careers | Search Jobs"),
    ),
    None: ("Jobs", "Open Positions", "Search results", "Jobs in Porto", "Engineering jobs", "Join our team"),
}


@pytest.mark.parametrize(
    ("name", "title"), [(name, title) for name, titles in LISTS.items() for title in titles]
)
def test_the_titles_of_lists_name_the_employer_or_nobody(name: str | None, title: str) -> None:
    found = read_page(
        f"<title>{title}</title><h1>Open positions</h1><ul>{_ROWS}</ul>",
        url="https://careers.example.org/jobs",
    )
    assert {job.company for job in found.jobs} == {name}


def chosen(markup: str, url: str) -> str | None:
    document = Document.of(markup, url=url)
    assert document is not None
    return employer(document, title="Ship Cook", places=["Porto, Portugal"])


def test_the_words_of_a_logos_file_are_spelled_as_the_text_spells_them() -> None:
    logo = '<img alt="logo" src="https://cdn.example/logo/{}">'
    url = "https://{}.hirewell.example/job/4711"
    assert (
        chosen(
            page(
                body=logo.format("marea_en_accion.png")
                + "<p>Quien ama el mar conoce a Marea en Acción desde 1981.</p>"
            ),
            url.format("mareaenaccion"),
        )
        == "Marea en Acción"
    )
    assert (
        chosen(
            page(body=logo.format("Holm-strand-login.png") + "<p>H&S Boat Works IC</p>"),
            url.format("holmstrandcareers"),
        )
        == "Holm & Strand"
    )
    # Without a sign of it in the text, no sign is put in.
    assert chosen(page(body=logo.format("holm-strand.png")), url.format("holmstrandcareers")) == "Holm Strand"


def test_the_name_that_people_say_wins_over_the_registered_one() -> None:
    both = page(body='<img class="logo" alt="Tide Boats"><footer>© 2026 Tide Boats Private Limited</footer>')
    assert chosen(both, "https://careers.example.org/1") == "Tide Boats"
    stated = page('<meta property="og:site_name" content="Tide Boats AG">')
    assert chosen(stated, "https://careers.example.org/1") == "Tide Boats AG"
    country = page(
        '<meta property="og:site_name" content="Tide Sverige">',
        '<img class="logo" alt="Tide"><p>Tide Sverige AB</p>',
    )
    assert chosen(country, "https://careers.example.org/1") == "Tide"


def test_capitals_of_a_logo_give_way_to_how_the_text_writes_it() -> None:
    loud = page('<script>x={"companyName":"TIDE BOATS"}</script>', "<h3>About Tide Boats</h3>")
    assert chosen(loud, "https://careers.example.org/1") == "Tide Boats"


SILENT = {
    "system's copyright": page(body="<footer>© 2026 PeopleStrong</footer>"),
    "system of another name": page(body="<footer>© 2026 Hirewell</footer><p>Powered by Hirewell</p>"),
    "job board": page('<meta property="og:site_name" content="TopJobs">'),
    "place beside the title": page(title="Ship Cook | Porto"),
    "headings about other things": page(
        body="<h2>About the role</h2><h2>About us</h2><h2>Why join us</h2><p>At scale, we cook.</p>"
    ),
    "pictures of people": page(
        body='<img alt="Profile image" src="/p.png"><img alt="Happy colleagues" src="/c.jpg">'
    ),
    "file with a number": page(body='<img class="logo" src="/logos/8c1f00-4711.png">'),
    "file of another": page(body='<img class="logo" src="/logos/main-logo.png">'),
    "headings with capitals": page(
        body="<h2>About The Team</h2><h2>Why Work Here</h2><h2>About Compensation</h2><h2>Why Diversity Matters</h2><h2>Life at Work</h2>"
    ),
    "a team that grows": page(
        body="<p>Engineering Team is growing. The Ideal Candidate is looking for a ship.</p>"
    ),
    "our client": page(body="<p>Our client is looking for a cook.</p><p>We are hiring now.</p>"),
    "networks": page(body='<a class="brand" href="https://www.linkedin.com/x">LinkedIn</a>'),
    "rights": page(body="<footer>© 2026 All rights reserved.</footer>"),
}


@pytest.mark.parametrize("name", SILENT)
def test_no_name_is_made_of_what_is_none(name: str) -> None:
    assert chosen(SILENT[name], _ATS) is None


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("https://acme.example/engineering/jobs/1", "Engineering"),
        ("https://acme.example/locations/porto", "Locations"),
        ("https://uk.jobs.example.com/cook", "Cook"),
        ("https://www.porto.example/jobs/1-cook", "Porto"),
    ],
)
def test_a_word_of_a_path_bears_out_no_name_where_paths_begin_with_other_things(url: str, line: str) -> None:
    assert chosen(page(body=f"<p>{line}</p>"), url) is None


def test_on_a_shared_board_the_path_begins_with_the_employer() -> None:
    for url in ("https://jobs.lever.co/tideboats/1", "https://boards.greenhouse.io/tideboats/jobs/1"):
        assert chosen(page(body="<p>Tide Boats</p>"), url) == "Tide Boats"


def test_an_address_alone_yields_no_name() -> None:
    assert chosen(page(), "https://tideboats.example/jobs/1") is None
    assert chosen(page(), "https://boards.greenhouse.io/tideboats/jobs/1") is None


def test_a_board_names_itself_and_yet_the_posting_names_the_employer() -> None:
    advertised = page(
        '<meta property="og:site_name" content="TopJobs">',
        "<h2>About Tide Boats</h2><footer>© 2026 TopJobs</footer>",
        title="Ship Cook | TopJobs",
    )
    assert chosen(advertised, "https://www.topjobs.example/ship-cook-4711") == "Tide Boats"


def test_a_tenant_of_a_system_wins_over_the_system_that_signs_every_page() -> None:
    let = page(
        '<meta property="og:site_name" content="Hirewell">',
        '<img class="logo" alt="Tide Boats"><footer>© 2026 Hirewell Inc.</footer>',
    )
    assert chosen(let, _ATS) == "Tide Boats"


def test_a_marked_posting_without_its_employer_takes_the_name_that_the_page_gives() -> None:
    marked = '<script type="application/ld+json">{"@type": "JobPosting", "title": "Ship Cook"}</script>'
    named = f'<title>Ship Cook</title><meta property="og:site_name" content="Tide Boats">{marked}<h1>Ship Cook</h1>'
    (job,) = read_page(named).jobs
    assert (job.company, job.sources["title"], job.sources["company"]) == (
        "Tide Boats",
        "json_ld",
        "readable_text",
    )
    (nameless,) = read_page(f"<title>Ship Cook</title>{marked}").jobs
    assert nameless.company is None


HOSTILE = {
    "one word of capitals and stops": "A." * 25_000,
    "capitals": "A " * 25_000,
    "a pattern's own words": "join A at A is hiring " * 2_200,
    "signs of copyright": "© 2024-2025, " * 3_800,
    "blanks": "Join" + " " * 40_000 + "A",
    "a logo's words": '<img class="logo" src="/logo/tide-boats-alpha.png">' + "<p>tide boats beta " * 2_500,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_page_that_repeats_what_names_are_made_of_costs_no_more_than_another(name: str) -> None:
    started = time.process_time()
    read_page(page(body=HOSTILE[name]), url=_ATS)
    assert time.process_time() - started < 2


_POSTING = "<h2>Responsibilities</h2><ul><li>Cook</li></ul><h2>Requirements</h2><ul><li>Three years</li></ul><button>Apply</button>"


@pytest.mark.parametrize(
    ("title", "body", "name"),
    [
        ("Ship Cook - Tide Boats - CDI à Nantes", "<h1>Ship Cook</h1>", "Tide Boats"),
        ("Ship Cook - Porto - Tide Boats - 3 to 6 years of experience", "<h1>Ship Cook</h1><p>Porto, Portugal</p>", "Tide Boats"),
        ("Ship Cook - Tide Boats - JOIN", "<h1>Ship Cook</h1>", "Tide Boats"),
        ("Ship Cook | Tide Boats", "<h1>Ship Cook</h1><footer>© 2026 Gupy</footer>", "Tide Boats"),
        ("Ship Cook", "<h1>Ship Cook</h1><p>Die Tide Bootsbau GmbH sucht einen Koch.</p>", "Tide Bootsbau GmbH"),
        ("Ship Cook", "<header><img alt='Tide Home'></header><h1>Ship Cook</h1><p>About Tide Home</p>", "Tide Home"),
        ("Tide Boats Careers", "<h1>Ship Cook</h1>", "Tide Boats"),
        ("Ship Cook", "<h1>Ship Cook</h1><a href='/companies/tide'><span>Tide Boats</span></a>", "Tide Boats"),
        ("Ship Cook", "<h1>Ship Cook</h1><div class='jd-comp-name'><a>Tide Boats</a><span>3.9</span></div>", "Tide Boats"),
        ("高级产品经理-青松科技招聘官网", "<h1>高级产品经理</h1>", "青松科技"),
        ("Ship Cook", "<h1>Ship Cook</h1><p>Company: 한강물류(주)</p>", "한강물류(주)"),
        ("Careers", "<div class='db-header'><img src='/tide-boats.png' alt='Tide Boats'></div><h1>Ship Cook</h1>", "Tide Boats"),
    ],
)  # fmt: skip
def test_the_employer_is_told_from_kinds_of_work_and_makers_of_software(
    title: str, body: str, name: str
) -> None:
    (job,) = read_page(f"<html><title>{title}</title><body>{body}{_POSTING}</body></html>").jobs
    assert job.company == name


@pytest.mark.parametrize("link", ["Post a job", "For employers", "Espace recruteur", "Für Arbeitgeber"])
def test_a_site_that_announces_the_jobs_of_many_is_not_the_employer(link: str) -> None:
    body = f"<header><img alt='Workhere logo'><a href='/e'>{link}</a></header><h1>Ship Cook</h1>{_POSTING}<footer>© 2026 Workhere</footer>"
    named = body.replace("<h2>Resp", "<p>Tide Boats is looking for a cook.</p><h2>Resp", 1)
    read = [read_page(f"<title>Ship Cook | Workhere</title>{text}").jobs[0].company for text in (body, named)]
    assert read == [None, "Tide Boats"]


@pytest.mark.parametrize("title", ["Ship Cook | Galley & Deck", "Ship Cook - Department of Meals - Careers"])
def test_what_a_posting_files_itself_under_is_no_employer(title: str) -> None:
    body = f"<h1>Ship Cook</h1><p>Category: Galley & Deck</p><p>Location: Porto</p>{_POSTING}"
    assert read_page(f"<title>{title}</title>{body}").jobs[0].company is None
