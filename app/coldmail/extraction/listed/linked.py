"""Reads a list of jobs from a page's links: an address that looks like a posting's, beside words that name a post."""

import re

from selectolax.lexbor import LexborNode

from app.coldmail.extraction import words
from app.coldmail.extraction.document import Document
from app.coldmail.extraction.html_text import framing, one_line
from app.coldmail.extraction.listed import said
from app.coldmail.extraction.listed.links import LEADING, VAGUE, address_of, job_link, names_one
from app.coldmail.extraction.listed.rows import HEADINGS, MOST_JOBS, Row, open_ones, titled, under
from app.coldmail.extraction.listed.spots import place_rows

_LIST_PATH = re.compile(
    r"/(?:[\w-]*jobs?|vacanc(?:y|ies)|positions?|openings?|offres(?:-d-?emploi)?|ofert(?:a|as|es|y)(?:-de-\w+|-pracy)?|stellen\w*|jobangebote?|vacatures?|lediga-(?:jobb|tj[aä]nster)|stillinger|vagas?|posizioni(?:-aperte)?)\Z",
    re.IGNORECASE,
)
_MOST_LINKS = 20_000


def rows(document: Document) -> list[Row]:
    """Every job that the page links to, in order; none where the links do not read like a list of jobs."""
    found = titled(_links(document))
    under(found, document.tree.css(f"{', '.join(HEADINGS)}, {LEADING}"))
    found = open_ones(found)
    if not found or not _believable(found, document):
        return []
    place_rows(found, document)
    return found


def _links(document: Document) -> list[Row]:
    own = (document.url or "").split("#")[0].rstrip("/")
    rows: list[Row] = []
    for node in document.tree.css(LEADING)[:_MOST_LINKS]:
        href = address_of(node, document)
        if (
            href
            and href.split("#")[0].rstrip("/") != own
            and (likely := job_link(href))
            and not framing(node)
        ):
            rows.append(Row(href, node, url=href, strong=likely == 2))
        if len(rows) >= 2 * MOST_JOBS:
            break
    # A card's button leads to an address of its own; where there are buttons alone, they stand for the postings.
    return [row for row in rows if not _button(row.node)] or rows


def _button(node: LexborNode) -> bool:
    text = one_line(node.text()[:200]).lower()
    return len(text) <= 40 and words.APPLY.match(text) is not None


def _believable(rows: list[Row], document: Document) -> bool:
    roles = sum(bool(words.ROLE.search(row.title)) for row in rows) / len(rows)
    strong = sum(row.strong for row in rows) / len(rows)
    speaks = said.speaks(document)
    vague = sum(bool(VAGUE.search(row.key)) and not names_one(row.key) for row in rows)
    if vague > len(rows) / 2 and not speaks:
        return False
    if len(rows) == 1:
        return roles == 1 and speaks and (strong == 1 or said.announced(document))
    if said.announced(document) and _of_one_list(rows):
        return True
    return (strong >= 0.6 and (roles >= 0.25 or speaks)) or roles >= 0.6 or (speaks and roles >= 0.3)


def _of_one_list(rows: list[Row]) -> bool:
    """Whether all rows lead below one address that is called a list of jobs: "/vacancies/...", not "/careers/..."."""
    above = {row.key.rstrip("/").rsplit("/", 1)[0] for row in rows}
    return len(rows) > 1 and len(above) == 1 and _LIST_PATH.search(above.pop()) is not None
