"""Reads the XML that Personio publishes, and refuses XML that could expand or reach outside."""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

from app.coldmail.extraction.ats.addresses import origin
from app.coldmail.extraction.ats.answers import Answer, answer

Record = Mapping[str, Any]


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


def parsed_xml(text: str) -> Element | None:
    """The root of an XML text; None where it is none, or declares a document type: attacks are made of those."""
    if "<!" in text.replace("<![CDATA[", "").replace("<!--", ""):
        return None
    try:
        return fromstring(text)  # noqa: S314 - what could expand or reach outside is refused above
    except (ParseError, ValueError):
        return None
