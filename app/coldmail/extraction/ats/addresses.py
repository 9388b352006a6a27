"""Where the system behind a page publishes the same for programs; a company's name in an address is passed on, never read."""

import json
import re
from urllib.parse import urlsplit

from app.coldmail.extraction.values import Address


def workday_page(offset: int) -> str:
    """What Workday's list is asked with; it serves twenty at a time, whatever is asked."""
    return json.dumps({"appliedFacets": {}, "limit": 20, "offset": offset, "searchText": ""})


def origin(url: str) -> str:
    """Scheme and host of an address; empty where it has none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


# The address of a page, and where its system publishes the same as JSON. Named groups go into the template.
_APIS: tuple[tuple[re.Pattern[str], str, str | None], ...] = tuple(
    (re.compile(pattern), template, body)
    for pattern, template, body in (
        (
            r"https?://(?:job-)?boards(?:\.eu)?\.greenhouse\.io/embed/job_app\?(?=.*\bfor=(?P<board>[\w-]+))(?=.*\btoken=(?P<id>\d+))",
            "https://boards-api.greenhouse.io/v1/boards/{board}/jobs/{id}?pay_transparency=true",
            None,
        ),
        (
            r"https?://(?:job-)?boards(?:\.eu)?\.greenhouse\.io/embed/job_board(?:/js)?\?.*?\bfor=(?P<board>[\w-]+)",
            "https://boards-api.greenhouse.io/v1/boards/{board}/jobs?content=true",
            None,
        ),
        (
            r"https?://(?:job-)?boards(?:\.eu)?\.greenhouse\.io/(?P<board>(?!embed\b)[\w-]+)/jobs/(?P<id>\d+)",
            "https://boards-api.greenhouse.io/v1/boards/{board}/jobs/{id}?pay_transparency=true",
            None,
        ),
        (
            r"https?://(?:job-)?boards(?:\.eu)?\.greenhouse\.io/(?P<board>(?!embed\b)[\w-]+)/?(?:[?#]|\Z)",
            "https://boards-api.greenhouse.io/v1/boards/{board}/jobs?content=true",
            None,
        ),
        (
            r"https?://jobs(?P<eu>\.eu)?\.lever\.co/(?P<site>[\w.-]+)/(?P<id>[0-9a-f-]{36})",
            "https://api{eu}.lever.co/v0/postings/{site}/{id}?mode=json",
            None,
        ),
        (
            r"https?://jobs(?P<eu>\.eu)?\.lever\.co/(?P<site>[\w.-]+)/?(?:[?#]|\Z)",
            "https://api{eu}.lever.co/v0/postings/{site}?mode=json",
            None,
        ),
        (
            r"https?://jobs\.ashbyhq\.com/(?P<board>[^/?#]+)",
            "https://api.ashbyhq.com/posting-api/job-board/{board}?includeCompensation=true",
            None,
        ),
        (
            r"https?://(?P<host>(?P<tenant>[\w-]+)\.(?:wd\d+\.)?myworkdayjobs\.com)/(?:[a-z]{2}-[A-Z]{2}/)?(?P<site>(?!wday\b)[\w-]+)/(?:details|job/(?:[^/?#]+/)?)(?P<slug>[^/?#]+)",
            "https://{host}/wday/cxs/{tenant}/{site}/job/{slug}",
            None,
        ),
        (
            r"https?://(?P<host>(?P<tenant>[\w-]+)\.(?:wd\d+\.)?myworkdayjobs\.com)/(?:[a-z]{2}-[A-Z]{2}/)?(?P<site>(?!wday\b)[\w-]+)/?(?:[?#]|\Z)",
            "https://{host}/wday/cxs/{tenant}/{site}/jobs",
            workday_page(0),
        ),
        (
            r"https?://(?P<host>[\w-]+(?:\.wd\d+)?\.myworkdaysite\.com)/(?:[a-z]{2}-[A-Z]{2}/)?recruiting/(?P<tenant>[\w-]+)/(?P<site>[\w-]+)/job/(?:[^/?#]+/)?(?P<slug>[^/?#]+)",
            "https://{host}/wday/cxs/{tenant}/{site}/job/{slug}",
            None,
        ),
        (
            r"https?://(?P<host>[\w-]+(?:\.wd\d+)?\.myworkdaysite\.com)/(?:[a-z]{2}-[A-Z]{2}/)?recruiting/(?P<tenant>[\w-]+)/(?P<site>[\w-]+)/?(?:[?#]|\Z)",
            "https://{host}/wday/cxs/{tenant}/{site}/jobs",
            workday_page(0),
        ),
        (
            r"https?://(?:jobs|careers)\.smartrecruiters\.com/(?P<company>[\w.-]+)/(?P<id>\d{6,}|[0-9a-f-]{36})",
            "https://api.smartrecruiters.com/v1/companies/{company}/postings/{id}",
            None,
        ),
        (
            r"https?://(?:jobs|careers)\.smartrecruiters\.com/(?P<company>[\w.-]+)/?(?:[?#]|\Z)",
            "https://api.smartrecruiters.com/v1/companies/{company}/postings?limit=100&offset=0",
            None,
        ),
        (
            r"https?://(?P<host>[\w-]+\.recruitee\.com)/(?:\w\w/)?o/(?P<slug>[\w-]+)",
            "https://{host}/api/offers/{slug}",
            None,
        ),
        (
            r"https?://(?P<host>(?!www|api|docs|support)[\w-]+\.recruitee\.com)/?(?:[?#]|\Z)",
            "https://{host}/api/offers/",
            None,
        ),
        (
            r"https?://apply\.workable\.com/(?P<account>(?!api\b)[\w-]+)/j/(?P<code>[0-9A-Fa-f]+)",
            "https://apply.workable.com/api/v2/accounts/{account}/jobs/{code}",
            None,
        ),
        (
            r"https?://apply\.workable\.com/(?P<account>(?!api\b)[\w-]+)/?(?:[?#]|\Z)",
            "https://apply.workable.com/api/v1/widget/accounts/{account}?details=true",
            None,
        ),
        (
            r"https?://(?P<host>[\w-]+\.jobs\.personio\.(?:de|com))/?(?:job/|[?#]|\Z)",
            "https://{host}/xml",
            None,
        ),
        (
            r"https?://(?P<host>(?!www|api)[\w-]+\.bamboohr\.com)/(?:careers/(?P<id>\d+)|jobs/view\.php\?id=(?P<old>\d+))",
            "https://{host}/careers/{id}{old}/detail",
            None,
        ),
        (
            r"https?://(?P<host>(?!www|api)[\w-]+\.bamboohr\.com)/(?:careers|jobs)/?(?:list)?(?:[?#]|\Z)",
            "https://{host}/careers/list",
            None,
        ),
        (r"https?://(?P<host>(?!www|app|api)[\w-]+\.breezy\.hr)/?(?:[?#]|\Z)", "https://{host}/json", None),
        (
            r"https?://(?P<host>(?!www|app|api)[\w-]+\.pinpointhq\.com)/?(?:[?#]|\Z)",
            "https://{host}/postings.json",
            None,
        ),
    )
)


def api_address(url: str) -> Address | None:
    """Where the system behind a page publishes the same as JSON or XML; None for a page of no known system."""
    for pattern, template, body in _APIS:
        if match := pattern.match(url):
            return Address(
                template.format_map({name: part or "" for name, part in match.groupdict().items()}), body
            )
    return None
