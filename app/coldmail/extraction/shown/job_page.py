"""Reads the posting of a page that has no data for machines: title by agreement, facts by label, sections by heading."""

import re
from collections.abc import Iterator
from dataclasses import replace

from app.coldmail.extraction import money, words
from app.coldmail.extraction.document import Document
from app.coldmail.extraction.employer.choosing import employer
from app.coldmail.extraction.employer.names import clean, vendor
from app.coldmail.extraction.facts import Facts, facts
from app.coldmail.extraction.html_text import Block, blocks, framing, one_line
from app.coldmail.extraction.shown import body
from app.coldmail.extraction.shown.evidence import HEADINGS, applies, evidence, parts, shows_a_posting
from app.coldmail.extraction.shown.spots import COMPANY_NODES, line_after, spots
from app.coldmail.extraction.shown.titles import title
from app.coldmail.extraction.values import Job, Tier

# The link to the employer's own page on a site with many.
_COMPANY_LINKS = "a[href^='/company/'], a[href^='/companies/'], a[href*='/companies/']:not([href*='//']), a[href^='/empresa/'], a[class*=company-link], a[class*=companyLink]"
_AT = re.compile(r"\Aat\s+")


def job(document: Document) -> Job | None:
    """The one job that a page is about; None for a page that does not show enough of what postings have."""
    called = title(document)
    if not called:
        return None
    read = _own([block for block in document.blocks if not block.skipped], called)
    found = evidence(read, applies=applies(document), parts=parts(document, called))
    if not shows_a_posting(document, called, found):
        return None
    made = body.job(called, read, found.facts)
    aside = facts([block for block in document.blocks if block.skipped and not framing(block.node)])
    placed = made.locations or spots(document, called, read) or body.labelled([_only(aside, "location")])
    not_names = (*placed, *found.facts.all("other"))
    return replace(
        made,
        company=_stated(document, called, found.facts) or employer(document, title=called, places=not_names),
        locations=placed,
        salary=made.salary or money.pay(_only(aside, "salary")),
        apply_url=document.url or _apply_link(document),
    ).read_by(Tier.TEXT)


def _own(read: list[Block], called: str) -> list[Block]:
    """Without what follows a heading of other jobs: their labels are theirs."""
    start = line_after(called, read)
    others = (at for at in range(start, len(read)) if start and _heads_others(read[at]))
    return read[: next(others, len(read))]


def _heads_others(block: Block) -> bool:
    return block.tag in HEADINGS and words.OTHER_JOBS.match(block.text) is not None


def _stated(document: Document, called: str, told: Facts) -> str | None:
    """The employer as a label or an element that is called so names it."""
    shown = (name for selector in (COMPANY_NODES, _COMPANY_LINKS) for name in _names(document, selector))
    name = told.first("company") or next(shown, None)
    return name if name and name.lower() != called.lower() else None


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


def _names(document: Document, selector: str) -> Iterator[str]:
    """What the elements hold that a name may be; of several parts the first: ratings and links follow a name."""
    for node in document.tree.css(selector)[:5]:
        first = next((block.pieces[0] for block in blocks(node)), "")
        name = clean(_AT.sub("", first))
        if name and not words.NO_TITLE.fullmatch(name.lower()) and not vendor(name):
            yield name


def _only(aside: Facts, name: str) -> str:
    """What stands beside the text with a label, once: several belong to other jobs."""
    found = aside.all(name)
    return found[0] if len(found) == 1 else ""
