"""Finds how much experience a posting asks for."""

import re

from app.coldmail.extraction.html_text import one_line

_YEARS = re.compile(
    r"(?:at least |minimum (?:of )?|min\.? )?\d{1,2}\s?(?:\+|-|–|to|bis|a|à)?\s?\d{0,2}\+?\s?"
    r"(?:years?|yrs?|jahre?n?|años|ans|anni|jaar|års?|lat)\b[^.\n;]{0,80}",
    re.IGNORECASE,
)
_CHARS = 80


def years_in(text: str | None) -> str | None:
    """The first words about years of something, cut between words; None where there are none."""
    match = _YEARS.search(text or "")
    if not match or not text:
        return None
    words = match.group()
    if len(words) > _CHARS or text[match.end() : match.end() + 1].isalnum():
        words = words[:_CHARS].rpartition(" ")[0]
    return one_line(words).rstrip(" ,(-–") or None
