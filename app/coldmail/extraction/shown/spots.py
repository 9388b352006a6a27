"""Finds where the work is on a page that does not say so with a label."""

import re
from collections.abc import Sequence

from app.coldmail.extraction import countries, places
from app.coldmail.extraction.document import Document
from app.coldmail.extraction.html_text import Block, node_text

PLACE_NODES = (
    "[data-automation-id=locations] dd, [class*=job-location], [class*=joblocation i], [class*=job__location], [class*=jobGeoLocation],"
    " .posting-categories .location, [class*=posting-location], [data-qa=job-location], [data-ui=job-location], #header .location,"
    " [data-testid*=job-location i], [itemprop=jobLocation], .card-designation .listing-inline .last-child"
)
_LABEL = re.compile(r"\A(?:location|standort|ubicación|lieu)\s*:?\s*", re.IGNORECASE)
# What stands between a title and the text.
_HEADER_LINES = 6


def spots(document: Document, title: str, blocks: Sequence[Block]) -> tuple[str, ...]:
    """What an element called a location holds, else a line below the title that is a place."""
    return places.unique([_named(document) or _below(title, blocks)])


def _named(document: Document) -> str | None:
    for node in document.tree.css(PLACE_NODES)[:3]:
        text = node_text(node)
        if 1 < len(text) <= 150:
            return places.place(_LABEL.sub("", text))
    return None


def _below(title: str, blocks: Sequence[Block]) -> str | None:
    """The place that stands below the title without a label."""
    start = next((at + 1 for at, block in enumerate(blocks) if block.text.lower() == title.lower()), 0)
    below = (block.text for block in blocks[start : start + _HEADER_LINES] if start)
    return next((line for line in below if countries.names_place(line)), None)
