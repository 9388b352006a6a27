"""Tells the addresses of postings from others, and finds where a card leads that is no link."""

import re
from urllib.parse import parse_qsl, urlsplit

from selectolax.lexbor import LexborNode

from app.coldmail.extraction import words
from app.coldmail.extraction.document import Document

_JOB_PATH = re.compile(
    r"/(?:[\w-]*jobs?|positions?|vacanc(?:y|ies)|vacantes?|careers?|openings?|opportunit(?:y|ies)|[\w-]*job-?(?:details?|ad|posting|offer)s?|offres?(?:-d-?emploi)?"
    r"|ofertas?(?:-de-empleo)?|empleos?|stellen\w*|stelle|jobangebote?|vacatures?|emplois?|postings?|roles?|requisitions?|annonces?|lavora-con-noi|trabaja-con-nosotros|treballa-amb-nosaltres|werken-bij|rejoignez-nous|work-with-us|join-us|jobb|lediga-(?:jobb|tj[aä]nster)|stillinger?|oferty?"
    r"|ofertes?|recruit(?:ment)?|karriere|kariera|praca|vagas?|viewjob|apply|o|j|p|en/job)/(?P<rest>[^?#]+)",
    re.IGNORECASE,
)
_OWN_HOSTS = re.compile(
    r"(?:boards|job-boards)(?:\.eu)?\.greenhouse\.io/[^/]+/jobs/\d|jobs(?:\.eu)?\.lever\.co/[^/]+/[0-9a-f-]{36}|jobs\.ashbyhq\.com/[^/]+/[0-9a-f-]{36}"
    r"|myworkdayjobs\.com/.*/job/|(?:jobs|careers)\.smartrecruiters\.com/[^/]+/\d|\.recruitee\.com/o/|apply\.workable\.com/[^/]+/j/|\.jobs\.personio\.\w+/job/\d"
    r"|\.bamboohr\.com/(?:careers|jobs)/\d|\.teamtailor\.com/(?:\w\w/)?jobs/\d|\.breezy\.hr/p/|\.pinpointhq\.com/.*postings/|ats\.rippling\.com/.*jobs/|join\.com/companies/[^/]+/\d"
    r"|jobs\.jobvite\.com/.*/job/|\.icims\.com/jobs/\d|\.taleo\.net/.*job|\.jobylon\.com/jobs/\d|softgarden\.io/job/\d|\.applytojob\.com/apply/\w",
    re.IGNORECASE,
)
_QUERY_IDS = words.words(
    "gh_jid jobid job_id jid reqid req_id jobreqid positionid position_id vacancyid vacancy_id jobadid job offerid career_job_req_id jobcode posting_id id"
)
# Shops and profiles have such addresses as well.
VAGUE = re.compile(r"/(?:[ojp]|offres?|ofert(?:a|as|es?|y)|annonces?)/", re.IGNORECASE)
_SINGULAR = re.compile(r"/(?:job|position|vacancy|opening|stelle|vacature|o)/", re.IGNORECASE)
_ID = re.compile(r"\d{3,}|[0-9a-f]{8}-[0-9a-f]{4}|[a-z]+\d+|\d+[a-z]", re.IGNORECASE)
_FILE = re.compile(r"\.(?:html?|pdf|php|aspx?)\Z", re.IGNORECASE)
# Parts of an address that lead elsewhere; "/jobs/team-lead" and "/jobs/legal-counsel" are postings.
_ASIDE = re.compile(
    r"/(?:our-|life-at|why-|how-we-|hiring-process)|/(?:login|register|benefit|culture|faq|privacy|cookie|share)s?\b|/(?:search|category|categories|department|location|team|blog|news|alert|legal"
    r"|resume|cv|template|example|sample|salary|salaries|interview-question|course|guide|docs?|documentation|ci|-|article|advice|event|storie|webinar)s?(?:/|\Z)",
    re.I,
)
# Where a card leads by a script.
_LEADS = ("data-href", "data-url", "data-link")
_SCRIPTED = re.compile(
    r"""(?:location(?:\.href)?\s{0,3}=|location\.assign\(|open\(|navigate\w{0,10}\(|push\(|goTo\()\s{0,3}['"]([^'"\s]{1,500})['"]"""
)
LEADING = "a[href], [data-href], [data-url], [data-link], [onclick]"


def names_one(url: str) -> bool:
    """Whether an address of a known system is that of one posting."""
    return bool(_OWN_HOSTS.search(url))


def job_link(href: str) -> int:
    """2 for the address of one posting, 1 for one that may be, 0 for any other."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return 0
    if _OWN_HOSTS.search(f"{parts.netloc}{parts.path}"):
        return 2
    if _ASIDE.search(parts.path):
        return 0
    query = {name.lower(): value for name, value in parse_qsl(parts.query)[:20]}
    jobbish = re.search(
        r"job|career|position|vacan|stelle|oferta|offre|apply|requisition|karriere|recruit", parts.path, re.I
    )
    if any(name in _QUERY_IDS and _ID.search(value) for name, value in query.items()) and (
        jobbish or {"gh_jid", "jobid", "job_id"} & set(query)
    ):
        return 2
    match = _JOB_PATH.search(parts.path)
    if not match:
        return 0
    last = match["rest"].rstrip("/")
    if _ID.search(last):
        return 2
    if "/" not in last and _SINGULAR.match(match.group()):
        return 1
    return 1 if "-" in last or "_" in last or "%20" in last or _FILE.search(last) else 0


def aside(url: str) -> bool:
    """Whether an address leads to what sites keep beside their jobs: guides, documentation, stories."""
    try:
        path = urlsplit(url).path
        return _ASIDE.search(path) is not None and _FILE.search(path) is None
    except ValueError:
        return True


def address_of(node: LexborNode, document: Document) -> str | None:
    """Where a link or a card leads that its script opens; a path of the page's own host where nobody says which that is."""
    attributes = node.attributes
    href = attributes.get("href") or next((found for name in _LEADS if (found := attributes.get(name))), "")
    if not href and (match := _SCRIPTED.search((attributes.get("onclick") or "")[:1_000])):
        href = match[1]
    if href.startswith(("#/", "#!")) and document.url:
        return document.url.split("#")[0] + href
    return document.absolute(href) or _relative(href)


def _relative(href: str) -> str | None:
    """A path of the page's own host, where nobody says which host that is."""
    return href if href.startswith("/") and not href.startswith("//") else None
