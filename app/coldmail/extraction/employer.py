"""Finds the employer's name in the words of a page. An address only confirms a name that the page writes; it never yields one."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

from app.coldmail.extraction.document import Document
from app.coldmail.extraction.html_text import one_line

_CAPITAL = r"[A-ZÀ-ÖØ-Þ0-9]"
_NAME = rf"{_CAPITAL}[\w&.'’+-]*(?:\s(?:&\s|de\s|en\s|of\s|the\s|und\s|and\s)?{_CAPITAL}[\w&.'’+-]*){{0,4}}"
_SAID = (
    re.compile(
        rf"\b(?:position|role|job|vacancy|opening) is (?:open )?(?:with|at) ({_NAME}(?: [Ll]td\.?| [Ii]nc\.?)?)"
    ),
    re.compile(
        rf"(?:\A|[.!?\n] ?)({_NAME}) (?:is|are) (?:currently )?(?:looking for|hiring|seeking|recruiting|searching for)\b"
    ),
    re.compile(rf"(?:\A|\n)(?:About|Über|À propos de|Acerca de|Sobre|Over|Om|Chi è|O) ({_NAME})(?:\n|\Z)"),
    re.compile(rf"\b(?:Join|join) ({_NAME})(?: as\b|,|\.| and\b)"),
)
_NOT_NAMES = re.compile(
    r"(?:we|us|our|search|the (?:role|job|company|team|position|opportunity|client)|you|this|it|job|role|team|company|candidate.*|careers?|jobs?|home|about.*|who|what|here)\Z",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s+(?:[|–—·•:-]|at|@|bei|chez|en|hos|bij)\s+|\s*[|｜]\s*")
# Parts of a list's title that name no company.
_BOARD = re.compile(
    r"(?:(?:search|browse|all|our|open|current|job|find)\b.{0,30}|(?:search )?results.*|careers?(?: page| site| home)?|jobs?|home|karriere|stellenangebote"
    r"|offene stellen|ofertas.*|empleos?|vacantes|vacatures|lediga jobb|offres.*|recrutement|vacancies|opportunities|join us|work with us|page \d+)",
    re.IGNORECASE,
)
_BOARD_START = re.compile(
    r"\A(?:(?:jobs?|careers?|karriere|stellenangebote|offene stellen|vacancies|work|working)\s+(?:at|bei|with|@|der|von)?\s*)",
    re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"\s*(?:careers?|jobs?|job board|career (?:site|page|portal)|recruitment|karriere(?:seite|portal)?|stellenangebote|empleo|hiring|talent|vacancies|logo|official site|homepage)\s*\Z",
    re.IGNORECASE,
)
_DATA_LAYER = re.compile(
    r"""["'](?:company_?name|company_id|companyName|employer|organization_?name|companyTitle)["']\s*:\s*["']([^"'\\]{2,80}(?:\\.[^"'\\]{0,40}){0,8})["']"""
)
_GENERIC_HOSTS = re.compile(
    r"(?:www|jobs?|careers?|boards?|apply|empleo|talent|recruiting|hire|work|karriere|emp|portal|ats)\d*\Z"
)


def employer(document: Document, *, title: str) -> str | None:
    """A name that the page states: its site's name, or one of its names that the host or the title confirms."""
    if (site := _clean(document.meta("og:site_name"))) and not _vendor(site):
        return site
    label = _host_label(document)
    for candidate in _candidates(document, title):
        if (name := _clean(candidate)) and len(_squashed(name)) >= 3 and label and _squashed(name) in label:
            return name
    for text in _data_layer(document):
        if name := _clean(text):
            return name
    return (
        said(document.text) or _from_title(document, title) or ("" if title else _of_board(document)) or None
    )


def said(text: str) -> str | None:
    """The name in a sentence such as "Tide is looking for", or in a heading such as "About Tide"."""
    for pattern in _SAID:
        if (match := pattern.search(text)) and (name := _clean(match[1])):
            return name
    return None


def _candidates(document: Document, title: str) -> Iterator[str]:
    yield from _data_layer(document)
    for text in (document.title, document.meta("og:title") or ""):
        yield from _SEPARATOR.split(text)
    for node in document.tree.css("img[alt]")[:30]:
        yield node.attributes.get("alt") or ""
    for block in document.blocks[:400]:
        if len(block.text) <= 80 and block.text.lower() != title.lower():
            yield block.text


def _data_layer(document: Document) -> Iterator[str]:
    for kind, text in document.scripts:
        if "json" not in kind and len(text) < 200_000:
            for match in list(_DATA_LAYER.finditer(text))[:5]:
                try:
                    said = match[1].encode("ascii", "backslashreplace").decode("unicode_escape")
                except UnicodeDecodeError:
                    continue
                yield re.sub(r"\A\d+\s+", "", said)


def _from_title(document: Document, title: str) -> str | None:
    """ "Cook at Tide", "Cook | Tide": what stands beside the job's own title in the page's."""
    whole = document.title or document.meta("og:title") or ""
    if not title or title.lower() not in whole.lower():
        return None
    at = whole.lower().index(title.lower())
    rest = whole[at + len(title) :].strip() or whole[:at].strip()
    parts = [part for part in _SEPARATOR.split(f" {rest} ") if part.strip(" -|–—:")]
    name = _clean(parts[-1].strip(" -|–—:")) if parts else None
    return name if name and not _vendor(name) and len(name.split()) <= 6 else None


def _of_board(document: Document) -> str | None:
    """ "Tide - Search Jobs", "Tide Careers", "Jobs at Tide": what is left of a list's title without the words for lists."""
    parts = [
        part.strip(" -|–—:") for part in _SEPARATOR.split(document.title or document.meta("og:title") or "")
    ]
    names = [
        name
        for part in parts
        if part and not _BOARD.fullmatch(part) and (name := _clean(_BOARD_START.sub("", part)))
    ]
    whole = len(parts) == 1 and names == parts  # nothing there says that it is a list
    return (
        names[0]
        if len(names) == 1 and not whole and not _vendor(names[0]) and len(names[0].split()) <= 6
        else None
    )


def _clean(text: str | None) -> str | None:
    name = one_line(text or "").strip(" -|–—:,©")
    name = re.sub(r"\s*\([^()]*\)\Z", "", name)
    while (shorter := _SUFFIX.sub("", name)) != name:
        name = shorter.strip(" -|–—:,")
    if not 2 <= len(name) <= 80 or _NOT_NAMES.match(name) or name.isdigit() or "://" in name or "{" in name:
        return None
    return name


def _vendor(name: str) -> bool:
    return bool(
        re.match(
            r"(?:greenhouse|lever|workable|linkedin|indeed|glassdoor|smartrecruiters|workday|personio|teamtailor|ashby|bamboohr|recruitee"
            r"|stepstone|infojobs|monster|peoplestrong|talent ?clue|icims|jobvite|candidate portal)\b",
            name,
            re.IGNORECASE,
        )
    )


def _host_label(document: Document) -> str:
    """The letters of the host's own parts, and of the board's name in the path of shared hosts."""
    try:
        parts = urlsplit(document.url or "")
    except ValueError:
        return ""
    labels = [label for label in (parts.hostname or "").split(".")[:-1] if not _GENERIC_HOSTS.match(label)]
    return " ".join([*map(_squashed, labels), *(_squashed(one) for one in parts.path.split("/")[1:2])])


def _squashed(text: str) -> str:
    """Letters and digits alone, without accents, doubled letters once: what a host makes of a name."""
    flat = unicodedata.normalize("NFKD", text.lower())
    letters = "".join(sign for sign in flat if sign.isalnum())
    return re.sub(r"(.)\1+", r"\1", letters)
