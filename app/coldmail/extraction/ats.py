"""Knows the public answers of applicant-tracking systems: by the address they came from, and by their shape."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit
from xml.etree.ElementTree import Element, ParseError, fromstring

from app.coldmail.extraction import records
from app.coldmail.extraction.html_text import plain
from app.coldmail.extraction.values import Address, Job, Tier

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """The jobs of a system's answer. `total` is how many it says there are, `single` whether it is about one job."""

    jobs: tuple[Job, ...]
    next_pages: tuple[Address, ...] = ()
    total: int | None = None
    single: bool = False


def read(value: Any, *, url: str | None) -> Answer | None:
    """The jobs in the answer of a known system; None for any other JSON. `url` is of the page or of the answer."""
    for shape in _SHAPES:
        found = shape(value, url or "")
        if found is not None:
            return found
    return None


def _answer(
    rows: Iterable[Any],
    url: str,
    *,
    employer: str | None = None,
    link_of: Callable[[Record], str | None] | None = None,
    total: Any = None,
    next_pages: tuple[Address, ...] = (),
    single: bool = False,
) -> Answer:
    made = (
        records.job(row, Tier.ATS, base=url or None, employer=employer, link_of=link_of)
        for row in rows
        if isinstance(row, Mapping) and row.get("isListed") is not False
    )
    count = total if isinstance(total, int) and not isinstance(total, bool) else None
    return Answer(tuple(job for job in made if job), next_pages, count, single)


def _greenhouse(value: Any, url: str) -> Answer | None:
    match value:
        case {"jobs": [*rows], "meta": {"total": total}}:
            return _answer(rows, url, total=total)
        case {"absolute_url": str(), "title": str(), **rest} if (
            "internal_job_id" in rest or "content" in rest
        ):
            return _answer([value], url, single=True)
    return None


def _lever(value: Any, url: str) -> Answer | None:
    def is_posting(row: Any) -> bool:
        return isinstance(row, Mapping) and "text" in row and ("hostedUrl" in row or "categories" in row)

    if isinstance(value, list) and value and all(map(is_posting, value)):
        return _answer(value, url)
    return _answer([value], url, single=True) if is_posting(value) else None


def _ashby(value: Any, url: str) -> Answer | None:
    match value:
        case {"jobs": [*rows], "apiVersion": _}:
            return _answer(rows, url)
        case {"data": {"jobBoard": {"jobPostings": [*rows]}}}:
            return _answer(rows, url)
        case {"data": {"jobPosting": {"title": str()} as row}}:
            return _answer([row], url, single=True)
    return None


def _workday(value: Any, url: str) -> Answer | None:
    match value:
        case {"jobPostingInfo": {"title": str()} as row}:
            whole = {
                **row,
                "hiringOrganization": value.get("hiringOrganization"),
                "datePosted": row.get("startDate"),
            }
            organisation = value.get("hiringOrganization")
            name = organisation.get("name") if isinstance(organisation, Mapping) else None
            # Workday puts its own number before the employer's name.
            whole["hiringOrganization"] = (
                re.sub(r"\A\d+\s+(?=\D)", "", name) if isinstance(name, str) else None
            )
            return _answer([whole], url, single=True)
        case {"jobPostings": [*rows], "total": total}:
            base = _workday_site(url)

            def link_of(row: Record) -> str | None:
                path = row.get("externalPath")
                return base + path if base and isinstance(path, str) and path.startswith("/") else None

            return _answer(
                rows, url, link_of=link_of, total=total, next_pages=_workday_next(url, len(rows), total)
            )
    return None


def _workday_site(url: str) -> str | None:
    if match := re.match(r"(https://[^/]+)/wday/cxs/[^/]+/([^/]+)/jobs", url):
        return f"{match[1]}/{match[2]}"
    if match := re.match(r"(https://[^/]+\.myworkdayjobs\.com/(?:[a-z]{2}-[A-Z]{2}/)?[^/?#]+)", url):
        return match[1]
    return None


def _workday_next(url: str, shown: int, total: Any) -> tuple[Address, ...]:
    if not (isinstance(total, int) and 0 < shown < total):
        return ()
    api = api_address(url)
    target = url if "/wday/cxs/" in url else api.url if api else None
    # Workday serves twenty at a time, whatever is asked.
    return (
        tuple(Address(target, _workday_body(at)) for at in range(shown, min(total, 2_000), shown))
        if target
        else ()
    )


def _workday_body(offset: int) -> str:
    return json.dumps({"appliedFacets": {}, "limit": 20, "offset": offset, "searchText": ""})


def _smartrecruiters(value: Any, url: str) -> Answer | None:
    match value:
        case {"content": [*rows], "totalFound": total}:
            offset = value.get("offset") if isinstance(value.get("offset"), int) else 0
            more = _by_offset(url, offset + len(rows), len(rows), total)
            return _answer(rows, url, link_of=_smartrecruiters_link, total=total, next_pages=more)
        case {"jobAd": {"sections": _}, "name": str()}:
            return _answer([value], url, link_of=_smartrecruiters_link, single=True)
    return None


def _smartrecruiters_link(row: Record) -> str | None:
    company, number = row.get("company"), row.get("id")
    if isinstance(row.get("postingUrl"), str):
        return str(row["postingUrl"])
    if isinstance(company, Mapping) and isinstance(company.get("identifier"), str) and number:
        return f"https://jobs.smartrecruiters.com/{company['identifier']}/{number}"
    return None


def _recruitee(value: Any, url: str) -> Answer | None:
    match value:
        case {"offers": [*rows]}:
            return _answer(rows, url)
        case {"offer": {"title": str()} as row}:
            return _answer([row], url, single=True)
    return None


def _workable(value: Any, url: str) -> Answer | None:
    account = re.match(r"https://apply\.workable\.com/(?:api/v\d/(?:widget/)?accounts/)?([\w-]+)", url)

    def link_of(row: Record) -> str | None:
        code = row.get("shortcode")
        named = next((row[name] for name in ("url", "shortlink") if isinstance(row.get(name), str)), None)
        return named or (f"https://apply.workable.com/{account[1]}/j/{code}/" if account and code else None)

    match value:
        case {"jobs": [*rows], "name": _, "description": _}:
            employer = plain(value["name"]) if isinstance(value["name"], str) else None
            return _answer(rows, url, employer=employer or None, link_of=link_of)
        case {"results": [{"shortcode": _}, *_] as rows, "total": total}:
            token = value.get("nextPage")
            target = api_address(url)
            more = (
                (Address(target.url, json.dumps({"token": token})),)
                if token and target and target.body
                else ()
            )
            return _answer(rows, url, link_of=link_of, total=total, next_pages=more)
        case {"shortcode": str(), "title": str()}:
            return _answer([value], url, link_of=link_of, single=True)
        case {"jobs": [{"shortcode": _}, *_] as rows}:
            following = value.get("paging")
            link = following.get("next") if isinstance(following, Mapping) else None
            return _answer(
                rows, url, link_of=link_of, next_pages=(Address(link),) if isinstance(link, str) else ()
            )
    return None


def _bamboohr(value: Any, url: str) -> Answer | None:
    host = _origin(url)

    def link_of(row: Record) -> str | None:
        if isinstance(row.get("jobOpeningShareUrl"), str):
            return str(row["jobOpeningShareUrl"])
        return f"{host}/careers/{row['id']}" if host.endswith(".bamboohr.com") and row.get("id") else None

    match value:
        case {"result": [{"jobOpeningName": _}, *_] as rows}:
            meta = value.get("meta")
            return _answer(
                rows,
                url,
                link_of=link_of,
                total=meta.get("totalCount") if isinstance(meta, Mapping) else None,
            )
        case {"result": [], "meta": {"totalCount": _}}:
            return Answer((), total=0)
        case {"result": {"jobOpening": {"jobOpeningName": _} as row}}:
            return _answer([row], url, link_of=link_of, single=True)
    return None


def _breezy(value: Any, url: str) -> Answer | None:
    if (
        isinstance(value, list)
        and value
        and all(isinstance(row, Mapping) and "friendly_id" in row for row in value)
    ):
        return _answer(value, url)
    return None


def _resources(value: Any, url: str) -> Answer | None:
    """JSON:API, as Teamtailor and Pinpoint answer: the posting is in `attributes`, or stands in `data` as it is."""
    if not (isinstance(value, Mapping) and isinstance(value.get("data"), list) and value["data"]):
        return None
    rows = [_flattened(row) for row in value["data"] if isinstance(row, Mapping)]
    if not rows or not all(records.likeness(row) >= 3 for row in rows):
        return None
    links = value.get("links")
    following = links.get("next") if isinstance(links, Mapping) else None
    return _answer(
        rows, url, next_pages=(Address(following),) if isinstance(following, str) and following else ()
    )


def _flattened(row: Record) -> dict[str, Any]:
    inner, links = row.get("attributes"), row.get("links")
    whole = {**row, **(inner if isinstance(inner, Mapping) else {})}
    if isinstance(links, Mapping) and isinstance(links.get("careersite-job-url"), str):
        whole["url"] = links["careersite-job-url"]
    return whole


_SHAPES = (
    _greenhouse, _lever, _ashby, _workday, _smartrecruiters, _recruitee, _workable, _bamboohr, _breezy, _resources,
)  # fmt: skip


def personio(root: Element, *, url: str | None) -> Answer | None:
    """The jobs of Personio's XML feed."""
    if root.tag != "workzag-jobs":
        return None
    host = _origin(url or "")

    def link_of(row: Record) -> str | None:
        return f"{host}/job/{row['id']}" if ".jobs.personio." in host and row.get("id") else None

    rows = []
    for position in root.iter("position"):
        row: dict[str, Any] = {child.tag: (child.text or "").strip() for child in position}
        row["offices"] = [
            row.get("office"),
            *(one.text for one in position.findall("additionalOffices/office")),
        ]
        row["jobDescriptions"] = [
            {"name": one.findtext("name"), "value": one.findtext("value")}
            for one in position.findall("jobDescriptions/jobDescription")
        ]
        rows.append(row)
    return _answer(rows, url or "", link_of=link_of)


def parsed_xml(text: str) -> Element | None:
    """The root of an XML text; None where it is none, or declares a document type: attacks are made of those."""
    if "<!" in text.replace("<![CDATA[", "").replace("<!--", ""):
        return None
    try:
        return fromstring(text)  # noqa: S314 - what could expand or reach outside is refused above
    except (ParseError, ValueError):
        return None


def wanted_first(jobs: tuple[Job, ...], *, url: str | None) -> tuple[tuple[Job, ...], bool]:
    """The job that the page's address names, first, and whether there is one."""
    path = urlsplit(url or "")
    marks = {
        part
        for part in re.split(r"[/?&=#]", f"{path.path}?{path.query}")
        if len(part) >= 6 and re.search(r"\d", part)
    }
    parts_of = [set(re.split(r"[/?&=#]", job.apply_url or "")) for job in jobs]
    # What stands in every address is the board's name, not a job's.
    marks -= set.intersection(*parts_of) if len(jobs) > 1 else set()
    for at, parts in enumerate(parts_of):
        if marks & parts:
            return (jobs[at], *jobs[:at], *jobs[at + 1 :]), True
    return jobs, False


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _by_offset(url: str, following: int, step: int, total: Any) -> tuple[Address, ...]:
    if not url or not isinstance(total, int) or following >= total or step <= 0:
        return ()
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return tuple(
        Address(urlunsplit(parts._replace(query=urlencode({**query, "limit": step, "offset": at}))))
        for at in range(following, min(total, 5_000), step)
    )


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
            _workday_body(0),
        ),
        (
            r"https?://(?P<host>[\w-]+(?:\.wd\d+)?\.myworkdaysite\.com)/(?:[a-z]{2}-[A-Z]{2}/)?recruiting/(?P<tenant>[\w-]+)/(?P<site>[\w-]+)/job/(?:[^/?#]+/)?(?P<slug>[^/?#]+)",
            "https://{host}/wday/cxs/{tenant}/{site}/job/{slug}",
            None,
        ),
        (
            r"https?://(?P<host>[\w-]+(?:\.wd\d+)?\.myworkdaysite\.com)/(?:[a-z]{2}-[A-Z]{2}/)?recruiting/(?P<tenant>[\w-]+)/(?P<site>[\w-]+)/?(?:[?#]|\Z)",
            "https://{host}/wday/cxs/{tenant}/{site}/jobs",
            _workday_body(0),
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
