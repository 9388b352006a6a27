"""The words of a diagnosis: the cause first, then the names that a reader looks for, within what a comment can hold."""

import re
from collections.abc import Sequence

from app.devops.diagnosis.facts import Facts
from app.devops.diagnosis.quotes import cut, within_checkout
from app.devops.signatures.entry import filled
from app.devops.signatures.search import Hit

CAUSE_CHARS = 640
FIX_CHARS = 520


def cause_of(headline: str, quotes: Sequence[str], facts: Facts) -> str:
    """`quotes`: what the log says, as `quotes.whole` has it, the most telling first."""
    said = _Said(cut(tidy(headline), CAUSE_CHARS))
    said.add(_context(facts))
    said.quote("The log says", quotes, most=1)
    said.add(f"Failed: {_few(facts.tests)}." if facts.tests else "")
    said.add(
        _contrast(facts.expected, facts.actual) or _contrast(facts.left, facts.right, sides=("Left", "right"))
    )
    places = [place for place in facts.places if place.partition(":")[0] not in headline]
    said.add(f"Where: {_few(places)}." if places else "")
    said.add(f"Summary: {facts.summary}." if facts.summary else "")
    said.quote("Also", quotes, most=2)
    return said.text


class _Said:
    """A text that grows by what fits and was not told yet."""

    def __init__(self, text: str) -> None:
        self.text = text

    def add(self, part: str) -> bool:
        fits = bool(part) and len(self.text) + 1 + len(part) <= CAUSE_CHARS
        if fits:
            self.text = f"{self.text} {part}"
        return fits

    def quote(self, word: str, quotes: Sequence[str], *, most: int) -> None:
        for text in quotes:
            if most and text and not _told(text, self.text):
                most -= self.add(f'{word}: "{text.rstrip(".:")}".')


def _contrast(expected: str, actual: str, *, sides: tuple[str, str] = ("Expected", "actual")) -> str:
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
    return f"{sides[0]} {expected}, {sides[1]} {actual}.{why}"


def _told(quote: str, text: str) -> bool:
    """Whether nearly every word of the quote stands in the text."""
    words = quote.split()
    return sum(word.strip("\"'`,;.") in text for word in words) >= 0.8 * len(words)


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
    """What to do, the surest first; what the log advises by itself comes after what is known of the fault."""
    steps = [tidy(filled(step, known(hit))) for step in hit.signature.fix] if hit else []
    if facts.hint:
        steps.append(f"The log itself advises: `{facts.hint}`.")
    if other is not None:
        steps.append(tidy(filled(other.signature.fix[0], known(other))))
    kept: list[str] = []
    for step in steps:
        if sum(map(len, kept)) + len(step) <= FIX_CHARS:
            kept.append(step)
    return tuple(kept)


_ANY_NAMES = re.compile(r"\{[a-z_]+\}")
# What a pattern may take along with a name that stands at the beginning of its line.
_ANNOTATION = re.compile(r"^(?:#{0,2}\[error\]\s*)+")


def known(hit: Hit) -> dict[str, str]:
    """Every name that the texts of its signature may hold: what took no part is left out instead of named."""
    texts = (hit.signature.cause, *hit.signature.fix)
    holes = {name[1:-1]: HOLE for text in texts for name in _ANY_NAMES.findall(text)}
    return holes | {name: within_checkout(_ANNOTATION.sub("", value)) for name, value in hit.groups.items()}


# What stands for a group that took no part: no log holds it, the cleaner takes it out.
HOLE = "\0"
_HOLES = re.compile(r"(?: ?[(\[`']{0,2}\0+[)\]`']{0,2})+")


def tidy(text: str) -> str:
    """Without the holes that groups leave which took no part."""
    text = _HOLES.sub("", " ".join(text.split()))
    text = text.replace(":.", ".").strip()
    return text[:-1] if text.endswith("..") and not text.endswith("...") else text
