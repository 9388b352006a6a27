"""A quote inside its surroundings: which stretch of a text to show, and where the mark begins and ends."""

from dataclasses import dataclass

AROUND = 600
_WORD_REACH = 40


@dataclass(frozen=True, slots=True)
class Passage:
    """`before` + `quote` + `after` is one slice of the text; `cut_*` say that there is more on that side."""

    before: str
    quote: str
    after: str
    cut_before: bool
    cut_after: bool


def locate(text: str, *, start: int, end: int, quote: str) -> tuple[int, int] | None:
    """Where the quote stands: at its offsets, else its nearest occurrence; None when it is nowhere."""
    if text[start:end] == quote:
        return start, end
    places: list[int] = []
    place = text.find(quote) if quote else -1
    while place >= 0:
        places.append(place)
        place = text.find(quote, place + 1)
    if not places:
        return None
    nearest = min(places, key=lambda found: abs(found - start))
    return nearest, nearest + len(quote)


def surroundings(text: str, *, start: int, end: int, around: int = AROUND) -> Passage:
    """text[start:end] with up to `around` characters on both sides, cut between words where one is near."""
    left, right = max(0, start - around), min(len(text), end + around)
    if left > 0:
        gap = text.find(" ", left, min(left + _WORD_REACH, start))
        left = gap + 1 if gap >= 0 else left
    if right < len(text):
        gap = text.rfind(" ", max(right - _WORD_REACH, end), right)
        right = gap if gap >= 0 else right
    return Passage(
        before=text[left:start],
        quote=text[start:end],
        after=text[end:right],
        cut_before=left > 0,
        cut_after=right < len(text),
    )
