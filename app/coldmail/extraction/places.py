"""Puts the parts of an address into the line that people write: city, region, country."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from app.coldmail.extraction.html_text import plain

_REMOTE = re.compile(
    r"\b(?:remote|remoto|teletrabajo|telecommute|telework|work from home|home ?office|homeoffice|télétravail|fjärrarbete"
    r"|distans|distanciel|smart working|fully distributed|anywhere|w domu|zdalna)\b",
    re.IGNORECASE,
)
_HYBRID = re.compile(r"\b(?:hybrid[aeo]?s?|hybride|h[ií]brid[ao]|ibrid[ao]|semipresencial)\b", re.IGNORECASE)
_ON_SITE = re.compile(
    r"\b(?:on-?\s?site|in[- ]office|presencial|vor ort|sur site|présentiel|in sede|på plats|in person)\b",
    re.IGNORECASE,
)
_MOST_CHARS = 160
# How many there are is no place.
_COUNTED = re.compile(
    r"(?:showing )?(?:\d+|multiple|several|various|mehrere|plusieurs|varios|flera|flere)\s+(?:more )?(?:locations?|sites?|places?|standorte?|orte?|lieux|ubicaciones|platser|steder)|various",
    re.IGNORECASE,
)


def remote_kind(text: Any) -> str | None:
    """ "remote", "hybrid" or "on-site", where a field about the way of working says so; None where it does not."""
    if isinstance(text, bool) or text is None:
        return "remote" if text else None
    line = str(text).replace("_", " ")
    if _HYBRID.search(line):
        return "hybrid"
    if _REMOTE.search(line):
        return "remote"
    return "on-site" if _ON_SITE.search(line) else None


def place(*parts: Any) -> str | None:
    """The parts that are text, joined by commas; one that an earlier part already says is left out."""
    said: list[str] = []
    for part in parts:
        line = plain(part).strip(" ,/|") if isinstance(part, str) else ""
        if line and not any(
            line.lower() == one.lower() or one.lower().endswith(", " + line.lower()) for one in said
        ):
            said.append(line)
    whole = ", ".join(said)
    return whole if 0 < len(whole) <= _MOST_CHARS and not _COUNTED.fullmatch(whole) else None


def address(value: Any) -> str | None:
    """A line from a schema.org address or place, or from an address object of an applicant-tracking system."""
    if isinstance(value, list):
        return next((line for one in value if (line := address(one))), None)
    if isinstance(value, str):
        return place(value)
    if not isinstance(value, Mapping):
        return None
    for inner in ("address", "postalAddress"):
        if isinstance(value.get(inner), Mapping | list) and (line := address(value[inner])):
            return line
    town = _text(value, "addressLocality", "locality", "city", "cityName", "town")
    region = _text(value, "addressRegion", "region", "state", "stateName", "stateCode", "province")
    country = _text(value, "addressCountry", "country", "countryName", "countryCode")
    if line := place(town, region, country):
        return line
    return place(
        _text(
            value,
            "fullLocation",
            "full_location",
            "location_str",
            "formatted",
            "formattedAddress",
            "address",
            "locationName",
            "cityName",
            "name",
            "Name",
        )
        or _text(value, "label", "text", "displayName", "descriptor", "streetAddress", "postalCode")
    )


def unique(lines: Iterable[str | None]) -> tuple[str, ...]:
    """Each place once, whatever its case, in order."""
    seen: dict[str, str] = {}
    for line in lines:
        if line:
            seen.setdefault(line.lower(), line)
    return tuple(seen.values())


def _text(value: Mapping[str, Any], *names: str) -> str | None:
    for name in names:
        part = value.get(name)
        if isinstance(part, list):
            part = next((one for one in part if one), None)
        if isinstance(part, Mapping):
            part = part.get("name") or part.get("label") or part.get("descriptor") or part.get("code")
        if isinstance(part, str) and part.strip():
            return part
    return None
