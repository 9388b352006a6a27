"""What is known about each line worth a look: its signs, those of its neighbours, its place, how often its like stands there."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.devops.extraction.signals import BITS, bits_of

# Around a line: offsets, both ends included. Nearer neighbours are told apart, farther ones are not.
NEIGHBOURS = ((0, 0), (-1, -1), (-3, -2), (-8, -4), (-20, -9), (-50, -21), (1, 1), (2, 3), (4, 8), (9, 20))
_AREA = len(NEIGHBOURS) * BITS
_TAILS = (1, 3, 8, 15, 30, 60, 120, 300, 1000, 5000)
_SHARES = (0.02, 0.1, 0.5, 0.9)
_TIMES = (1, 2, 4, 10, 50)
_PLACE = _AREA + 3 * BITS
_SHARE = _PLACE + len(_TAILS) + 1
_TIME = _SHARE + len(_SHARES) + 1
_ALONE = _TIME + len(_TIMES) + 1
COUNT = _ALONE + 2
# A line is looked at when it, or one so near, holds one of these words; and at the log's end.
_WORDS = re.compile(
    r"error|fail|fatal|panic|exception|traceback|denied|cannot|could not|unable|not found|undefined|assert|abort|killed|err!"
    r"|timed? ?out|refused|invalid|missing|exit|segmentation|unexpected|expected|✗|✖|✕|●|\[-\]|not ok|no such|unknown|conflict"
    r"|terminated|cancell?ed|forbidden|unauthorized|mismatch|must |rror|\be   |warning|received signal|please "
)
_BEFORE, _AFTER, _END = 8, 24, 60
_MOST_LINES = 3_000
_MOST_OF_A_WORD = (300, 100, 40, 15, 5)
_VARYING = re.compile(r"0x[0-9a-f]+|[0-9a-f]{7,}|\d+")


@dataclass(frozen=True, slots=True)
class Looked:
    """The lines worth a look, ascending. `masks[n]`: what line `indexes[n]` and its neighbours show, an area each, then
    where the line is the first, the last, or one of few to show it. `places[n]`: features of its place and of its likes.
    """

    indexes: list[int]
    masks: list[tuple[int, ...]]
    places: list[tuple[int, ...]]

    def features(self, number: int) -> Iterator[int]:
        """Numbers below COUNT."""
        for area, mask in enumerate(self.masks[number]):
            yield from (area * BITS + bit for bit in set_bits(mask))
        yield from self.places[number]


def look(lines: Sequence[str]) -> Looked:
    indexes = _worth(lines)
    bits = {index: bits_of(lines[index]) for index in indexes}
    kinds = [template(lines[index]) for index in indexes]
    likes = Counter(kinds)
    first, last, few = _extremes(indexes, bits)
    total = len(lines)
    masks: list[tuple[int, ...]] = []
    places: list[tuple[int, ...]] = []
    for kind, index in zip(kinds, indexes, strict=True):
        own = bits[index]
        masks.append(
            (
                *(_any(bits, index + begin, index + end) for begin, end in NEIGHBOURS),
                own & first.get(index, 0),
                own & last.get(index, 0),
                own & few,
            )
        )
        place = (
            _PLACE + bisect_left(_TAILS, total - index),
            _SHARE + bisect_left(_SHARES, index / total),
            _TIME + bisect_left(_TIMES, likes[kind]),
        )
        places.append((*place, _ALONE) if total <= _SHORT else place)
    return Looked(indexes, masks, places)


_SHORT = 200


def template(line: str) -> str:
    """The line without what differs from run to run."""
    return _VARYING.sub("#", line[:300].strip())


def _worth(lines: Sequence[str]) -> list[int]:
    """Words that a log has everywhere are followed at its beginning and its end only."""
    text = "\n".join(lines).lower()
    found: dict[str, list[int]] = {}
    index, at = 0, 0
    while match := _WORDS.search(text, at):
        index += text.count("\n", at, match.start())
        found.setdefault(match[0], []).append(index)
        at = text.find("\n", match.end())
        if at < 0:
            break
    tail = range(max(0, len(lines) - _END), len(lines))
    wanted: set[int] = set()
    for most in _MOST_OF_A_WORD:
        wanted = set(tail)
        for indexes in found.values():
            for index in indexes if len(indexes) <= 2 * most else (*indexes[:most], *indexes[-most:]):
                wanted.update(range(max(0, index - _BEFORE), min(len(lines), index + _AFTER)))
        if len(wanted) <= _MOST_LINES:
            break
    return sorted(wanted)


def _extremes(indexes: Sequence[int], bits: dict[int, int]) -> tuple[dict[int, int], dict[int, int], int]:
    """Which line is the first to show what, and the last; and what few lines show."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    seen, ones, twos, many = 0, 0, 0, 0
    for index in indexes:
        mask = bits[index]
        first[index] = mask & ~seen
        many |= mask & twos
        twos |= mask & ones
        ones |= mask & seen
        seen |= mask
    seen_after = 0
    for index in reversed(indexes):
        last[index] = bits[index] & ~seen_after
        seen_after |= bits[index]
    return first, last, ~many


def _any(bits: dict[int, int], begin: int, end: int) -> int:
    found = 0
    for index in range(begin, end + 1):
        if index in bits:
            found |= bits[index]
    return found


def set_bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
