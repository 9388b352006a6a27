"""Finds where the work is on a page that does not say so with a label."""

import re
from collections.abc import Iterator, Sequence

from app.coldmail.extraction import countries, words
from app.coldmail.extraction.document import Document
from app.coldmail.extraction.html_text import Block, blocks
from app.coldmail.extraction.pins import pinned, place_line

PLACE_NODES = (
    "[data-automation-id=locations] dd, [class*=job-location], [class*=joblocation i], [class*=job__location], [class*=jobGeoLocation],"
    " .posting-categories .location, [class*=posting-location], [data-qa=job-location], [data-ui=job-location], #header .location,"
    " [data-testid*=job-location i], [itemprop=jobLocation], .card-designation .listing-inline .last-child,"
    " [class*=position-location], [class*=job i][class*=location i], [data-automation=job-location], [data-qa*=view-location], [data-tag*=JobLocation]"
)
COMPANY_NODES = (
    "[class*=company i][class*=name i], [class*=employer i][class*=name i], [class*=organization-name], [class*=comp-name], [data-testid*=company-name i],"
    " [data-qa*=company-name], [data-test*=employername i], [data-ui*=company-name]"
)
# Called a location, of whatever: a header's, an office's, a map's.
_LOOSE_NODES = "[class*=location i], [class*=place-], [class*=ubicac i], [id*=poblacion i], [class*=standort i], [class*=workplace i], [data-test*=workplace i]"
_PIECES = re.compile(r"\s*[·•|]\s*|\s+/\s+")
# What stands between a title and the text; and all that belongs to a page's head, on both sides of the title.
_HEADER_LINES, _AROUND_LINES = 8, 24


def spots(document: Document, title: str, read: Sequence[Block]) -> tuple[str, ...]:
    """What an element called a job's location holds, what stands behind the sign for a place, else a line below the title that
    is a place.
    """
    at = line_after(title, read)
    head = "\n".join(block.text for block in read[max(0, at - _HEADER_LINES) : at + _AROUND_LINES])
    pins = pinned(document.tree.body) if document.tree.body is not None else iter(())
    for found in (
        _called(document, PLACE_NODES),
        (place for place in pins if place in head),
        _below(title, read[at : at + _HEADER_LINES] if at else ()),
        (place for place in _called(document, _LOOSE_NODES) if place in head),
    ):
        if place := next(found, None):
            return (place,)
    return ()


def line_after(title: str, read: Sequence[Block]) -> int:
    """Where the line after the title is; 0 where no line is the title."""
    return next((at + 1 for at, block in enumerate(read) if block.text.lower() == title.lower()), 0)


def _called(document: Document, selector: str) -> Iterator[str]:
    for node in document.tree.css(selector)[:5]:
        lines = [block.text for block in blocks(node)]
        known = next((line for line in lines if countries.names_place(line)), None)
        whole = known if len(lines) > 1 and known else place_line(" ".join(lines))
        if whole and not words.ROLE.search(whole):
            yield whole


def _below(title: str, lines: Sequence[Block]) -> Iterator[str]:
    """The place that stands below the title without a label."""
    for block in lines:
        for piece in (block.text, *block.pieces, *_PIECES.split(block.text)):
            if countries.names_place(piece) and piece.lower() != title.lower():
                yield place_line(piece) or piece
