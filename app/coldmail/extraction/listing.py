"""Reads a list of jobs from a page's links: an address that looks like a posting's, beside words that name a post."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from selectolax.lexbor import LexborNode

from app.coldmail.extraction import countries, places, words
from app.coldmail.extraction.document import Document
from app.coldmail.extraction.employer.choosing import employer
from app.coldmail.extraction.facts import facts
from app.coldmail.extraction.html_text import Block, blocks, framing, node_text, one_line
from app.coldmail.extraction.pins import pinned
from app.coldmail.extraction.values import Address, Job, Tier

_JOB_PATH = re.compile(
    r"/(?:[\w-]*jobs?|positions?|vacanc(?:y|ies)|vacantes?|careers?|openings?|opportunit(?:y|ies)|[\w-]*job-?(?:details?|ad|posting|offer)s?|offres?(?:-d-?emploi)?"
    r"|ofertas?(?:-de-empleo)?|empleos?|stellen\w*|stelle|jobangebote?|vacatures?|emplois?|postings?|roles?|requisitions?|annonces?|lediga-jobb|stillinger?|oferty?"
    r"|praca|vagas?|viewjob|apply|o|j|p|en/job)/(?P<rest>[^?#]+)",
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
_VAGUE = re.compile(r"/[ojp]/", re.IGNORECASE)
_SINGULAR = re.compile(r"/(?:job|position|vacancy|opening|stelle|vacature|o)/", re.IGNORECASE)
_ID = re.compile(r"\d{3,}|[0-9a-f]{8}-[0-9a-f]{4}|[a-z]+\d+|\d+[a-z]", re.IGNORECASE)
_FILE = re.compile(r"\.(?:html?|pdf|php|aspx?)\Z", re.IGNORECASE)
# Parts of an address that lead elsewhere; "/jobs/team-lead" and "/jobs/legal-counsel" are postings.
_ASIDE = re.compile(
    r"/(?:our-|life-at|why-|how-we-|hiring-process)|/(?:login|register|benefit|culture|faq|privacy|cookie|share)s?\b|/(?:search|category|categories|department|location|team|blog|news|alert|legal"
    r"|resume|cv|template|example|sample|salary|salaries|interview-question|course|guide|docs?|documentation|ci|-|article|advice|event|storie|webinar)s?(?:/|\Z)",
    re.I,
)
# What lists of work say of themselves where their headings would do for a shop's.
_OF_WORK = re.compile(
    r"emplo|job|recru|candida|carri|trabaj|vacant|contrat|\bCDI\b|puesto|poste", re.IGNORECASE
)
# "Tide Careers".
_NAMED_LIST = re.compile(
    r"\w\s+(?:careers|jobs|vacancies|openings|karriere|stellenangebote|empleos|recrutement)\Z", re.IGNORECASE
)
_OF_ANYTHING = re.compile(r"(?:nos |nuestras )?(?:offres|ofertas|annonces)", re.IGNORECASE)
_TITLE_NODES = "h1, h2, h3, h4, h5, h6, [class*=title i], [class*=name i], [class*=position i], [data-automation-id=jobTitle], strong"
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_PLACE_NODES = "[class*=location i], [class*=ubic i], [class*=city i], [class*=standort i], [class*=place i]:not([class*=workplace i]), [class~=ort], [class*=arbeitsort i], [class*=einsatzort i], [class*=lieu i], [class*=luogo i], [class*=localid i], [class*=lugar i], [data-qa*=address], [data-automation-id=locations] dd, [data-th=Location]"
_NEXT_WORDS = words.phrases(
    "next, next page, ›, », →, >, >>, load more, more jobs, show more, siguiente, weiter, nächste, nächste seite, suivant, suivante, page suivante, successivo",
    "volgende, nästa, neste, næste, następna, próxima, seuraava, 下一页, 次へ, next ›, next »",
)
_PAGE_QUERIES = words.words(
    "page p pg start offset from startrow pagenumber page_number paged pr jobrecordsper"
)
_MORE = re.compile(r"(?:show|load|see|view) (?:\d+ )?more(?: jobs| results| positions)?|next (?:»|›|→|>|>>)")
_MOST_LINKS = 20_000
_MOST_JOBS = 5_000
_LEVELS = 8


@dataclass(slots=True)
class _Row:
    url: str
    node: LexborNode
    strong: bool
    title: str = ""
    place: str | None = None
    remote: str | None = None


def names_one(url: str) -> bool:
    """Whether an address of a known system is that of one posting."""
    return bool(_OWN_HOSTS.search(url))


def jobs(document: Document) -> tuple[Job, ...]:
    """Every job that the page links to, in order; none where the links do not read like a list of jobs."""
    rows = _titled(_rows(document))
    if not rows or not _believable(rows, document):
        return _headed(document)
    company = employer(document, title="")
    return tuple(
        Job(
            title=row.title,
            company=company,
            locations=places.unique([row.place]),
            remote=places.remote_kind(row.remote or row.place),
            apply_url=row.url,
        ).read_by(Tier.TEXT)
        for row in rows
    )


def _rows(document: Document) -> list[_Row]:
    own = (document.url or "").split("#")[0].rstrip("/")
    rows: list[_Row] = []
    for node in document.tree.css("a[href]")[:_MOST_LINKS]:
        href = document.absolute(node.attributes.get("href") or "") or _relative(
            node.attributes.get("href") or ""
        )
        if (
            href
            and href.split("#")[0].rstrip("/") != own
            and (likely := _job_link(href))
            and not framing(node)
        ):
            rows.append(_Row(href, node, likely == 2))
        if len(rows) >= 2 * _MOST_JOBS:
            break
    # A card's button leads to an address of its own; where there are buttons alone, they stand for the postings.
    return [row for row in rows if not _button(row.node)] or rows


def _button(node: LexborNode) -> bool:
    text = one_line(node.text()[:200]).lower()
    return len(text) <= 40 and words.APPLY.match(text) is not None


def _relative(href: str) -> str | None:
    """A path of the page's own host, where nobody says which host that is."""
    return href if href.startswith("/") and not href.startswith("//") else None


def _job_link(href: str) -> int:
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


def _titled(rows: list[_Row]) -> list[_Row]:
    """One row a posting, with its title and place: from the link, or from the box around it that holds no other posting."""
    inside: dict[int, set[str]] = {}
    for row in rows:
        node: LexborNode | None = row.node
        for _ in range(_LEVELS):
            if node is None:
                break
            inside.setdefault(node.mem_id, set()).add(row.url)
            node = node.parent
    found: dict[str, _Row] = {}
    for row in rows:
        if row.url in found and found[row.url].title:
            continue
        box = row.node
        for _ in range(_LEVELS - 1):
            parent = box.parent
            if (
                parent is None
                or parent.tag in ("body", "html", "-document")
                or len(inside.get(parent.mem_id, ())) != 1
            ):
                break
            box = parent
        row.title = _link_title(row.node) or (_box_title(box) if box is not row.node else "")
        if row.title:
            row.place = _box_place(box, row.title)
            if row.place is None:
                row.place, row.remote = _told_place(box, row.title)
            found[row.url] = row
    return list(found.values())[:_MOST_JOBS]


def _link_title(node: LexborNode) -> str:
    if title := _named_title(node, most=3):
        return title
    first = next((line for block in blocks(node) if (line := _unbadged(block))), None)
    return (
        _fit(first)
        if first
        else _fit(node.attributes.get("title") or node.attributes.get("aria-label") or "")
    )


def _box_title(box: LexborNode) -> str:
    return _named_title(box, most=4) or next(
        (title for block in blocks(box) if (title := _fit(_unbadged(block)))), ""
    )


def _named_title(node: LexborNode, *, most: int) -> str:
    """The title where the page says that it is one; what holds a heading itself is the card around it."""
    for inner in node.css(_TITLE_NODES)[:most]:
        if inner.tag not in _HEADINGS and inner.css_first(", ".join(_HEADINGS)) is not None:
            continue
        if title := _fit(" ".join(_unbadged(block) for block in blocks(inner))):
            return title
    return ""


def _unbadged(block: Block) -> str:
    """Without the mark that a list sets behind a title: "Ship Cook" of "Ship Cook<span>New</span>"."""
    last = block.pieces[-1] if block.pieces else ""
    if last.lower() not in words.BADGES:
        return block.text
    return block.text.removesuffix(last).strip() if len(block.pieces) > 1 else ""


def _fit(text: str) -> str:
    line = one_line(text)
    if (
        not 3 <= len(line) <= 160
        or words.NO_TITLE.fullmatch(line.lower())
        or words.ABOUT_A_POST.fullmatch(line)
        or not re.search(r"[^\W\d_]{2}", line)
        or line[-1] in ":："
    ):
        return ""
    return "" if words.APPLY.match(line.lower()) and not words.ROLE.search(line) else line


def _box_place(box: LexborNode, title: str) -> str | None:
    for inner in box.css(_PLACE_NODES)[:4]:
        text = node_text(inner)
        text = re.sub(r"\A(?:locations?|standort|ubicación|lieu)\s*:?\s*", "", text, flags=re.I)
        if 1 < len(text) <= 120 and title.lower() not in text.lower():
            return text
    return None


_CARD = re.compile(
    r"(?:\A|\s)(?:job|position|vacancy|opening|posting)(?:[_-]+(?:card|item|row|box|teaser|listing|list-item))?(?:\Z|\s)",
    re.IGNORECASE,
)
_DOTS = re.compile(r"\s*[·•|]\s*")


def _told_place(box: LexborNode, title: str) -> tuple[str | None, str | None]:
    """Place and way of working from a label ("Arbeitsort: Faro"), or from a card's line "Galley · Faro · Hybrid"."""
    found = list(blocks(box))
    if spot := next(pinned(box), None):
        return spot, None
    if box.tag == "dt":
        found += [block for node in _defined(box) for block in blocks(node)]
    if stated := facts(found).first("location"):
        return _DOTS.split(stated)[0] or None, None
    if place := _in_column(box):
        return place, None
    for block in found:
        parts = [part for part in _DOTS.split(block.text) if part and part != title]
        if not 2 <= len(parts) <= 4 or len(block.text) > 160 or title in parts[0]:
            continue
        remote = parts.pop() if places.remote_kind(parts[-1]) else None
        place = (
            parts[-1]
            if len(parts) > 1 and not words.ROLE.search(parts[-1]) and not parts[-1].isdigit()
            else None
        )
        return (places.place(place) if place else None), remote
    shown = (piece for block in found for piece in (*block.pieces, block.text) if title not in piece)
    return next((line for line in shown if countries.names_place(line)), None), None


def _defined(term: LexborNode) -> Iterator[LexborNode]:
    """What a list defines its term by."""
    node = term.next
    while node is not None and node.tag != "dt":
        if node.tag == "dd":
            yield node
        node = node.next


def _in_column(box: LexborNode) -> str | None:
    """The cell of a table's row below the head that says "Location"."""
    table = box.parent.parent if box.tag == "tr" and box.parent is not None else None
    head = table.css_first("tr") if table is not None and table.tag == "table" else None
    if head is None:
        return None
    at = next(
        (at for at, cell in enumerate(head.iter()) if words.label(node_text(cell)) in words.LOCATION), None
    )
    cells = list(box.iter())
    text = node_text(cells[at]) if at is not None and at < len(cells) else ""
    return text if 1 < len(text) <= 120 else None


def _believable(rows: list[_Row], document: Document) -> bool:
    roles = sum(bool(words.ROLE.search(row.title)) for row in rows) / len(rows)
    strong = sum(row.strong for row in rows) / len(rows)
    speaks = any(
        words.OPEN_POSITIONS.match(text.lower())
        and (
            not _OF_ANYTHING.fullmatch(text) or _OF_WORK.search(f"{document.title}\n{document.text[:5_000]}")
        )
        for text in (
            document.title,
            *(block.text for block in document.blocks if block.tag in ("h1", "h2", "h3")),
        )
    )
    speaks = speaks or bool(_NAMED_LIST.search(document.title))
    vague = sum(bool(_VAGUE.search(row.url)) and not names_one(row.url) for row in rows)
    if vague > len(rows) / 2 and not speaks:
        return False
    if len(rows) == 1:
        return roles == 1 and strong == 1 and speaks
    return (strong >= 0.6 and (roles >= 0.25 or speaks)) or roles >= 0.6 or (speaks and roles >= 0.3)


def _headed(document: Document) -> tuple[Job, ...]:
    """Jobs that a page names by headings alone, below one that announces open positions."""
    announced = False
    named: dict[str, None] = {}
    for block in document.blocks:
        line = block.text.lower().strip(" :")
        if block.tag not in ("h1", "h2", "h3", "h4", "h5"):
            continue
        if words.OPEN_POSITIONS.fullmatch(line) or re.fullmatch(
            r"(?:.{0,30} )?(?:open|current) (?:positions|roles|jobs|vacancies)", line
        ):
            announced = True
        elif (
            announced
            and (words.ROLE.search(block.text) or _in_job_card(block.node))
            and _fit(block.text)
            and len(block.text.split()) <= 9
            and line[-1] not in ".?!"
        ):
            named.setdefault(block.text)
    company = employer(document, title="") if named else None
    return tuple(Job(title, company=company).read_by(Tier.TEXT) for title in named) if len(named) >= 2 else ()


def _in_job_card(node: LexborNode | None) -> bool:
    """Whether an element stands in one that is called a job."""
    for _ in range(3):
        if node is None or node.tag == "body":
            return False
        if _CARD.search((node.attributes.get("class") or "")[:200]):
            return True
        node = node.parent
    return False


def next_pages(document: Document) -> tuple[Address, ...]:
    """The pages of the same list that this one links to, each once."""
    own = (document.url or "").split("#")[0]
    found: dict[str, None] = {}
    for node in document.tree.css("link[rel=next], a[rel=next], a[href]")[:_MOST_LINKS]:
        attributes = node.attributes
        href = document.absolute(attributes.get("href") or "")
        if not href or href.split("#")[0] == own:
            continue
        text = one_line(node.text() or attributes.get("aria-label") or "").lower()
        paged = text.isdigit() and any(
            name.lower() in _PAGE_QUERIES for name, _ in parse_qsl(urlsplit(href).query)[:20]
        )
        if (
            (attributes.get("rel") or "").lower() == "next"
            or ((text in _NEXT_WORDS or _MORE.fullmatch(text)) and not _job_link(href))
            or (paged and int(text) > 1)
        ):
            found.setdefault(href)
    return tuple(Address(url) for url in found)[:100]
