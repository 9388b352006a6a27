"""Weighs what speaks for a page being a posting: its sections, its labelled facts, a way to apply, and its address."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.coldmail.extraction import words
from app.coldmail.extraction.document import Document
from app.coldmail.extraction.facts import Facts, facts
from app.coldmail.extraction.html_text import Block, node_text, one_line
from app.coldmail.extraction.listed.links import names_one
from app.coldmail.extraction.shown.spots import COMPANY_NODES, PLACE_NODES
from app.coldmail.extraction.shown.titles import TITLE_NODES

# Rendered pages apply by scripts: their links lead nowhere, and their buttons are anything.
_APPLY_NODES = "a, button, [role=button], input[type=submit], input[type=button]"
_JOB_PATH = re.compile(
    r"/(?:jobs?|positions?|vacanc\w+|careers?|openings?|job-?details?|offres?|ofertas?|stellen\w*|vacatures?|emplois?|postings?|o|j|node)/[^/?#]*[\w-]{4,}",
    re.I,
)
HEADINGS = words.words("h1 h2 h3 h4 h5 h6")
_ENOUGH, _ENOUGH_PARTS = 5, 2
# A list has each of them several times.
_PARTS = (
    PLACE_NODES + ", [class*=place-name], [class*=vacancy i][class*=location i]",
    COMPANY_NODES,
    "[class*=job i][class*=description i], [class*=vacancy i][class*=description i], [class*=vacancy-section], [id*=job i][id*=description i],"
    " [class*=posting i][class*=description i], [class*=jobs-description]",
)
_HEADING_CHARS = 80
_APPLY_CHARS, _MOST_PARTS = 80, 8
_CAREERS = re.compile(
    r"\b(?:jobs?|careers?|vacanc|we(?:'|’)re hiring|karriere|stelle(?:n|\b)|emple[oa]|emploi|recrut|vacature|lediga|ledig|lavora|praca|vaga)",
    re.IGNORECASE,
)
# "Bewerbung an jobs@tide.example".
_BY_MAIL = re.compile(
    r"\b(?:bewerb|apply\b|applications?\b|candidat|postul|cv\b|lebenslauf|curr[ií]cul|ansök|sollicit|søknad|ansøgning|hakemu|zgłoszen|inscri|prihlášk|jelentkez|резюме)[^\n@]{0,100}@[\w-]{1,60}\.\w",
    re.IGNORECASE,
)
_MAIL_CHARS = 60_000
# What a page says that it is about in JSON-LD, and is no posting.
_OTHER_THING = re.compile(
    r'"@type"\s*:\s*"(?:Course|CourseInstance|Product|Event|Recipe|Book|Movie|SoftwareApplication)"'
)
# Labels that say where or for whom the work is.
_PLACED = words.LOCATION | words.COMPANY
# And those of one posting: where, how much and how long are stated of professions as well.
_OF_POSTINGS = words.OTHER_FACTS | words.POSTED | words.COMPANY | words.TITLE
_PARTNERS = re.compile(
    r"\bfranchise (?:partner|opportunit|owner)|\bbecome an? .{0,30}\b(?:partner|affiliate|reseller|distributor|franchisee)",
    re.IGNORECASE,
)
# What is called for beside people.
_OTHER_CALLS = re.compile(
    r"\b(?:tender|request for (?:proposals?|quotations?|tenders?)|rf[pq]|call for (?:papers|proposals|applications)|grants?|scholarships?|licitaci[óo]n|becas?|appel d['’]offres|marché public"
    r"|bando di gara|borsa di studio|stipendium|stipendien|öffentliche ausschreibung|aanbesteding|przetarg)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a posting. `sections` are the kinds of headings that only postings have, `parts` how many kinds of elements
    are called parts of a posting, each once.
    """

    sections: frozenset[str]
    applies: bool
    facts: Facts
    parts: int = 0

    def enough(self, title: str, *, path: str, article: bool, marked: bool) -> bool:
        score = (
            2 * len(self.sections & {"duties", "requirements"})
            + ("offers" in self.sections)
            + 2 * self.applies
        )
        score += (
            min(4, self.facts.count)
            + (self.parts if self.parts > 1 else 0)
            + bool(words.ROLE.search(title))
            + bool(_JOB_PATH.search(path))
            - 3 * article
        )
        return (
            score >= _ENOUGH
            and (marked or self._of_work(title, path))
            and self._of_one_post(path)
            and bool(self.sections or self.facts.count >= 2 or self.parts >= _ENOUGH_PARTS)
        )

    def _of_one_post(self, path: str) -> bool:
        """What is written about a profession has duties, requirements and a place of work, but nobody applies there."""
        own = self.facts.count >= 2 and bool(self.facts.labels & _OF_POSTINGS)
        return self.applies or own or bool(self.facts.count and _JOB_PATH.search(path))

    def _of_work(self, title: str, path: str) -> bool:
        """Loans, flats and tenders have requirements and are applied for too: without a job's address more must speak for one."""
        if _JOB_PATH.search(path):
            return True
        if words.ROLE.search(title):
            placed = bool(self.facts.labels & _PLACED) or self.parts >= _ENOUGH_PARTS
            return "duties" in self.sections or placed
        return "duties" in self.sections and self.applies


def is_heading(block: Block) -> bool:
    return len(block.text) <= _HEADING_CHARS and (
        block.tag in HEADINGS
        or block.bold
        or block.text.endswith((":", "："))
        or block.tag in ("dt", "th", "legend", "summary")
    )


def _heads_a_list(blocks: Sequence[Block], at: int) -> bool:
    """A short line before a list is its heading, whatever it is marked as."""
    line = blocks[at].text
    listed = at + 1 < len(blocks) and blocks[at + 1].tag == "li" and blocks[at].tag != "li"
    return listed and len(line) <= _HEADING_CHARS and line[-1] not in ".,;!"


def evidence(blocks: Sequence[Block], *, applies: bool, parts: int = 0) -> Evidence:
    sections = set()
    for at, block in enumerate(blocks):
        if is_heading(block) or _heads_a_list(blocks, at):
            line = block.text.lower().strip(" *•-–—#¿¡")
            for name, pattern in (
                ("duties", words.DUTIES),
                ("requirements", words.REQUIREMENTS),
                ("offers", words.OFFERS),
            ):
                if pattern.match(line):
                    sections.add(name)
    return Evidence(frozenset(sections), applies, facts(blocks), parts)


def shows_a_posting(document: Document, title: str, found: Evidence) -> bool:
    if _OTHER_CALLS.search(f"{document.title}\n{title}") and not words.ROLE.search(title):
        return False
    if (
        title.endswith("?")
        or _PARTNERS.search(f"{document.title}\n{title}")
        or any(_OTHER_THING.search(text) for text in document.json_ld)
    ):
        return False
    article = (document.meta("og:type") or "") == "article" or any(
        "Article" in text and "JobPosting" not in text for text in document.json_ld
    )
    return found.enough(title, path=document.url or "", article=article, marked=_marked(document))


def parts(document: Document, title: str) -> int:
    """How many kinds of elements are called parts of a posting: its title, place, employer, text; of several none tells which."""
    titled = {node_text(node).lower() for node in document.tree.css(TITLE_NODES)[:_MOST_PARTS]}
    found = int(titled == {title.lower()})
    for selector in _PARTS:
        texts = {node_text(node)[:100].lower() for node in document.tree.css(selector)[:_MOST_PARTS]} - {""}
        found += len(texts) == 1
    return found


def _marked(document: Document) -> bool:
    """Whether the page calls itself one of a job: by its address, by the names of its parts, or by its title."""
    return (
        names_one(document.url or "")
        or document.tree.css_first(f"{TITLE_NODES}, {PLACE_NODES}") is not None
        or bool(_CAREERS.search(document.title))
    )


def applies(document: Document) -> bool:
    """Whether the page offers to apply: a link or a button, the heading of a form, or a mail address to write to."""
    if names_one(document.url or ""):
        return True
    if any(block.tag in HEADINGS and _offers_to_apply(block.text) for block in document.blocks):
        return True
    for node in document.tree.css(_APPLY_NODES)[:1_500]:
        attributes = node.attributes
        text = one_line(node.text() or attributes.get("value") or attributes.get("aria-label") or "")
        if _offers_to_apply(text):
            return True
    return bool(_BY_MAIL.search(document.text[:_MAIL_CHARS]))


def _offers_to_apply(text: str) -> bool:
    return bool(text) and len(text) <= _APPLY_CHARS and words.APPLY.match(text.lower()) is not None
