"""What is known about each line worth a look: its signs, those of its neighbours, its place, how often its like stands there."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from operator import or_

import ahocorasick_rs

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
_PYTEST_MARK = "e   "
_WORDS = (
    "error", "fail", "fatal", "panic", "exception", "traceback", "denied", "cannot", "could not", "unable", "not found",
    "undefined", "assert", "abort", "killed", "err!", "timed out", "timedout", "timeout", "time out", "refused", "invalid",
    "missing", "exit", "segmentation", "unexpected", "expected", "✗", "✖", "✕", "●", "[-]", "not ok", "no such", "unknown",
    "conflict", "terminated", "cancelled", "canceled", "forbidden", "unauthorized", "mismatch", "must ", "rror",
    _PYTEST_MARK, "warning", "received signal", "please ",
)  # fmt: skip
_PYTEST = _WORDS.index(_PYTEST_MARK)
_FINDER = ahocorasick_rs.AhoCorasick(_WORDS, matchkind=ahocorasick_rs.MatchKind.LeftmostFirst)
_BEFORE, _AFTER, _END = 8, 24, 60
_MOST_LINES = 3_000
_MOST_OF_A_WORD = (300, 100, 40, 15, 5)
_VARYING = dict.fromkeys(map(ord, "0123456789abcdefx"))


@dataclass(frozen=True, slots=True)
class Looked:
    """The lines worth a look, ascending. `areas`: for each area, what each of these lines shows there: the line and its
    neighbours, then where it is the first, the last, or one of few to show it. `places[n]`: features of its place and
    of its likes.
    """

    indexes: list[int]
    areas: list[list[int]]
    places: list[tuple[int, ...]]

    def features(self, number: int) -> Iterator[int]:
        """Numbers below COUNT."""
        for area, masks in enumerate(self.areas):
            yield from (area * BITS + bit for bit in set_bits(masks[number]))
        yield from self.places[number]


def look(lines: Sequence[str]) -> Looked:
    indexes = _worth(lines)
    bits = bits_of([lines[index] for index in indexes])
    kinds = [template(lines[index]) for index in indexes]
    likes = Counter(kinds)
    total = len(lines)
    alone = (_ALONE,) if total <= _SHORT else ()
    places = [
        (
            _PLACE + bisect_left(_TAILS, total - index),
            _SHARE + bisect_left(_SHARES, index / total),
            _TIME + bisect_left(_TIMES, likes[kind]),
            *alone,
        )
        for kind, index in zip(kinds, indexes, strict=True)
    ]
    return Looked(indexes, [*_around(indexes, bits, total), *_extremes(bits)], places)


_SHORT = 200


def is_eventful(line: str) -> bool:
    """Whether the line holds a word of failures."""
    text = line[:300].lower().encode("utf-8", "replace").decode("utf-8")
    return any(word != _PYTEST or start == 0 for word, start, _ in _FINDER.find_matches_as_indexes(text))


def template(line: str) -> str:
    """The line without what differs from run to run: all digits, and the letters that numbers in hexadecimal have."""
    return line[:300].translate(_VARYING).strip()


def _worth(lines: Sequence[str]) -> list[int]:
    """Words that a log has everywhere are followed at its beginning and its end only."""
    tail = range(max(0, len(lines) - _END), len(lines))
    wanted: set[int] = set()
    found = _word_places(lines)
    for most in _MOST_OF_A_WORD:
        wanted = set(tail)
        for indexes in found.values():
            for index in indexes if len(indexes) <= 2 * most else (*indexes[:most], *indexes[-most:]):
                wanted.update(range(max(0, index - _BEFORE), min(len(lines), index + _AFTER)))
        if len(wanted) <= _MOST_LINES:
            break
    return sorted(wanted)


def _word_places(lines: Sequence[str]) -> dict[int, list[int]]:
    """By word: the lines in which it is the first of these words."""
    lowered = [line.lower() for line in lines]
    # Half characters are none that the automaton takes; each counts as one here and there.
    text = "\n".join(lowered).encode("utf-8", "replace").decode("utf-8")
    ends = list(accumulate(len(line) + 1 for line in lowered))
    found: dict[int, list[int]] = {}
    index, done = 0, -1
    for word, start, _ in _FINDER.find_matches_as_indexes(text):
        while start >= ends[index]:
            index += 1
        if index == done or (word == _PYTEST and start and text[start - 1].isalnum()):
            continue
        done = index
        found.setdefault(word, []).append(index)
    return found


def _around(indexes: Sequence[int], bits: Sequence[int], total: int) -> Iterator[list[int]]:
    """For each stretch of NEIGHBOURS what its lines show together: stretches of 2, 4, 8, 16 lines, two of which cover one."""
    first = -min(begin for begin, _ in NEIGHBOURS)
    shown = [0] * (first + total + 1 + max(end for _, end in NEIGHBOURS))
    for index, mask in zip(indexes, bits, strict=True):
        shown[first + index] = mask
    together = {1: shown}
    for size in (2, 4, 8, 16):
        half = together[size // 2]
        together[size] = [*map(or_, half, islice(half, size // 2, None))]
    for begin, end in NEIGHBOURS:
        size = 1 << (end - begin + 1).bit_length() - 1
        row, one, other = together[size], first + begin, first + end - size + 1
        yield [row[index + one] | row[index + other] for index in indexes]


def _extremes(bits: Sequence[int]) -> Iterator[list[int]]:
    """Of what each line shows: what it is the first to show, the last, and what at most three lines show."""
    first = []
    seen, ones, twos, many = 0, 0, 0, 0
    for mask in bits:
        first.append(mask & ~seen)
        many |= mask & twos
        twos |= mask & ones
        ones |= mask & seen
        seen |= mask
    last = []
    seen = 0
    for mask in reversed(bits):
        last.append(mask & ~seen)
        seen |= mask
    yield first
    yield last[::-1]
    yield [mask & ~many for mask in bits]


def set_bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
