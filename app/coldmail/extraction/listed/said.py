"""Tells what a page says that it lists: jobs for sure, perhaps jobs, or offers of anything."""

import re

from app.coldmail.extraction import words
from app.coldmail.extraction.document import Document
from app.coldmail.extraction.listed import marks

# "Tide Careers".
_NAMED_LIST = re.compile(
    r"\w\s+(?:careers|jobs|vacancies|openings|karriere|stellenangebote|empleos|recrutement)\Z", re.IGNORECASE
)
# "Nos offres", "Ofertas de verano": offers that may be of anything.
_OF_ANYTHING = re.compile(
    r"(?:\w{1,10} ){0,2}(?:offres?|ofertas?|ofertes|annonces|oferty|angebote)(?! d(?:'|’)emploi| de (?:empleo|trabajo|feina|treball)| d(?:e )?emprego| laboral| pracy)\b.*",
    re.IGNORECASE,
)


def announces(text: str, document: Document) -> bool:
    """Whether a heading announces open positions, and nothing else may be meant."""
    return marks.ANNOUNCED.fullmatch(text) is not None and meant(text, document)


def meant(text: str, document: Document) -> bool:
    """Whether a heading of offers means jobs: where it does not say so itself, the page does."""
    return not _OF_ANYTHING.fullmatch(text) or document.of_work


def announced(document: Document) -> bool:
    """Whether some heading announces open positions."""
    return any(
        block.tag in ("h1", "h2", "h3") and announces(block.text, document) for block in document.blocks
    )


def speaks(document: Document) -> bool:
    """Whether the page says, less surely, that it lists work."""
    lines = (document.title, *(block.text for block in document.blocks if block.tag in ("h1", "h2", "h3")))
    return (
        any(words.OPEN_POSITIONS.match(text.lower()) and meant(text, document) for text in lines)
        or bool(_NAMED_LIST.search(document.title))
        or announced(document)
    )
