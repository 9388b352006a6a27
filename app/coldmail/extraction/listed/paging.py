"""Reads how a list goes on: the pages that it links to, and how many jobs it says that there are."""

import re
from urllib.parse import parse_qsl, urlsplit

from app.coldmail.extraction import words
from app.coldmail.extraction.document import Document
from app.coldmail.extraction.html_text import one_line
from app.coldmail.extraction.listed.links import job_link
from app.coldmail.extraction.values import Address

_NEXT_WORDS = words.phrases(
    "next, next page, ›, », →, >, >>, load more, more jobs, show more, siguiente, weiter, nächste, nächste seite, suivant, suivante, page suivante, successivo",
    "volgende, nästa, neste, næste, następna, próxima, seuraava, 下一页, 次へ, next ›, next »",
)
_PAGE_QUERIES = words.words(
    "page p pg start offset from startrow pagenumber page_number paged pr jobrecordsper"
)
_MORE = re.compile(r"(?:show|load|see|view) (?:\d+ )?more(?: jobs| results| positions)?|next (?:»|›|→|>|>>)")
# "Showing 1-20 of 57", "Ergebnisse 1 – 25 von 1.204".
_OF_ALL = re.compile(
    r"(?:^|\D)(?P<first>\d{1,6})\s{0,2}(?:-|–|—|to|bis|a|à|al|t/m|till|do)\s{0,2}(?P<last>\d{1,6})\s{1,2}(?:of|von|de|sur|di|van|av|af|z|out of|/)\s{1,2}(?P<all>\d{1,3}(?:[.,\s]\d{3})+|\d{1,6})\b",
    re.IGNORECASE,
)
_MOST_LINKS, _LINE_CHARS = 20_000, 80


def total(document: Document, *, shown: int) -> int | None:
    """How many jobs the page says that its list has in all; None where it does not, or where it shows more."""
    for block in document.blocks:
        match = _OF_ALL.search(block.text) if len(block.text) <= _LINE_CHARS else None
        if match and int(match["last"]) - int(match["first"]) + 1 == shown:
            whole = int(re.sub(r"\D", "", match["all"]))
            return whole if whole >= shown else None
    return None


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
            or ((text in _NEXT_WORDS or _MORE.fullmatch(text)) and not job_link(href))
            or (paged and int(text) > 1)
        ):
            found.setdefault(href)
    return tuple(Address(url) for url in found)[:100]
