"""Reads the posting that somebody pasted as text."""

import re
from collections.abc import Sequence
from dataclasses import replace

from app.coldmail.extraction import words
from app.coldmail.extraction.employer.sentences import said
from app.coldmail.extraction.html_text import Block, one_line
from app.coldmail.extraction.shown import body
from app.coldmail.extraction.shown.evidence import Evidence, evidence
from app.coldmail.extraction.values import Job, Tier

_MOST_CHARS = 200_000
_HIRING = re.compile(
    r"(?:hiring|looking for|seeking|recruiting)(?: for)?(?: an?| our(?: next| new)?| the)? ((?:[A-Z][\w+#./&-]*[ ,]?){1,7})"
)
_AT_COMPANY = re.compile(r"(.{3,100}?)\s+(?:at|@|bei|chez)\s+([A-ZÀ-Ü0-9][^,|–—]{1,60})")


def job(text: str) -> Job | None:
    """The job of the text; None where it does not read like a posting."""
    lines = [one_line(line) for line in text[:_MOST_CHARS].splitlines()]
    blocks = [_block(line) for line in lines if line]
    if not blocks:
        return None
    short = (block.text.lower() for block in blocks if len(block.text) <= 80)
    found = evidence(blocks, applies=any(words.APPLY.match(line) for line in short))
    title = found.facts.first("title") or _first_title(blocks)
    if not title or not _reads_like_one(title, found):
        return None
    match = _AT_COMPANY.fullmatch(title)
    name, company = (match[1], match[2].strip()) if match else (title, None)
    made = body.job(name, blocks, found.facts)
    return replace(made, company=found.facts.first("company") or company or said(text)).read_by(Tier.TEXT)


def _reads_like_one(title: str, found: Evidence) -> bool:
    return bool(words.ROLE.search(title)) or len(found.sections) >= 2 or found.facts.count >= 2


def _block(line: str) -> Block:
    if line[0] in "-*•–·" and len(line) > 2:
        return Block(line[1:].strip(), "li", (line[1:].strip(),))
    bold = line.startswith("**") and line.endswith("**")
    return Block(line.strip("#* "), "h2" if line.startswith("#") else "p", (line,), bold=bold)


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
