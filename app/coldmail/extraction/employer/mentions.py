"""Every place of a page that may name the employer, with how much it says by itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.coldmail.extraction import loose_json
from app.coldmail.extraction.document import Document
from app.coldmail.extraction.employer import logos, sentences
from app.coldmail.extraction.employer.names import clean, vendor


@dataclass(frozen=True, slots=True)
class Mention:
    """A name where it stands. `weight`: how often such a place names the employer; 0 for one that only bears out another."""

    name: str
    place: str
    weight: float


# Set on pages made for it and on those of the shared data; what matters is their order and the sums that pass choosing.LEAST.
_WEIGHTS = {
    "site": 4.0,
    "organization": 4.0,
    "data": 3.5,
    "application": 3.0,
    "at": 3.0,
    "said": 3.0,
    "copyright": 3.0,
    "logo": 3.0,
    "board": 2.5,
    "beside": 2.0,
    "publisher": 2.0,
    "header": 1.5,
    "file": 1.0,
    "image": 0.0,
    "title": 0.0,
    "line": 0.0,
}
_SEPARATOR = re.compile(
    r"(?<=[\u3040-\u9fff\uac00-\ud7a3])[-_–—](?=[\u3040-\u9fff\uac00-\ud7a3])|\s+(?:[|–—·•:-]|at|@|bei|chez|en|hos|bij)\s+|\s*[|｜]\s*|\s+»\s+"
)
_AT = re.compile(r"\A\s*(?:at|@|bei|chez|hos|bij)\s+", re.IGNORECASE)
# Parts of a list's title that name no company.
_LIST = re.compile(
    r"(?:(?:search|browse|all|our|open|current|job|find)\b.{0,30}|(?:search )?results.*|careers?(?: page| site| home)?|jobs?|home|karriere|stellenangebote"
    r"|offene stellen|ofertas.*|empleos?|vacantes|vacatures|lediga jobb|offres.*|recrutement|vacancies|opportunities|(?:detalhes?|detalles?|détails?|dettagli) .{0,20}|stellendetails|view job|job view|join (?:us|our team|the team)|work with us|page \d+)",
    re.IGNORECASE,
)
_LIST_START = re.compile(
    r"\A(?:(?:jobs?|careers?|karriere|stellenangebote|offene stellen|vacancies|work|working|join|life|ofertas|vacatures|offres(?: d'emploi)?)\s+(?:at|bei|with|@|der|von|en|de|chez|bij)?\s*)",
    re.IGNORECASE,
)
_HIRING = re.compile(r"\s+(?:is |are )?(?:now )?hiring(?: for)?(?: an?| the)?\s*\Z", re.IGNORECASE)
_IN = re.compile(r"\s+(?:in|à|i)\s+[A-ZÀ-Þ].*\Z")
# Parts beside a job's title that are no name: words for lists and pages, places, numbers, kinds of work.
_NO_PART = re.compile(
    rf"{_LIST.pattern}|(?:in|à|near)\s.*|(?:job|stelle|position|req(?:uisition)?|ref(?:erence)?|id|nr|no)?\W{{0,3}}(?:id\W{{0,2}})?[\w-]*\d[\w-]*"
    r"|job (?:details?|description|posting|opening|ad)|job application(?: for)?|details?|apply(?: now| online| here)?|(?:the )?career ?(?:page|site|portal|opportunit\w*)"
    r"|(?:cdi|cdd|stage|alternance|intérim|apprentissage|contrat|vollzeit|teilzeit|full[- ]time|part[- ]time)\b.*|.*\d.*\b(?:years?|yrs|ans|años|jahre)\b.*|(?:department|dept|division|abteilung|fachbereich|departamento|département|dipartimento)\b.*|(?:full|part)[- ]?time|vollzeit|teilzeit|temps (?:plein|partiel)|cdi|cdd|permanent|contract|freelance|internship|remote|hybrid|on-?site"
    r"|stelle(?:nanzeige|nangebot)?|offre d['’]emploi|oferta de (?:empleo|trabajo)|join (?:us|our team)|we(?:['’]re| are) hiring|work with us"
    r"|engineering|sales|marketing|finance|operations|product|design|hr|human resources|legal|it|data|research|customer (?:success|support|service)",
    re.IGNORECASE,
)
_DATA_LAYER = re.compile(
    r"""["'](?:company_?name|company_id|companyName|employer|organization_?name|companyTitle)["']\s*:\s*["']([^"'\\]{2,80}(?:\\.[^"'\\]{0,40}){0,8})["']"""
)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)(?:\s*(?:©|\(c\)|copyright|by|(?:19|20)\d\d(?:\s*[-–/]\s*(?:(?:19|20)?\d\d|present|today|heute))?|,))*\s*[,.:|–-]?\s*(.{2,120})",
    re.IGNORECASE,
)
_AFTER_COPYRIGHT = re.compile(
    r"\s*(?:[|•·]|[.,;]?\s*(?:all rights|alle rechte|todos los|tous droits|tutti i diritti|alle rechten|(?:19|20)\d\d\b|an? .{0,40}company|and (?:its )?(?:affiliates|subsidiaries|contributors)|is a registered|powered by|privacy|terms|impressum|datenschutz)|\.\s+[A-ZÀ-Þ]|\s[–—-]\s).*",
    re.IGNORECASE | re.DOTALL,
)
_ORGANIZATIONS = frozenset(
    {
        "Organization",
        "Corporation",
        "WebSite",
        "LocalBusiness",
        "NGO",
        "EducationalOrganization",
        "GovernmentOrganization",
        "CollegeOrUniversity",
        "Hospital",
    }
)
_PLAIN_SITES = ("og:site_name",)
_APPLICATION = ("application-name", "apple-mobile-web-app-title", "al:ios:app_name", "dc.publisher")
_PUBLISHERS = ("publisher", "author", "copyright", "article:publisher", "dc.creator", "owner")
_BLOCKS, _LINE_CHARS = 400, 80


def mentions(document: Document, *, title: str) -> Iterator[Mention]:
    """title: the job's; empty on the page of a list."""
    for place, text in _texts(document, title):
        if name := clean(text):
            yield Mention(name, place, _WEIGHTS[place])


def _texts(document: Document, title: str) -> Iterator[tuple[str, str]]:
    for name in _PLAIN_SITES:
        yield "site", document.meta(name) or ""
    yield from (("organization", text) for text in _organizations(document))
    yield from (("data", text) for text in _data_layer(document))
    yield from (("application", document.meta(name) or "") for name in _APPLICATION)
    yield from _of_title(document, title)
    yield from (("said", name) for name in sentences.names(document.text))
    yield from (("copyright", text) for text in _copyrights(document))
    yield from (("logo", text) for text in logos.alternatives(document))
    yield from (("header", text) for text in logos.headers(document))
    yield from (("publisher", document.meta(name) or "") for name in _PUBLISHERS)
    yield from (("file", text) for text in logos.files(document))
    yield from (("image", text) for text in logos.others(document))
    for block in document.blocks[:_BLOCKS]:
        if len(block.text) <= _LINE_CHARS and block.text.lower() != title.lower():
            yield "line", block.text


def _organizations(document: Document) -> Iterator[str]:
    """Names of the organisation or site whose page it is; the employer of a posting is read elsewhere."""
    for text in document.json_ld[:10]:
        value = loose_json.loads(text[:200_000])
        for item in _items(value):
            kinds = item.get("@type")
            if _ORGANIZATIONS & set(kinds if isinstance(kinds, list) else [str(kinds)]):
                yield from (item[key] for key in ("name", "alternateName") if isinstance(item.get(key), str))


def _items(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for one in value[:50]:
            yield from _items(one)
    elif isinstance(value, dict):
        yield value
        yield from _items(value.get("@graph"))
        yield from _items(value.get("publisher"))


def _data_layer(document: Document) -> Iterator[str]:
    for kind, text in document.scripts:
        if "json" not in kind and len(text) < 200_000:
            for match in list(_DATA_LAYER.finditer(text))[:5]:
                try:
                    said = match[1].encode("ascii", "backslashreplace").decode("unicode_escape")
                except UnicodeDecodeError:
                    continue
                yield re.sub(r"\A\d+\s+", "", said)


def _copyrights(document: Document) -> Iterator[str]:
    for block in document.blocks:
        if len(block.text) <= 400 and (match := _COPYRIGHT.search(block.text)):
            yield _AFTER_COPYRIGHT.sub("", match[1])


def _of_title(document: Document, title: str) -> Iterator[tuple[str, str]]:
    """ "Cook at Tide", "Cook | Tide": what stands beside the job's own title in the page's; of a list's, what is left without
    the words for lists.
    """
    titles = [text for text in (document.title, document.meta("og:title") or "") if text]
    whole = next((text for text in titles if title.lower() in text.lower()), "".join(titles[:1]))
    for text in (document.title, document.meta("og:title") or ""):
        yield from (("title", part) for part in _SEPARATOR.split(text))
    if not title:
        yield from (("board", text) for text in _of_list(whole))
    elif title.lower() not in whole.lower():
        # "Tide Careers" heads every page of Tide's list.
        yield from (("beside", text) for text in _of_list(whole))
    elif title.lower() in whole.lower():
        at = whole.lower().rindex(title.lower())
        before, after = whole[:at], whole[at + len(title) :]
        if match := _AT.match(after):
            yield "at", _IN.sub("", _SEPARATOR.split(after[match.end() :])[0])
        if match := _HIRING.search(before):
            yield "at", _SEPARATOR.split(before[: match.start()])[-1]
        elif part := next((part for text in (after, before) for part in _beside(text)), ""):
            yield "beside", part


def _beside(text: str) -> list[str]:
    """The parts of a title that may be a name, the one at the very end or the very beginning of it first."""
    parts = [part.strip(" -|–—:,·") for part in _SEPARATOR.split(f" {text} ")]
    names = [_LIST_START.sub("", part) for part in parts if part and not _NO_PART.fullmatch(part)]
    return [name for name in reversed(names) if name and not vendor(name)]


def _of_list(whole: str) -> Iterator[str]:
    parts = [part.strip(" -|–—:") for part in _SEPARATOR.split(whole)]
    bare = [
        _LIST_START.sub("", _HIRING.sub("", part)) for part in parts if part and not _LIST.fullmatch(part)
    ]
    names = [name for part in bare if (name := clean(part)) and not _NO_PART.fullmatch(name)]
    whole_is_one = len(parts) == 1 and names == parts  # nothing there says that it is a list
    if len(names) == 1 and not whole_is_one:
        yield names[0]
