"""Makes a job of an object in somebody's JSON: an applicant-tracking system's answer, or the state a page carries."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.coldmail.extraction import money, places
from app.coldmail.extraction import record_names as names
from app.coldmail.extraction.dates import iso_date
from app.coldmail.extraction.html_text import fragment_text, plain, unfilled
from app.coldmail.extraction.listed.links import names_one
from app.coldmail.extraction.posting import company, link
from app.coldmail.extraction.skills import listed_skills, skills_in
from app.coldmail.extraction.values import Job, Tier
from app.coldmail.extraction.words import ROLE, words

Record = Mapping[str, Any]
# What templates write where there is nothing.
_NOTHING = words("none null undefined n/a na nan - false true [object")
_TITLE_CHARS = 200
_KINDS_OF_JOB = frozenset(
    ("jobposting", "job", "jobs", "position", "vacancy", "offer", "posting", "opening", "jobopening")
)


def likeness(record: Record) -> int:
    """How many kinds of things that only a posting has are here; 0 without a title. Three are as good as a proof."""
    title = _title(record)
    if not title:
        return 0
    found = sum(
        any(_said(record.get(name)) for name in kind)
        for kind in (names.URL, names.PROSE, names.POSTED, names.KIND, names.SALARY)
    )
    found += any(_places(record))
    found += 2 * any(names_one(_url_text(record.get(name)) or "") for name in names.URL)
    found += 2 * any(_said(record.get(name)) for name in names.OWN_TITLE)
    return found + 2 * _named_a_job(record)


def only_a_posting(record: Record) -> bool:
    """Whether something here belongs to postings alone: articles, courses and goods have titles, texts, dates and places too."""
    among = (names.OWN_KIND, names.SALARY, names.REMOTE, names.EXPERIENCE, tuple(names.OWN_TITLE))
    if any(_said(record.get(name)) for kind in among for name in kind) or _named_a_job(record):
        return True
    return bool(_company(record) and _places(record))


def names_an_employer(record: Record) -> bool:
    return bool(_company(record))


def names_a_role(record: Record) -> bool:
    return bool(ROLE.search(_title(record) or ""))


def _named_a_job(record: Record) -> bool:
    named = str(record.get("__typename") or record.get("type") or record.get("@type") or "").lower()
    return named in _KINDS_OF_JOB


def job(
    record: Record,
    tier: Tier,
    *,
    base: str | None,
    employer: str | None = None,
    link_of: Callable[[Record], str | None] | None = None,
) -> Job | None:
    """The job that an object describes; None where it has no title. `link_of` knows how a system makes its addresses."""
    title = _title(record)
    if not title:
        return None
    address = (link_of(record) if link_of else None) or _address(record, base)
    description = _description(record)
    listed = listed_skills(_texts([record.get(name) for name in names.SKILLS]))
    remote = _remote(record)
    return Job(
        title=title,
        company=_company(record) or employer,
        locations=_places(record),
        remote=remote,
        salary=_salary(record),
        skills=tuple(dict.fromkeys((*listed, *skills_in(f"{title}\n{description or ''}")))),
        experience=_line(_first(record, names.EXPERIENCE), longest=120),
        description=description,
        apply_url=address,
        posted_at=next((day for name in names.POSTED if (day := iso_date(record.get(name)))), None),
    ).read_by(tier)


def _address(record: Record, base: str | None) -> str | None:
    """Where the posting is: by a name that is known, else by one that is called an address of something else than a picture."""
    called = (
        name for name in record if names.SOME_URL.search(name) and not names.NO_POSTING_URL.search(name)
    )
    among = (link(_url_text(record.get(name)), base=base) for name in (*names.URL, *called))
    return next((found for found in among if found), None)


def _title(record: Record) -> str | None:
    for name in names.TITLE:
        value = record.get(name)
        if isinstance(value, Mapping):
            value = value.get("label") or value.get("rendered") or value.get("text") or value.get("name")
        if isinstance(value, str) and _said(value):
            line = plain(value)
            return line if 1 < len(line) <= _TITLE_CHARS and not unfilled(line) else None
    return None


def _said(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value.strip()) and value.strip().lower() not in _NOTHING
    return bool(value) and not isinstance(value, bool)


def _first(record: Record, among: Iterable[str]) -> Any:
    return next((record[name] for name in among if _said(record.get(name))), None)


def _line(value: Any, *, longest: int) -> str | None:
    text = next(iter(_texts([value])), "")
    line = plain(text)
    return line if line and len(line) <= longest else None


def _url_text(value: Any) -> str | None:
    if isinstance(value, Mapping):
        value = next(
            (value[name] for name in ("url", "href", "path", "ad", "public") if value.get(name)), None
        )
    return value if isinstance(value, str) and _said(value) and " " not in value.strip() else None


def _company(record: Record) -> str | None:
    for name in names.COMPANY:
        value = record.get(name)
        if isinstance(value, Mapping):
            value = value.get("name") or value.get("title") or value.get("label")
        if isinstance(value, str) and _said(value) and (found := company(value)) and not found.isdigit():
            return found
    return None


def _places(record: Record) -> tuple[str, ...]:
    categories = record.get("categories")
    inner = categories if isinstance(categories, Mapping) else {}
    for name in names.PLACES:
        value = record.get(name) or inner.get(name)
        if name == "address" and isinstance(value, str):
            continue
        found = [_place(one) for one in (value if isinstance(value, list) else [value])]
        if any(found):
            more = [_place(one) for extra in names.MORE_PLACES for one in _many(record.get(extra))]
            return places.unique([*found, *more])
    if isinstance(record.get("city"), Mapping) and (town := places.address(record["city"])):
        return (town,)
    return places.unique(
        [places.address({name: record.get(name) for name in ("city", "state", "region", "country")})]
    )


def _place(value: Any) -> str | None:
    if isinstance(value, Mapping) and isinstance(value.get("location"), str | Mapping):
        value = value["location"]
    if isinstance(value, Mapping) and _said(value.get("fullLocation")):
        value = value["fullLocation"]
    line = places.address(value)
    return line if line and _said(line) and "://" not in line else None


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _remote(record: Record) -> str | None:
    if kind := places.remote_kind(
        _first(record, names.REMOTE) if isinstance(_first(record, names.REMOTE), str) else None
    ):
        return kind
    if record.get("hybrid") is True:
        return "hybrid"
    if any(
        record.get(name) is True or str(record.get(name)).lower() == "true" for name in names.REMOTE_FLAGS
    ):
        return "remote"
    flagged = next((record[name] for name in names.REMOTE_FLAGS if isinstance(record.get(name), str)), None)
    location = record.get("location")
    if isinstance(location, Mapping):
        if location.get("hybrid") is True:
            return "hybrid"
        if any(location.get(name) is True for name in names.REMOTE_FLAGS):
            return "remote"
        if kind := places.remote_kind(location.get("workplace_type")):
            return kind
    return places.remote_kind(flagged) or ("on-site" if record.get("on_site") is True else None)


def _salary(record: Record) -> str | None:
    for name in names.SALARY:
        value = record.get(name)
        if isinstance(value, Mapping):
            told = _first(value, ("scrapeableCompensationSalarySummary", "compensationTierSummary"))
            value = told or value
        if line := money.pay(value):
            return line
    for one in _many(record.get("pay_input_ranges")):
        if isinstance(one, Mapping) and isinstance(one.get("min_cents"), int):
            low, high = one["min_cents"] // 100, (one.get("max_cents") or 0) // 100
            return money.pay({"currency": one.get("currency_type"), "min": low, "max": high})
    return None


def _description(record: Record) -> str | None:
    parts = [_first(record, names.PROSE)]
    for one in _many(record.get("lists")):
        if isinstance(one, Mapping):
            parts += [one.get("text"), one.get("content")]
    parts += [record.get(name) for name in names.MORE_PROSE]
    sections = record.get("jobAd")
    if isinstance(sections, Mapping) and isinstance(sections.get("sections"), Mapping):
        for one in sections["sections"].values():
            if isinstance(one, Mapping) and _said(one.get("text")):
                parts += [one.get("title"), one.get("text")]
    for one in _many(record.get("jobDescriptions")):
        if isinstance(one, Mapping):
            parts += [one.get("name"), one.get("value")]
    texts = (fragment_text(text) for text in _texts(parts))
    return "\n".join(dict.fromkeys(text for text in texts if text)) or None


def _texts(values: Iterable[Any]) -> list[str]:
    """The texts in values that may be strings, objects with a name, or lists of these."""
    found = []
    for value in values:
        if isinstance(value, Mapping):
            value = (
                value.get("name")
                or value.get("label")
                or value.get("text")
                or value.get("value")
                or value.get("html")
            )
        if isinstance(value, list):
            found += _texts(value)
        elif isinstance(value, str | int) and _said(value):
            found.append(str(value))
    return found
