"""Sentences and headings in which a posting names who wrote it."""

import re
from collections.abc import Iterator

from app.coldmail.extraction.employer.names import NAME, clean

_N = rf"(?:the |[Dd]er |[Dd]ie |[Dd]as |la |el |l['’])?({NAME}(?: (?:[Ll]td|[Ii]nc|[Cc]orp)\b\.?)?)"
_BEGIN = r"(?:\A|[.!?:\n“\"] ?)"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:position|role|job|vacancy|opening|opportunity) is (?:open |available |based )?(?:with|at) {_N}",
        rf"{_BEGIN}{_N} (?:is|are) (?:(?:currently|now|actively) )?(?:looking for|hiring|seeking|recruiting|searching for|growing)\b",
        rf"{_BEGIN}{_N} (?:is|are) (?:proud to be |committed to being )?an? (?:equal[- ](?:employment[- ])?opportunity|inclusive|eeo)\b",
        rf"{_BEGIN}{_N} (?:sucht|stellt ein|recherche|recrute|busca|selecciona|zoekt|söker|søker|søger|cerca|seleziona|szuka|procura)\b",
        rf"(?:\A|\n)(?:About|Über|À propos de|Acerca de|Sobre|Over|Om|Chi è|O|Life at|Working at|Work at|Why|Why join|Who is|Wer ist|Qui est|Quién es) {_N}\??(?:\n|\Z)",
        rf"\b[Jj]oin(?:ing)? {_N}(?: as\b|,|\.| and\b|!|\n)",
        rf"{_BEGIN}(?:At|Here at|Bei|Chez|En|Hos|Bij|Da) {_N}, (?:we|you|our|wir|nous|vous|nosotros|vi|wij|y)\b",
        rf"{_BEGIN}At {_N} (?:we|you|our)\b",
        rf"\b(?:work|working|career|careers|life|team|culture|employees|colleagues|opportunities) (?:at|with) {_N}(?:,|\.|!|\n|\Z| (?:is|are|means|you|and|we)\b)",
        rf"\b(?:on behalf of|our client,?) {_N}(?:,|\.| (?:is|are)\b)",
    )
)
_MOST_CHARS = 60_000


def names(text: str) -> Iterator[str]:
    """Every name that a sentence of these kinds gives, the surest kind first."""
    for pattern in _PATTERNS:
        for match in list(pattern.finditer(text[:_MOST_CHARS]))[:6]:
            if name := clean(match[1]):
                yield name


def said(text: str) -> str | None:
    """The name in a sentence such as "Tide is looking for", or in a heading such as "About Tide"."""
    return next(names(text), None)
