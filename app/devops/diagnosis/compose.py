"""The words of a diagnosis: the cause first, then the names that a reader looks for, within what a comment can hold."""

import re
from collections.abc import Sequence

from app.devops.diagnosis.facts import Facts
from app.devops.signatures.entry import filled
from app.devops.signatures.search import Hit

CAUSE_CHARS = 640
FIX_CHARS = 520
_QUOTE_CHARS = 200


def cause_of(headline: str, quotes: Sequence[str], facts: Facts) -> str:
    """`quotes`: lines of the log, the most telling first."""
    text = tidy(headline)
    for part in _parts(text, quotes, facts):
        if part and len(text) + 1 + len(part) <= CAUSE_CHARS:
            text = f"{text} {part}"
    return text[:CAUSE_CHARS]


def _parts(headline: str, quotes: Sequence[str], facts: Facts) -> list[str]:
    said: list[str] = []
    for quote in quotes:
        cut = quote.strip()[:_QUOTE_CHARS].strip()
        if cut and not _told(cut, headline) and not any(_told(cut, other) for other in said):
            said.append(cut)
    places = [place for place in facts.places if place.partition(":")[0] not in headline]
    return [
        _context(facts),
        *(f"The log says: {quote}" for quote in said[:1]),
        f"Failed: {_few(facts.tests)}." if facts.tests else "",
        _contrast(facts.expected, facts.actual),
        f"Where: {_few(places)}." if places else "",
        f"Summary: {facts.summary}." if facts.summary else "",
        *(f"Also: {quote}" for quote in said[1:4]),
    ]


def _contrast(expected: str, actual: str) -> str:
    """What a test wanted and got; a difference that the eye passes over is named."""
    if not expected or not actual:
        return ""
    bare = [text.strip("\"'`,; ") for text in (expected, actual)]
    why = ""
    if bare[0] != bare[1] and bare[0].rstrip("/") == bare[1].rstrip("/"):
        why = " They differ in a trailing slash."
    elif bare[0] != bare[1] and bare[0].lower() == bare[1].lower():
        why = " They differ in upper and lower case."
    elif bare[0] != bare[1] and "".join(bare[0].split()) == "".join(bare[1].split()):
        why = " They differ in white space."
    return f"Expected {expected}, actual {actual}.{why}"


def _told(quote: str, text: str) -> bool:
    """Whether nearly every word of the quote stands in the text."""
    words = quote.split()
    return sum(word in text for word in words) >= 0.8 * len(words)


def _context(facts: Facts) -> str:
    job = f"job {facts.job[:80]}" if facts.job else ""
    step = f"step `{facts.step[:90]}`" if facts.step else ""
    code = f"exit code {facts.exit_code}" if facts.exit_code else ""
    where = ", ".join(part for part in (job, step, facts.repository, code) if part)
    return f"({where})" if where else ""


def _few(items: Sequence[str], most: int = 3) -> str:
    shown = ", ".join(item[:140] for item in items[:most])
    return f"{shown} and {len(items) - most} more" if len(items) > most else shown


def fix_of(hit: Hit | None, facts: Facts, *, other: Hit | None = None) -> tuple[str, ...]:
    steps = [tidy(filled(step, hit.groups)) for step in hit.signature.fix] if hit else []
    if facts.hint:
        steps.insert(0, f"The log itself advises: `{facts.hint[:90]}`.")
    if other is not None:
        steps.append(tidy(filled(other.signature.fix[0], other.groups)))
    kept: list[str] = []
    for step in steps:
        if sum(map(len, kept)) + len(step) <= FIX_CHARS:
            kept.append(step)
    return tuple(kept)


# What stands for a group that took no part: no log holds it, the cleaner takes it out.
HOLE = "\0"
_HOLES = re.compile(r"(?: ?[(\[`']{0,2}\0+[)\]`']{0,2})+")


def tidy(text: str) -> str:
    """Without the holes that groups leave which took no part."""
    text = _HOLES.sub("", " ".join(text.split()))
    return text.replace(":.", ".").strip()
