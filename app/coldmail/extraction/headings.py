"""Reads the posting of a page that has no data for machines: title by agreement, facts by label, sections by heading."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.coldmail.extraction import countries, money, places, words
from app.coldmail.extraction.dates import iso_date
from app.coldmail.extraction.document import Document
from app.coldmail.extraction.employer.choosing import employer
from app.coldmail.extraction.employer.sentences import said
from app.coldmail.extraction.facts import Facts, facts
from app.coldmail.extraction.html_text import Block, blocks_text, node_text, one_line
from app.coldmail.extraction.listing import names_one
from app.coldmail.extraction.skills import listed_skills, skills_in
from app.coldmail.extraction.values import Job, Tier
from app.coldmail.extraction.years import years_in

_TITLE_NODES = (
    "[data-automation-id=jobPostingHeader], [class*=job-title], [class*=jobtitle i], [class*=job__title], [class*=posting-title],"
    " [class*=posting-headline] h2, [class*=position-title], [class*=app-title], [class*=vacancy-title], [data-qa=job-title],"
    " [data-testid*=job-title i], [data-ui=job-title], [class*=job-header__title], [itemprop=title], .card-designation .title"
)
_PLACE_NODES = (
    "[data-automation-id=locations] dd, [class*=job-location], [class*=joblocation i], [class*=job__location], [class*=jobGeoLocation],"
    " .posting-categories .location, [class*=posting-location], [data-qa=job-location], [data-ui=job-location], #header .location,"
    " [data-testid*=job-location i], [itemprop=jobLocation], .card-designation .listing-inline .last-child"
)
_COMPANY_NODES = "[class*=company-name], [class*=companyname i], [class*=employer-name], [class*=organization-name], [data-testid*=company-name i]"
_APPLY_NODES = "a[href], button, input[type=submit], input[type=button]"
_JOB_PATH = re.compile(
    r"/(?:jobs?|positions?|vacanc\w+|careers?|openings?|job-?details?|offres?|ofertas?|stellen\w*|vacatures?|emplois?|postings?|o|j|node)/[^/?#]*[\w-]{4,}",
    re.I,
)
_HEADINGS = words.words("h1 h2 h3 h4 h5 h6")
_ENOUGH = 5
_TITLE_CHARS = 200
_HEADING_CHARS = 80
# What stands between a title and the text.
_HEADER_LINES = 6


# What fills a field that somebody had to fill.
_NO_SKILL = re.compile(
    r"skills?\b|(?:as|see) (?:per|above|below|jd|job)|n/?a\Z|none\Z|others?\Z", re.IGNORECASE
)


_CAREERS = re.compile(
    r"\b(?:jobs?|careers?|vacanc|we(?:'|’)re hiring|karriere|stelle(?:n|\b)|emple[oa]|emploi|recrut|vacature|lediga|ledig|lavora|praca|vaga)",
    re.IGNORECASE,
)
# "Bewerbung an jobs@tide.example".
_BY_MAIL = re.compile(
    r"\b(?:bewerb|apply\b|applications?\b|candidat|postul|cv\b|lebenslauf|curr[ií]cul|ansök|sollicit|резюме)[^\n@]{0,100}@[\w-]{1,60}\.\w",
    re.IGNORECASE,
)
_MAIL_CHARS = 60_000
_NOTICE = re.compile(
    r"(?:privacy|cookie) (?:notice|policy|statement)|datenschutz(?:erklärung|hinweis|information)|(?:política|aviso) de privacidad|politique de confidentialité"
    r"|informativa (?:sulla )?privacy|privacyverklaring|integritetspolicy|polityka prywatności"
)
# What a page says that it is about in JSON-LD, and is no posting.
_OTHER_THING = re.compile(
    r'"@type"\s*:\s*"(?:Course|CourseInstance|Product|Event|Recipe|Book|Movie|SoftwareApplication)"'
)


# Labels that say where or for whom the work is.
_PLACED = words.LOCATION | words.COMPANY


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a posting. `sections` are the kinds of headings that only postings have."""

    sections: frozenset[str]
    applies: bool
    facts: Facts

    def enough(self, title: str, *, path: str, article: bool, marked: bool) -> bool:
        score = (
            2 * len(self.sections & {"duties", "requirements"})
            + ("offers" in self.sections)
            + 2 * self.applies
        )
        score += (
            min(3, self.facts.count)
            + bool(words.ROLE.search(title))
            + bool(_JOB_PATH.search(path))
            - 3 * article
        )
        return (
            score >= _ENOUGH
            and (marked or self._of_work(title, path))
            and bool(self.applies or self.facts.count)
            and bool(self.sections or self.facts.count >= 2)
        )

    def _of_work(self, title: str, path: str) -> bool:
        """Loans, flats and tenders have requirements and are applied for too: without a job's address more must speak for one."""
        if _JOB_PATH.search(path):
            return True
        if words.ROLE.search(title):
            return "duties" in self.sections or bool(self.facts.labels & _PLACED)
        return "duties" in self.sections and self.applies


def is_heading(block: Block) -> bool:
    return len(block.text) <= _HEADING_CHARS and (
        block.tag in _HEADINGS
        or block.bold
        or block.text.endswith((":", "："))
        or block.tag in ("dt", "th", "legend", "summary")
    )


def evidence(blocks: Sequence[Block], *, applies: bool) -> Evidence:
    sections = set()
    for block in blocks:
        if is_heading(block):
            line = block.text.lower().strip(" *•-–—#¿¡")
            for name, pattern in (
                ("duties", words.DUTIES),
                ("requirements", words.REQUIREMENTS),
                ("offers", words.OFFERS),
            ):
                if pattern.match(line):
                    sections.add(name)
    return Evidence(frozenset(sections), applies, facts(blocks))


def posting(document: Document) -> Job | None:
    """The one job that a page is about; None for a page that does not show enough of what postings have."""
    title = _title(document)
    if not title:
        return None
    blocks = document.blocks
    read = [block for block in blocks if not block.skipped]
    found = evidence(read, applies=_applies(document) or names_one(document.url or ""))
    article = (document.meta("og:type") or "") == "article" or any(
        "Article" in text and "JobPosting" not in text for text in document.json_ld
    )
    if any(_OTHER_THING.search(text) for text in document.json_ld):
        return None
    if title.endswith("?") or not found.enough(
        title, path=document.url or "", article=article, marked=_marked(document)
    ):
        return None
    job = _job(title, read, found.facts)
    stated = found.facts.first("company") or re.sub(
        r"\Aat\s+", "", _node_text(document, _COMPANY_NODES) or ""
    )
    aside = facts([block for block in blocks if block.skipped])
    spots = (
        job.locations
        or places.unique(_split_places(_only(aside, "location")))
        or places.unique([_place(_node_text(document, _PLACE_NODES)) or _below(title, read)])
    )
    named = bool(stated) and stated.lower() != title.lower()
    company = stated if named else employer(document, title=title, places=spots)
    return replace(
        job,
        company=company,
        locations=spots,
        salary=job.salary or money.pay(_only(aside, "salary")),
        apply_url=document.url or _apply_link(document),
    ).read_by(Tier.TEXT)


def pasted(text: str) -> Job | None:
    """The job of a posting that somebody pasted as text; None where it does not read like one."""
    lines = [one_line(line) for line in text[:200_000].splitlines()]
    blocks = [_line_block(line) for line in lines if line]
    if not blocks:
        return None
    found = evidence(
        blocks,
        applies=any(words.APPLY.match(block.text.lower()) for block in blocks if len(block.text) <= 80),
    )
    title = found.facts.first("title") or _first_title(blocks)
    if not title or not (words.ROLE.search(title) or len(found.sections) >= 2 or found.facts.count >= 2):
        return None
    if not (found.sections or found.facts.count or found.applies or words.ROLE.search(title)):
        return None
    name, company = _title_and_company(title)
    job = _job(name, blocks, found.facts)
    return replace(job, company=found.facts.first("company") or company or said(text)).read_by(Tier.TEXT)


def _line_block(line: str) -> Block:
    if line[0] in "-*•–·" and len(line) > 2:
        return Block(line[1:].strip(), "li", (line[1:].strip(),))
    return Block(
        line.strip("#* "),
        "h2" if line.startswith("#") else "p",
        (line,),
        bold=line.startswith("**") and line.endswith("**"),
    )


_HIRING = re.compile(
    r"(?:hiring|looking for|seeking|recruiting)(?: for)?(?: an?| our(?: next| new)?| the)? ((?:[A-Z][\w+#./&-]*[ ,]?){1,7})"
)


def _first_title(blocks: Sequence[Block]) -> str | None:
    for block in blocks[:6]:
        line = block.text
        fits = 3 <= len(line) <= 120 and not words.NO_TITLE.fullmatch(line.lower()) and line[-1] not in ".!?:"
        if fits and (words.ROLE.search(line) or block is blocks[0]):
            return line
    for block in blocks[:10]:
        if (match := _HIRING.search(block.text)) and words.ROLE.search(match[1]):
            return match[1].strip(" ,.")
    return None


def _title_and_company(title: str) -> tuple[str, str | None]:
    match = re.fullmatch(r"(.{3,100}?)\s+(?:at|@|bei|chez)\s+([A-ZÀ-Ü0-9][^,|–—]{1,60})", title)
    return (match[1], match[2].strip()) if match else (title, None)


def _title(document: Document) -> str | None:
    spoken = f"{document.title}\n{document.meta('og:title') or ''}\n{document.meta('title') or ''}\n{document.meta('twitter:title') or ''}".lower()
    hinted = [node_text(node) for node in document.tree.css(_TITLE_NODES)[:5]]
    headed = [block.text for block in document.blocks if block.tag == "h1"][:5]
    stated = [
        document.meta("og:title") or "",
        document.meta("title") or "",
        document.meta("twitter:title") or "",
    ]
    lower = [block.text for block in document.blocks if block.tag in ("h2", "h3") and not block.skipped][:6]
    shown = {block.text.lower() for block in document.blocks}
    agreed = [
        text for text in (*headed, *hinted, *lower) if text and len(text) > 3 and text.lower() in spoken
    ]
    named = [text for text in stated if text.lower() in shown]
    roles = [text for text in (*hinted, *headed, *lower) if words.ROLE.search(text)]
    for text in (*agreed, *named, *roles, *hinted[:1], *headed[:1]):
        if 3 <= len(text) <= _TITLE_CHARS and not _section(text):
            return text
    return None


def _section(text: str) -> bool:
    line = text.lower().strip(" :")
    return (
        bool(
            words.ABOUT_A_POST.fullmatch(line)
            or _NOTICE.search(line)
            or words.NO_TITLE.fullmatch(line)
            or (words.OPEN_POSITIONS.fullmatch(line))
        )
        or line.isdigit()
    )


def _marked(document: Document) -> bool:
    """Whether the page calls itself one of a job: by its address, by the names of its parts, or by its title."""
    return (
        names_one(document.url or "")
        or document.tree.css_first(f"{_TITLE_NODES}, {_PLACE_NODES}") is not None
        or bool(_CAREERS.search(document.title))
    )


def _applies(document: Document) -> bool:
    for node in document.tree.css(_APPLY_NODES)[:1_500]:
        attributes = node.attributes
        text = one_line(node.text() or attributes.get("value") or attributes.get("aria-label") or "")
        if text and len(text) <= 60 and words.APPLY.match(text.lower()):
            return True
    return bool(_BY_MAIL.search(document.text[:_MAIL_CHARS]))


def _apply_link(document: Document) -> str | None:
    for node in document.tree.css("a[href]")[:1_500]:
        text = one_line(node.text())
        if (
            text
            and len(text) <= 60
            and words.APPLY.match(text.lower())
            and (made := document.absolute(node.attributes.get("href") or ""))
        ):
            return made
    return None


def _node_text(document: Document, selector: str) -> str | None:
    for node in document.tree.css(selector)[:3]:
        text = node_text(node)
        if 1 < len(text) <= 150:
            return text
    return None


def _place(text: str | None) -> str | None:
    return (
        places.place(re.sub(r"\A(?:location|standort|ubicación|lieu)\s*:?\s*", "", text, flags=re.I))
        if text
        else None
    )


def _only(aside: Facts, name: str) -> str:
    """What stands beside the text with a label, once: several belong to other jobs."""
    found = aside.all(name)
    return found[0] if len(found) == 1 else ""


def _below(title: str, blocks: Sequence[Block]) -> str | None:
    """The place that stands below the title without a label."""
    start = next((at + 1 for at, block in enumerate(blocks) if block.text.lower() == title.lower()), 0)
    below = (block.text for block in blocks[start : start + _HEADER_LINES] if start)
    return next((line for line in below if countries.names_place(line)), None)


def _job(title: str, blocks: Sequence[Block], told: Facts) -> Job:
    body = _body(blocks, title)
    description = blocks_text(body) or None
    salary = next((pay for text in told.all("salary") if (pay := money.pay(text))), None)
    listed = listed_skills(_tags(body))
    located = [place for text in told.all("location") for place in _split_places(text)]
    remote = next(
        (
            kind
            for name in ("remote", "location")
            for text in told.all(name)
            if (kind := places.remote_kind(text))
        ),
        None,
    )
    return Job(
        title=title,
        locations=places.unique(located),
        remote=remote,
        salary=salary or money.pay_in(description or ""),
        skills=tuple(dict.fromkeys((*listed, *skills_in(f"{title}\n{description or ''}")))),
        experience=told.first("experience") or years_in(description),
        description=description,
        posted_at=next((day for text in told.all("posted") if (day := iso_date(text))), None),
    )


def _split_places(text: str) -> list[str]:
    parts = re.split(r"\s*[;|•]\s*|\s+/\s+", text)
    return [made for part in parts if part.strip(" ()") and (made := places.place(part.strip()))]


def _body(blocks: Sequence[Block], title: str) -> list[Block]:
    """From the title to what follows the posting, without buttons; a block that the page repeats (for phones) once."""
    start = next((at + 1 for at, block in enumerate(blocks) if block.text.lower() == title.lower()), 0)
    found: list[Block] = []
    seen: set[str] = set()
    for block in blocks[start:]:
        line = block.text.lower()
        if words.AFTER.match(line) and len(line) <= 120:
            if sum(len(one.text) for one in found) > 300:
                break
            continue
        short = len(line) <= 60
        if (
            (short and (words.APPLY.match(line) or (block.linked and block.tag != "li")))
            or (line in seen and len(line) > 3)
            or block.tag == "button"
        ):
            continue
        seen.add(line)
        found.append(block)
    return found


def _tags(blocks: Sequence[Block]) -> list[str]:
    """The short entries below a heading that says "Skills"."""
    found: list[str] = []
    inside = False
    for block in blocks:
        line = words.label(block.text)
        if block.tag in _HEADINGS or block.bold or block.text.endswith(":"):
            plain_skills = re.fullmatch(
                r"(?:(?:key|required|technical|desired|your|must[- ]have) )?(?:skills?|tech(?:nology)? stack|technologies|kenntnisse|compétences)",
                line,
            )
            inside = bool(plain_skills) or (
                inside and block.tag in ("h4", "h5", "h6") and not words.REQUIREMENTS.match(line)
            )
        elif inside and len(block.text) <= 60 and len(found) < 40:
            found.append(block.text)
    return [text for text in found if len(text.split()) <= 4 and not _NO_SKILL.match(text)]
