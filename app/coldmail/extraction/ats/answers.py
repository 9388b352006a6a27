"""Knows the public JSON of applicant-tracking systems by its shape, and how each makes the addresses of its jobs."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from app.coldmail.extraction import records
from app.coldmail.extraction.ats.addresses import api_address, origin, workday_page
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


def answer(
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
            return answer(rows, url, total=total)
        case {"absolute_url": str(), "title": str(), **rest} if (
            "internal_job_id" in rest or "content" in rest
        ):
            return answer([value], url, single=True)
    return None


def _lever(value: Any, url: str) -> Answer | None:
    def is_posting(row: Any) -> bool:
        return isinstance(row, Mapping) and "text" in row and ("hostedUrl" in row or "categories" in row)

    if isinstance(value, list) and value and all(map(is_posting, value)):
        return answer(value, url)
    if value == []:  # All that Lever says of a site without jobs.
        return Answer((), total=0)
    return answer([value], url, single=True) if is_posting(value) else None


def _ashby(value: Any, url: str) -> Answer | None:
    match value:
        case {"jobs": [*rows], "apiVersion": _}:
            return answer(rows, url)
        case {"data": {"jobBoard": {"jobPostings": [*rows]}}}:
            return answer(rows, url)
        case {"data": {"jobPosting": {"title": str()} as row}}:
            return answer([row], url, single=True)
        # What its pages carry for their own scripts: the employer stands beside the jobs.
        case {"organization": {"name": str() as name}, "posting": {"title": str()} as row}:
            return answer([row], url, employer=plain(name) or None, single=True)
        case {"organization": {"name": str() as name}, "jobBoard": {"jobPostings": [*rows]}}:
            return answer(rows, url, employer=plain(name) or None)
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
            return answer([whole], url, single=True)
        case {"jobPostings": [*rows], "total": total}:
            base = _workday_site(url)

            def link_of(row: Record) -> str | None:
                path = row.get("externalPath")
                return base + path if base and isinstance(path, str) and path.startswith("/") else None

            return answer(
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
        tuple(Address(target, workday_page(at)) for at in range(shown, min(total, 2_000), shown))
        if target
        else ()
    )


def _smartrecruiters(value: Any, url: str) -> Answer | None:
    match value:
        case {"content": [*rows], "totalFound": total}:
            offset = value.get("offset") if isinstance(value.get("offset"), int) else 0
            more = _by_offset(url, offset + len(rows), len(rows), total)
            return answer(rows, url, link_of=_smartrecruiters_link, total=total, next_pages=more)
        case {"jobAd": {"sections": _}, "name": str()}:
            return answer([value], url, link_of=_smartrecruiters_link, single=True)
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
        case {"offers": [*rows]} if all(map(_is_recruitees, rows)):
            return answer(rows, url)
        case {"offer": {"title": str()} as row}:
            return answer([row], url, single=True)
    return None


def _is_recruitees(row: Any) -> bool:
    """Whether it is an offer of work."""
    return isinstance(row, Mapping) and ("careers_url" in row or records.only_a_posting(row))


def _workable(value: Any, url: str) -> Answer | None:
    account = re.match(r"https://apply\.workable\.com/(?:api/v\d/(?:widget/)?accounts/)?([\w-]+)", url)

    def link_of(row: Record) -> str | None:
        code = row.get("shortcode")
        named = next((row[name] for name in ("url", "shortlink") if isinstance(row.get(name), str)), None)
        return named or (f"https://apply.workable.com/{account[1]}/j/{code}/" if account and code else None)

    match value:
        case {"jobs": [*rows], "name": _, "description": _}:
            employer = plain(value["name"]) if isinstance(value["name"], str) else None
            return answer(rows, url, employer=employer or None, link_of=link_of)
        case {"results": [{"shortcode": _}, *_] as rows, "total": total}:
            token = value.get("nextPage")
            target = api_address(url)
            more = (
                (Address(target.url, json.dumps({"token": token})),)
                if token and target and target.body
                else ()
            )
            return answer(rows, url, link_of=link_of, total=total, next_pages=more)
        case {"results": [], "total": 0}:
            return Answer((), total=0)
        case {"shortcode": str(), "title": str()}:
            return answer([value], url, link_of=link_of, single=True)
        case {"jobs": [{"shortcode": _}, *_] as rows}:
            following = value.get("paging")
            link = following.get("next") if isinstance(following, Mapping) else None
            return answer(
                rows, url, link_of=link_of, next_pages=(Address(link),) if isinstance(link, str) else ()
            )
    return None


# BambooHR's numbers for the ways of working.
_BAMBOOHR_WORKPLACES = {"0": "on-site", "1": "remote", "2": "hybrid"}


def _bamboohr(value: Any, url: str) -> Answer | None:
    host = origin(url)

    def link_of(row: Record) -> str | None:
        if isinstance(row.get("jobOpeningShareUrl"), str):
            return str(row["jobOpeningShareUrl"])
        return f"{host}/careers/{row['id']}" if host.endswith(".bamboohr.com") and row.get("id") else None

    match value:
        case {"result": [{"jobOpeningName": _}, *_] as rows}:
            meta = value.get("meta")
            return answer(
                map(_bamboohr_row, rows),
                url,
                link_of=link_of,
                total=meta.get("totalCount") if isinstance(meta, Mapping) else None,
            )
        case {"result": [], "meta": {"totalCount": _}}:
            return Answer((), total=0)
        case {"result": {"jobOpening": {"jobOpeningName": _} as row}}:
            return answer([_bamboohr_row(row)], url, link_of=link_of, single=True)
    return None


def _bamboohr_row(row: Any) -> Any:
    """With the way of working as a word."""
    if not (isinstance(row, Mapping) and str(row.get("locationType")) in _BAMBOOHR_WORKPLACES):
        return row
    return {**row, "locationType": _BAMBOOHR_WORKPLACES[str(row["locationType"])]}


def _breezy(value: Any, url: str) -> Answer | None:
    if (
        isinstance(value, list)
        and value
        and all(isinstance(row, Mapping) and "friendly_id" in row for row in value)
    ):
        return answer(value, url)
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
    return answer(
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


def _by_offset(url: str, following: int, step: int, total: Any) -> tuple[Address, ...]:
    if not url or not isinstance(total, int) or following >= total or step <= 0:
        return ()
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return tuple(
        Address(urlunsplit(parts._replace(query=urlencode({**query, "limit": step, "offset": at}))))
        for at in range(following, min(total, 5_000), step)
    )
