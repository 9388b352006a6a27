"""Pages without data for machines: postings, lists, walls, empty boards, scripts, and hostile markup."""

import json

import pytest

from app.coldmail.extraction.document import Document
from app.coldmail.extraction.grounding import grounded
from app.coldmail.extraction.read import read_page
from app.coldmail.extraction.values import Kind

_URL = "https://tide.example/careers"
_DETAIL = """<html><title>Backend Engineer | Tide</title><body><nav><a href="/">Home</a></nav><h1>Backend Engineer</h1>
<p>Location: Porto, Portugal</p><p>Salary: €50,000 - €60,000 per year</p><h2>Responsibilities</h2><ul><li>Write C++ and F#</li></ul>
<h2>Requirements</h2><ul><li>5+ years of experience with Node.js</li></ul><a href="/apply/1">Apply now</a>
<h2>Similar jobs</h2><a href="/jobs/2-cook">Cook</a></body></html>"""


def test_a_posting_is_read_by_its_headings_and_labels() -> None:
    page = read_page(_DETAIL, url="https://tide.example/jobs/1-backend-engineer")
    (job,) = page.jobs
    assert (page.kind, job.title, job.company, job.locations) == (
        Kind.JOB,
        "Backend Engineer",
        "Tide",
        ("Porto, Portugal",),
    )
    assert job.salary == "€50,000 - €60,000 per year"
    assert {"C++", "F#", "Node.js"} <= set(job.skills)
    assert (
        job.description is not None and "Apply now" not in job.description and "Cook" not in job.description
    )


def test_a_list_gives_every_job_and_its_next_page() -> None:
    rows = "".join(
        f'<li><a href="/jobs/{at}00-x"><h3>Nurse {at}</h3></a><span class="location">Faro</span></li>'
        for at in range(30)
    )
    page = read_page(
        f'<title>Jobs at Tide</title><h1>Open positions</h1><ul>{rows}</ul><a rel="next" href="?page=2">Next</a>',
        url=_URL,
    )
    assert (page.kind, len(page.jobs), page.jobs[0].locations) == (Kind.LISTING, 30, ("Faro",))
    assert [one.url for one in page.next_pages] == ["https://tide.example/careers?page=2"]


def test_a_link_that_only_says_view_takes_the_title_beside_it() -> None:
    rows = "".join(
        f'<tr><td>Nurse {at}</td><td><a href="/careers/job/{at}00">View job</a></td></tr>' for at in range(3)
    )
    assert [job.title for job in read_page(f"<h1>Careers</h1><table>{rows}</table>", url=_URL).jobs] == [
        "Nurse 0",
        "Nurse 1",
        "Nurse 2",
    ]


_ROWS = [
    {
        "title": f"Cook {at}",
        "slug": "x",
        "url": f"/jobs/{at}",
        "location": {"name": "Porto"},
        "department": "Galley",
    }
    for at in range(3)
]
STATES = {
    "Next": f'<script id="__NEXT_DATA__" type="application/json">{json.dumps({"props": {"pageProps": {"jobs": _ROWS}}})}</script>',
    "an initial state": f"<script>window.__INITIAL_STATE__ = {json.dumps({'jobs': {'items': _ROWS}})};</script>",
    "a parsed text": f"<script>window.S = JSON.parse({json.dumps(json.dumps({'jobs': _ROWS}))});</script>",
    "Remix": f"<script>window.__remixContext = {json.dumps({'state': {'loaderData': {'routes/jobs': {'jobs': _ROWS}}}})};</script>",
    "Greenhouse's board": f"<script>window.__remixContext = {json.dumps({'state': {'loaderData': {'routes/$url_token': {'jobPosts': {'data': _ROWS}}}}})};</script>",
    "Nuxt 3": "<script type='application/json' id='__NUXT_DATA__'>"
    + json.dumps(
        [["ShallowReactive", 1], {"data": 2}, {"jobs": 3}, [4, 5, 6]]
        + [{"title": 7 + at, "url": 10 + at, "location": 13} for at in range(3)]
        + [f"Cook {at}" for at in range(3)]
        + [f"/jobs/{at}" for at in range(3)]
        + ["Porto"]
    )
    + "</script>",
    "lists by department": "<script type='application/json'>"
    + json.dumps({"jobsByDepartment": {"Galley": _ROWS[:2], "Deck": _ROWS[2:]}})
    + "</script>",
    "a content system": "<script type='application/json'>"
    + json.dumps(
        {
            "jobs": [
                {"sys": {"id": "1"}, "fields": {name: row[name] for name in ("title", "url", "location")}}
                for row in _ROWS
            ]
        }
    )
    + "</script>",
    "Apollo": "<script>window.__APOLLO_STATE__ = "
    + json.dumps({f"Job:{row['title']}": {"__typename": "Job", **row} for row in _ROWS})
    + ";</script>",
    "Apollo's references": "<script>window.__APOLLO_STATE__ = "
    + json.dumps(
        {
            "ROOT_QUERY": {"jobs": [{"__ref": f"Job:{at}"} for at in range(3)]},
            **{f"Job:{at}": {"__typename": "Job", **row} for at, row in enumerate(_ROWS)},
        }
    )
    + ";</script>",
    "JavaScript": "<script>var jobs = ["
    + ",".join(f"{{title: 'Cook {at}', url: '/jobs/{at}', location: 'Porto',}}" for at in range(3))
    + "];</script>",
}


@pytest.mark.parametrize("state", STATES.values(), ids=STATES.keys())
def test_jobs_in_a_pages_own_state_are_found(state: str) -> None:
    page = read_page(f"<html><body><div id='root'></div>{state}</body></html>", url=_URL)
    assert (page.kind, [job.title for job in page.jobs]) == (Kind.LISTING, ["Cook 0", "Cook 1", "Cook 2"])
    assert page.jobs[1].apply_url == "https://tide.example/jobs/1"
    assert page.jobs[1].locations == ("Porto",)


_PROSE = "<p>" + "Boats are nice to have. " * 40 + "</p>"
WITHOUT = {
    "a bot check": ("<title>Just a moment...</title><body>Checking your browser before accessing.</body>", Kind.BLOCKED),
    "a refusal": ("<title>403 Forbidden</title><h1>Forbidden</h1>", Kind.BLOCKED),
    "a captcha": ("<title>tide.example</title><p>Please verify you are a human</p><div class='g-recaptcha'></div>", Kind.BLOCKED),
    "a login": ("<title>Sign in</title><h1>Sign in</h1><input type='password'><a href='/jobs/123'>Nurse</a>", Kind.BLOCKED),
    "no open job": ("<title>Careers</title><h1>Open positions</h1><p>We have no open positions at the moment.</p>", Kind.EMPTY),
    "a closed posting": (_DETAIL.replace("<p>Location", "<p>This job is no longer available.</p><p>Location"), Kind.EMPTY),
    "a German empty board": ("<title>Karriere</title><p>Derzeit haben wir keine offenen Stellen.</p>", Kind.EMPTY),
    "scripts alone": ("<noscript>You need to enable JavaScript.</noscript><div id='root'></div><script src='a.js'></script>", Kind.SCRIPT_ONLY),
    "a home page": (f"<title>Tide</title><h1>We build boats</h1>{_PROSE}<a href='/careers'>Careers</a>", Kind.OTHER),
    "a page about the culture": (
        f"<title>Life at Tide</title><h1>Life at Tide</h1><h2>Benefits</h2>{_PROSE}<a href='/careers/our-culture'>Culture</a>"
        "<a href='/careers/meet-the-team'>Meet the team</a>",
        Kind.OTHER,
    ),
    "advice for writing postings": (
        f"<title>How to write a posting for an engineer</title><h1>How to write a posting for an engineer</h1><h2>Responsibilities</h2>{_PROSE}"
        f"<h2>Requirements</h2>{_PROSE}",
        Kind.OTHER,
    ),
    "posts of a blog in its state": (
        "<h1>Blog</h1><script type='application/json'>"
        + json.dumps({"all": [{"title": f"Careers {at}", "body": "<p>Jobs</p>", "url": f"/b/{at}", "publishedAt": "2026-01-01", "category": "x"} for at in range(3)]})
        + "</script>",
        Kind.OTHER,
    ),
    "examples of what is written about posts": (
        "<h1>Examples</h1>" + "".join(f"<a href='/jobs/resume/{name}-resume'>{name} Resume</a>" for name in ("Nurse", "Teacher", "Cook")),
        Kind.OTHER,
    ),
    "a course that asks people to apply": (
        "<title>Data Analyst</title><script type='application/ld+json'>{\"@type\": \"Course\", \"name\": \"Data Analyst\"}</script><h1>Data Analyst</h1>"
        "<p>Location: Online</p><h2>Responsibilities</h2><p>x</p><h2>Requirements</h2><p>x</p><a href='/a'>Apply now</a>",
        Kind.OTHER,
    ),
    "a privacy notice for applicants": (
        "<title>Applicant privacy notice</title><h1>Applicant privacy notice</h1><h2>What we need</h2><h2>Requirements</h2><p>x</p><a href='/a'>Apply</a>",
        Kind.OTHER,
    ),
    "a list of categories": (
        "<h1>Browse jobs</h1>" + "".join(f"<a href='/jobs/{name}-jobs'>{name} jobs</a>" for name in ("Nurse", "Teacher", "Cook")),
        Kind.OTHER,
    ),
    "posts of a blog": (
        "<h1>Blog</h1><a href='/p/become-an-engineer-1234'>How to become an engineer</a><a href='/p/shoes-1235'>The best nurse shoes</a>",
        Kind.OTHER,
    ),
    "a flat to let": (
        "<title>Flat in Porto</title><h1>Flat in Porto</h1><p>Location: Porto</p><p>Rate: €900 per month</p><h2>Requirements</h2><p>x</p><a href='/a'>Apply now</a>",
        Kind.OTHER,
    ),
    "a scholarship": (
        "<title>Scholarship for students</title><h1>Scholarship for students</h1><p>Deadline: 2026-06-01</p><h2>Requirements</h2><p>x</p><h2>Benefits</h2><p>x</p>"
        "<a href='/a'>Apply now</a>",
        Kind.OTHER,
    ),
    "a post with jobs in the site's footer": (
        f"<title>We moved to Rust</title><h1>We moved to Rust</h1>{_PROSE}<footer><h3>We are hiring</h3><a href='/careers/engineer-123'>Backend Engineer</a>"
        "<a href='/careers/designer-124'>Product Designer</a></footer>",
        Kind.OTHER,
    ),
    "a template that nobody filled": (
        '<script type="application/ld+json">{"@type": "JobPosting", "title": "{{ job.title }}", "hiringOrganization": "T"}</script>',
        Kind.OTHER,
    ),
    "goods of a shop": ("<h1>Knives</h1><a href='/p/chef-knife-101'>Chef Knife</a><a href='/p/cook-pot-102'>Cook Pot</a>", Kind.OTHER),
    "jobs of a build": (
        "<title>Jobs</title><h1>Jobs</h1><a href='/tide/boat/-/jobs/1001'>build</a><a href='/tide/boat/-/jobs/1002'>test</a>",
        Kind.OTHER,
    ),
    "a page about a department": (
        "<title>Engineering at Tide | Careers</title><h1>Engineering at Tide</h1><h2>What you will do</h2><p>x</p><h2>Who you are</h2><p>x</p><a href='/a'>Apply now</a>",
        Kind.OTHER,
    ),
    "offers of flats": (
        "<title>Nos offres</title><h1>Nos offres</h1><a href='/offres/flat-1234'>Appartement Lyon</a><a href='/offres/house-1235'>Maison Paris</a>",
        Kind.OTHER,
    ),
    "a board that a script embeds": ("<h1>Careers</h1><div id='grnhse_app'></div><script src='/board.js'></script>", Kind.SCRIPT_ONLY),
    "nothing": ("", Kind.OTHER),
}  # fmt: skip


@pytest.mark.parametrize(("markup", "kind"), WITHOUT.values(), ids=WITHOUT.keys())
def test_a_page_without_a_job_gives_none_and_says_what_to_do(markup: str, kind: Kind) -> None:
    page = read_page(markup, url=_URL)
    assert (page.kind, page.jobs) == (kind, ())
    assert page.advice


@pytest.mark.parametrize(
    "markup",
    ["<div>" * 20_000, "<a href=x>" * 20_000, "{" * 20_000, "[" * 20_000, "<script>var jobs=[" + "{a:" * 9_000,
     '<script type="application/ld+json">' + '{"a":[' * 9_000, '<p class="' + "a " * 50_000 + '">', "<p>" + "job is no " * 9_000],
)  # fmt: skip
def test_hostile_markup_ends_without_a_job(markup: str) -> None:
    assert read_page(markup, url=_URL).jobs == ()


def test_a_pasted_posting_is_read_and_other_text_is_not() -> None:
    text = "Senior Python Engineer\n\nTide is looking for you.\nLocation: Porto\n\nRequirements\n- C#"
    (job,) = read_page(text, content_type="text/plain").jobs
    assert (job.title, job.company, job.locations, job.skills) == (
        "Senior Python Engineer",
        "Tide",
        ("Porto",),
        ("Python", "C#"),
    )
    assert read_page("Dear all, lunch is at noon.", content_type="text/plain").jobs == ()


def test_a_models_answer_keeps_only_what_the_page_says() -> None:
    document = Document.of("<p>We hire a Cook in Porto.</p><a href='/cook'>Write</a>", url=_URL)
    assert document is not None
    answer = [{"title": "Cook", "location": "Porto", "company": "Invented", "url": "/cook"}, {"title": "Pilot", "url": "/cook"},
              {"title": "Cook", "url": "https://elsewhere.example/"}]  # fmt: skip
    first, second = grounded(answer, document)
    assert (first.title, first.company, first.locations, first.apply_url) == (
        "Cook",
        None,
        ("Porto",),
        "https://tide.example/cook",
    )
    assert (second.apply_url, set(second.sources.values())) == (None, {"model"})
