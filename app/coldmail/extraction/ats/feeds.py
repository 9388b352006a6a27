"""Reads the XML in which boards publish their jobs (Personio's, RSS, Atom, lists of jobs), and refuses XML that could expand or reach outside."""

import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

from app.coldmail.extraction.ats.addresses import origin
from app.coldmail.extraction.ats.answers import Answer, answer
from app.coldmail.extraction.listed import marks

Record = Mapping[str, Any]
_ENTRIES, _DEEPEST = ("item", "entry"), 6
_JOBS = (
    "job",
    "position",
    "vacancy",
    "posting",
    "opening",
    "offer",
    "jobposting",
    "Job",
    "Position",
    "Vacancy",
)
# What feeds call the parts of an entry.
_NAMES = {
    "pubDate": "published",
    "updated": "published",
    "date": "published",
    "encoded": "content",
    "jobtitle": "title",
}
_OF_WORK = re.compile(
    r"\b(?:jobs?|careers?|vacanc\w+|openings|positions|recruit\w*|hiring|stellen\w*|karriere|emplo[iy]\w*|empleos?|ofertas? de (?:empleo|trabajo)|trabajos?|offres|vacatures?|lediga|ledige|stillinger|oferty pracy|praca|vagas?|lavoro)\b|採用|求人|招聘|채용",
    re.IGNORECASE,
)


def personio(root: Element, *, url: str | None) -> Answer | None:
    """The jobs of Personio's XML feed."""
    if root.tag != "workzag-jobs":
        return None
    host = origin(url or "")

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
    return answer(rows, url or "", link_of=link_of)


def board(root: Element, *, url: str | None) -> Answer | None:
    """The jobs of a feed: of RSS or Atom one that says that it is of jobs, or elements that are called jobs."""
    entries = [one for one in root.iter() if _local(one) in _ENTRIES]
    if entries and not _OF_WORK.search(_called(root, url)):
        return None
    found = entries or [one for one in root.iter() if _local(one) in _JOBS and len(one) > 1]
    rows = [row for row in map(_row, found) if _open(row)]
    return answer(rows, url or "") if rows else None


def _called(root: Element, url: str | None) -> str:
    """What a feed says of itself, without its entries."""
    channel = next((one for one in root if _local(one) == "channel"), root)
    own = [one for one in channel if _local(one) in ("title", "link", "subtitle")]
    return " ".join((url or "", *(f"{one.text or ''} {one.get('href') or ''}" for one in own)))


def _open(row: Record) -> bool:
    closed = marks.CLOSED.fullmatch(str(row.get("status") or "")) is not None
    return not closed and not marks.SPONTANEOUS.fullmatch(str(row.get("title", "")))


def _row(entry: Element) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for child in entry:
        if value := _value(child, 0):
            row.setdefault(_NAMES.get(_local(child), _local(child)), value)
    return row


def _value(element: Element, depth: int) -> Any:
    """The text of an element, a list of what is called alike, or an object of its parts."""
    if not len(element) or depth > _DEEPEST:
        return (element.text or "").strip() or element.get("href") or ""
    parts = [(_local(part), _value(part, depth + 1)) for part in element]
    if len({name for name, _ in parts}) == 1:
        return [value for _, value in parts]
    return dict(parts)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def parsed_xml(text: str) -> Element | None:
    """The root of an XML text; None where it is none, or declares a document type: attacks are made of those."""
    if "<!" in text.replace("<![CDATA[", "").replace("<!--", ""):
        return None
    try:
        return fromstring(text)  # noqa: S314 - what could expand or reach outside is refused above
    except (ParseError, ValueError):
        return None
