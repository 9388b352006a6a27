"""Makes a job of a schema.org JobPosting, whichever syntax it was written in."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import urljoin

from app.coldmail.extraction import money, places
from app.coldmail.extraction.dates import iso_date
from app.coldmail.extraction.html_text import fragment_text, plain, unfilled
from app.coldmail.extraction.skills import listed_skills, skills_in
from app.coldmail.extraction.values import Job, Tier
from app.coldmail.extraction.years import years_in

Item = Mapping[str, Any]
_PROSE = (
    "description",
    "responsibilities",
    "qualifications",
    "educationRequirements",
    "experienceRequirements",
)
_ADDRESS = ("addressLocality", "addressRegion", "addressCountry", "streetAddress")
_TITLE_CHARS = 250
# What an identifier is called where its name is that of the number.
_NUMBER_NAME = re.compile(
    r"\b(?:id|ids|identifier|ref|reference|req|requisition|job|jobs|number|no|nr|code|posting|vacancy|kennziffer|stelle|offre|oferta|uuid|guid|slug|external|internal)\b",
    re.IGNORECASE,
)


def is_posting(item: Item) -> bool:
    kinds = item.get("@type")
    return any(
        isinstance(kind, str) and kind.rstrip("/").replace(":", "/").rsplit("/", 1)[-1] == "JobPosting"
        for kind in (kinds if isinstance(kinds, list) else [kinds])
    )


def job(item: Item, tier: Tier, *, base: str | None, headed: Collection[str] = ()) -> Job | None:
    """The job that an item describes; None for a stub that only points elsewhere.

    headed: the page's title and headings, folded. Anything may have a `name`; one that the page is headed with is the
    job's title. Without that the title is empty.
    """
    item = {str(name).rsplit(":", 1)[-1].rsplit("/", 1)[-1]: value for name, value in item.items()}
    title = plain(_text(item.get("title")) or _text(item.get("jobTitle")) or "")
    name = plain(_text(item.get("name")) or "")
    if not title and any(
        name and (line == name.casefold() or line.startswith(name.casefold() + " ")) for line in headed
    ):
        title = name
    if (
        unfilled(title)
        or len(title) > _TITLE_CHARS
        or not (title or company(item.get("hiringOrganization")) or _locations(item))
    ):
        return None
    description = fragment_text(_text(item.get("description")) or "") or None
    salary = item.get("baseSalary") or item.get("estimatedSalary")
    listed = listed_skills(map(plain, _texts(item.get("skills"))))
    return Job(
        title=title,
        company=company(item.get("hiringOrganization")) or _registered(item.get("identifier")),
        locations=_locations(item),
        remote=_remote(item),
        salary=money.pay(salary, currency=_text(item.get("salaryCurrency"))),
        skills=tuple(dict.fromkeys((*listed, *skills_in(f"{title}\n{_prose(item, description)}")))),
        experience=_experience(item.get("experienceRequirements")) or years_in(_prose(item, description)),
        description=description,
        apply_url=link(item.get("url") or _contact(item), base=base),
        posted_at=iso_date(_text(item.get("datePosted"))),
    ).read_by(tier)


def company(value: Any) -> str | None:
    """The name of an organisation; an address of one is no name."""
    if isinstance(value, list):
        return next((name for one in value if (name := company(one))), None)
    if isinstance(value, Mapping):
        known = company(value.get("name")) or company(value.get("legalName"))
        return known or _registered(value.get("identifier"))
    name = plain(value) if isinstance(value, str) else ""
    return name if name and len(name) <= 150 and "://" not in name else None


def _registered(identifier: Any) -> str | None:
    """The name under which an identifier was given: as a rule that of the employer who numbers its postings."""
    if not isinstance(identifier, Mapping):
        return None
    name = company(identifier.get("name"))
    return name if name and not _NUMBER_NAME.search(name) and any(map(str.isalpha, name)) else None


def link(value: Any, *, base: str | None) -> str | None:
    """An absolute address for people to open; None for one that is relative to nothing, or no web address."""
    text = _text(value)
    if not text:
        return None
    try:
        absolute = urljoin(base or "", text.strip())
    except ValueError:
        return None
    return (
        absolute if absolute.lower().startswith(("http://", "https://")) and len(absolute) <= 2000 else None
    )


def _contact(item: Item) -> Any:
    for name in ("applicationContact", "potentialAction"):
        one = item.get(name)
        if isinstance(one, Mapping):
            return one.get("url") or one.get("target")
    return item.get("sameAs")


def _locations(item: Item) -> tuple[str, ...]:
    found = places.unique(
        places.address(address) for one in _many(item.get("jobLocation")) for address in _addresses(one)
    )
    # Some write the parts of the address without the place and the address around them.
    return (
        found
        or places.unique([places.address({name: item.get(name) for name in _ADDRESS if item.get(name)})])
        or places.unique(places.address(one) for one in _many(item.get("applicantLocationRequirements")))
    )


def _addresses(place: Any) -> Iterable[Any]:
    """A place, or each of its addresses where it has several."""
    several = place.get("address") if isinstance(place, Mapping) else None
    return several if isinstance(several, list) else [place]


def _remote(item: Item) -> str | None:
    if any("TELECOMMUTE" in text.upper() for text in _texts(item.get("jobLocationType"))):
        return "remote"
    return next(
        (kind for text in _texts(item.get("jobLocationType")) if (kind := places.remote_kind(text))), None
    )


def _experience(value: Any) -> str | None:
    if isinstance(value, Mapping) and (months := value.get("monthsOfExperience")):
        text = plain(str(months))
        return f"{text} months" if text.isdigit() else text or None
    line = plain(" ".join(_texts(value))).removeprefix("- ")
    return line[:300] if line and not line.lower().startswith("no requirement") else None


def _prose(item: Item, description: str | None) -> str:
    more = (fragment_text(text) for name in _PROSE[1:] for text in _texts(item.get(name)))
    return "\n".join((description or "", *more))


def _many(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str | None:
    return next((text for text in _texts(value) if text.strip()), None)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    if isinstance(value, Mapping):
        named = value.get("name") or value.get("@value") or value.get("description") or value.get("@id")
        return _texts(named)
    return [str(value)] if isinstance(value, int | float) and not isinstance(value, bool) else []
