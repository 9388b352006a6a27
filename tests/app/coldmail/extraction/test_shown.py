"""Postings that a page only shows: where rendered pages put title, place and employer, and what is no part of the text."""

import pytest

from app.coldmail.extraction.read import read_page
from app.coldmail.extraction.values import Job, Kind, Page

_TEXT = "<h2>Responsibilities</h2><ul><li>Cook for forty</li></ul><h2>Requirements</h2><ul><li>Three years</li></ul>"
_APPLY = "<button>Apply now</button>"


def _read(body: str, *, title: str = "Ship Cook | Tide Boats", head: str = "") -> Page:
    return read_page(f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>")


def _job(body: str, *, title: str = "Ship Cook | Tide Boats", head: str = "") -> Job:
    page = _read(body, title=title, head=head)
    assert page.kind is Kind.JOB, page
    (job,) = page.jobs
    return job


@pytest.mark.parametrize(
    "place",
    [
        '<p><i class="material-icons">place</i><span>Porto</span></p>',
        '<p><i class="fa fa-map-marker"></i> Porto</p>',
        '<p><span class="icon icon-location"></span><span>Porto</span></p>',
        '<div><svg data-testid="PlaceIcon"></svg><span>Porto</span></div>',
        "<p><mat-icon>location_on</mat-icon><span>Porto</span><span> | </span><span>5 years</span></p>",
        '<div class="styles_jhc__location__x1"><a>Porto</a></div>',
        '<p class="position-location">Porto and 2 more</p>',
        "<h4>Location</h4><div>Porto</div>",
        "<p><span>Location</span></p><p>Porto</p>",
        '<div><span class="sr-only">Location</span> Porto <span class="sr-only">Category</span> Galley</div>',
        "<div><span>Location: Porto</span><span>Category: Galley</span></div>",
    ],
)
def test_a_place_stands_behind_its_sign_or_its_label(place: str) -> None:
    assert _job(f"<h1>Ship Cook</h1>{place}{_APPLY}{_TEXT}").locations == ("Porto",)


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("Porto, Portugal · Galley · Full time", "Porto, Portugal"),
        ("<span>Campinas - SP</span><span>Hybrid</span>", "Campinas - SP"),
        ("Palma (Spain)", "Palma (Spain)"),
        ("Remote - Canada", "Remote - Canada"),
        ("Austin, TX 78701, USA", "Austin, TX 78701, USA"),
    ],
)
def test_a_line_below_the_title_is_a_place_by_its_country(line: str, place: str) -> None:
    assert _job(f"<h1>Ship Cook</h1><div>{line}</div>{_APPLY}{_TEXT}").locations == (place,)


def test_a_list_defines_several_places_and_a_count_is_none() -> None:
    several = "<dl><dt>Locations</dt><dd>Porto, Portugal</dd><dd>Faro, Portugal</dd></dl>"
    assert _job(f"<h1>Ship Cook</h1>{several}{_APPLY}{_TEXT}").locations == (
        "Porto, Portugal",
        "Faro, Portugal",
    )
    counted = "<h2>Locations</h2><p>Showing 2 locations</p>"
    assert _job(f"<h1>Ship Cook</h1>{counted}{_APPLY}{_TEXT}").locations == ()


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("<h1>Job Description - Ship Cook (2600123)</h1>", "Careers"),
        ('<span class="job-preview-title">Ship Cook</span>', "Tide Boats - Ship Cook"),
        ("<h1>Join our crew</h1><h1>Ship Cook</h1><h1>Life at sea</h1>", "Careers | Tide Boats"),
        ('<div class="text-h4">Ship Cook</div>', "Ship Cook | Tide Boats"),
        ("<h4>Ship Cook</h4>", "Ship Cook - Galley - Careers - Tide Boats"),
    ],
)
def test_a_title_is_found_whatever_element_holds_it(heading: str, title: str) -> None:
    head = '<meta property="og:title" content="Ship Cook | Tide Boats Careers">' if "Join" in heading else ""
    assert _job(f"{heading}{_APPLY}{_TEXT}", title=title, head=head).title == "Ship Cook"


@pytest.mark.parametrize(
    "apply",
    [
        "<a>Apply now</a>",
        "<div role='button'>Apply now</div>",
        "<h3>Apply for this position</h3><form></form>",
    ],
)
def test_rendered_pages_apply_by_anything(apply: str) -> None:
    assert _job(f"<h1>Ship Cook</h1><p><b>Duties</b></p><ul><li>Cook</li></ul>{apply}").title == "Ship Cook"


def test_a_page_in_one_form_is_no_form() -> None:
    assert _job(
        f"<form id='f1'><h1>Ship Cook</h1><p>Location: Porto</p>{_TEXT}<input type='submit' value='Apply online'></form>"
    ).locations == ("Porto",)


def test_a_short_line_before_a_list_heads_it() -> None:
    text = "<p>Deine Rolle</p><ul><li>Kochen</li></ul><p>Du bringst mit</p><ul><li>Geduld</li></ul>"
    assert (
        _job(f"<h1>Schiffskoch (m/w/d)</h1><button>Jetzt bewerben</button>{text}").title
        == "Schiffskoch (m/w/d)"
    )


@pytest.mark.parametrize(
    ("language", "title", "duties", "requirements", "apply"),
    [
        ("pl", "Kierowca C+E", "Twój zakres obowiązków", "Nasze wymagania", "Aplikuj"),
        ("cs", "Účetní", "Náplň práce", "Požadujeme", "Odpovědět na inzerát"),
        ("hu", "Raktáros", "Feladatok", "Elvárások", "Jelentkezem"),
        ("fi", "Ohjelmistokehittäjä", "Tehtävät", "Odotamme sinulta", "Hae paikkaa"),
        ("no", "Prosjektleder", "Arbeidsoppgaver", "Kvalifikasjoner", "Søk på stillingen"),
        ("ca", "Tècnic/a de manteniment", "Descripció de l'oferta", "Requisits", "Inscriu-te"),
        ("ru", "Повар", "Обязанности", "Требования", "Откликнуться"),
        ("ar", "محاسب أول", "المهام والمسؤوليات", "المتطلبات", "قدم الآن"),
        ("ko", "프론트엔드 개발자", "주요업무", "자격요건", "지원하기"),
        ("vi", "Nhân viên kế toán", "Mô tả công việc", "Yêu cầu", "Ứng tuyển ngay"),
    ],
)
def test_postings_are_known_in_their_language(
    language: str, title: str, duties: str, requirements: str, apply: str
) -> None:
    text = f"<h1>{title}</h1><h3>{duties}</h3><p>…</p><h3>{requirements}</h3><p>…</p><a>{apply}</a>"
    page = read_page(f"<html lang='{language}'><title>{title} - Tide</title>{text}</html>")
    assert [job.title for job in page.jobs] == [title]


@pytest.mark.parametrize(
    "after",
    [
        "<h2>Similar Jobs</h2><a href='/jobs/2'>Deck Officer</a>",
        "<h2>Jobs for you</h2><div>Deck Officer</div>",
        "<h2>D'autres offres qui pourraient vous intéresser</h2><h3>Deck Officer</h3>",
        "<h2>Похожие вакансии</h2><p>Deck Officer</p>",
        "<div>© 2026 Deck Officer, Inc. All rights reserved.</div>",
        "<div>Deel deze vacature: <a>Deck Officer</a></div>",
        "<p>%LABEL_DECK_OFFICER%</p>",
        "<h4>Company</h4><div><a href='/about'>Deck Officer</a></div>",
        "<mat-icon>deck_officer</mat-icon>",
        "<i aria-hidden='true'>deck_officer</i>",
    ],
)
def test_what_follows_a_posting_is_no_part_of_it(after: str) -> None:
    text = _job(f"<h1>Ship Cook</h1><p>Location: Porto</p>{_APPLY}{_TEXT}{after}").description or ""
    assert "Cook for forty" in text
    assert "deck" not in text.lower().replace("_", " ")


def test_components_of_a_page_part_its_lines_except_inside_one() -> None:
    cards = "<app-root><mat-card><mat-title>Job summary</mat-title><mat-text>Feed the crew.</mat-text></mat-card></app-root>"
    text = _job(f"<h1>Ship <app-mark>Cook</app-mark></h1>{_APPLY}{cards}{_TEXT}").description or ""
    assert text.splitlines()[:2] == ["Job summary", "Feed the crew."]


_PROFESSION = "<h1>Civil Engineer</h1><h2>Responsibilities</h2><ul><li>Bridges</li></ul><h2>Requirements</h2><ul><li>Degree</li></ul><h3>Work location</h3><p>Offices</p><h3>Salary</h3><p>$80,000</p>"
_TENDER = "<h1>Cleaning of the town hall</h1><dl><dt>Reference</dt><dd>T-1</dd><dt>Deadline</dt><dd>1 Feb 2027</dd></dl><h2>Scope of work</h2><ul><li>Cleaning</li></ul><h2>Requirements</h2><ul><li>Insurance</li></ul><a>Apply here</a>"
_FLAT = "<h1>Piso en alquiler</h1><p>Ubicación: Valencia</p><h2>Descripción</h2><p>Tres habitaciones.</p><h2>Requisitos</h2><ul><li>Nómina</li></ul><button>Solicitar visita</button>"


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("What does a Civil Engineer do?", _PROFESSION),
        ("Tender: cleaning services", _TENDER),
        ("Piso en alquiler en Valencia", _FLAT),
    ],
)
def test_professions_tenders_and_flats_are_no_postings(title: str, body: str) -> None:
    assert _read(body, title=title).jobs == ()


def test_a_posting_beside_a_box_to_log_in_is_no_wall() -> None:
    box = "<div><label>E-mail</label><input type='password'><button>Log in</button></div>"
    ask = "<h3>Please login or register as jobseeker to apply for this job.</h3>"
    assert _job(f"{box}<h1>Ship Cook</h1>{ask}{_TEXT}").title == "Ship Cook"
    assert _read(f"{box}<h1>Sign in</h1>", title="Sign in").kind is Kind.BLOCKED


def test_parts_that_are_called_so_speak_for_a_posting_without_sections() -> None:
    body = "<h1>Ship Cook</h1><div class='place-name'>Porto, remote</div><div class='vacancy-section'><p>Feed forty.</p></div>"
    job = _job(f"<div class='vacancy'>{body}<a>Apply for this job</a></div>")
    assert (job.locations, job.description) == (("Porto, remote",), "Porto, remote\nFeed forty.")


def test_labels_below_a_heading_of_other_jobs_are_theirs() -> None:
    facts = "<ul><li>Work area: {}</li><li>Working hours: full time</li><li>Job type: regular</li></ul>"
    others = f"<h2>Similar jobs</h2><section><h1>Deck Officer</h1>{facts.format('Faro')}</section>"
    job = _job(
        f"<h1>Ship Cook</h1><p>Created: 2026-05-07</p><p>Feed forty.</p>{facts.format('Porto')}{others}"
    )
    assert job.locations == ("Porto",)


def test_a_site_s_offices_are_not_where_the_work_is() -> None:
    offices = "<footer><h4>Offices</h4><p>Faro</p></footer>"
    assert _job(f"<h1>Ship Cook</h1>{_APPLY}{_TEXT}{offices}").locations == ()
    aside = "<aside><h4>Location</h4><p>Porto</p></aside>"
    assert _job(f"<h1>Ship Cook</h1>{_APPLY}{_TEXT}{aside}{offices}").locations == ("Porto",)


def test_the_heading_of_a_form_ends_a_short_description() -> None:
    form = "<div><h2>Apply for this job</h2><p>* is required</p><label>First name</label></div>"
    assert "required" not in (_job(f"<h1>Ship Cook</h1>{_APPLY}{_TEXT}{form}").description or "")


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Become a franchise partner", "<h1>Franchise Partner</h1><p>Location: Faro</p>"),
        ("Merit scholarship", "<h1>Merit Scholarship</h1><dl><dt>Deadline</dt><dd>1 May</dd><dt>Location</dt><dd>Faro</dd></dl>"),
    ],
)  # fmt: skip
def test_franchises_and_scholarships_are_no_postings(title: str, body: str) -> None:
    assert _read(f"{body}{_TEXT}<a href='/apply'>Apply now</a>", title=title).jobs == ()
