"""Rebuilds paragraphs, headings and list items from the lines of a PDF page; knows no PDF library."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from app.kernel.documents import BlockKind

Paragraph = tuple[str, BlockKind, int]

# pdfium marks a hyphen that it takes for a line-end hyphen with one of these.
_SOFT_HYPHENS = ("\ufffe", "\x02", "\xad")
_BULLET = re.compile(r"(?:[•‣◦▪●■–*\uf0b7\uf0a7-]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+\S")
_PAGE_NUMBER = re.compile(r"(?:page\s+)?[-–]?\s?\d{1,4}\s?[-–]?(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
_SENTENCE_ENDS = (".", "!", "?", ":", ";", "。", "”", '"')
_HEADING_SCALE, _HEADING_CHARS = 1.15, 200


class Line(NamedTuple):
    """A line of a page: its text, where its first letter stands (in points, from below) and how large that is."""

    text: str
    left: float | None = None
    bottom: float = 0.0
    size: float = 0.0


def body_size(pages: Sequence[Sequence[Line]]) -> float:
    """The font size of most letters; 0 when nothing was measured."""
    letters: Counter[float] = Counter()
    for line in (line for lines in pages for line in lines):
        letters[round(line.size, 1)] += len(line.text)
    return letters.most_common(1)[0][0] if letters else 0.0


def paragraphs_of(lines: Sequence[Line], *, body_size: float) -> Iterator[Paragraph]:
    """Text, kind and heading level of each paragraph of one page. A line that only numbers the page is left out."""
    if len(lines) > 3:
        lines = [
            line for at, line in enumerate(lines) if at not in (0, len(lines) - 1) or not _numbers_page(line)
        ]
    width = sorted(len(line.text) for line in lines)[len(lines) * 8 // 10] if lines else 0
    pitch = _pitch(lines)
    group: list[Line] = []
    for line in lines:
        if group and _parted(group[-1], line, width=width, pitch=pitch):
            yield _paragraph(group, body_size=body_size)
            group = []
        group.append(line)
    if group:
        yield _paragraph(group, body_size=body_size)


def _numbers_page(line: Line) -> bool:
    return bool(_PAGE_NUMBER.fullmatch(line.text))


def _pitch(lines: Sequence[Line]) -> float:
    gaps = sorted(
        gap
        for above, below in pairwise(lines)
        if above.left is not None
        and below.left is not None
        and 0 < (gap := above.bottom - below.bottom) < 100
    )
    return gaps[len(gaps) // 2] if gaps else 0.0


def _parted(above: Line, below: Line, *, width: int, pitch: float) -> bool:
    if _BULLET.match(below.text):
        return True
    ended = above.text.endswith(_SENTENCE_ENDS)
    if above.left is None or below.left is None:
        return ended and len(above.text) < width * 0.8
    if abs(above.size - below.size) > 0.1 * max(above.size, below.size):
        return True
    gap = above.bottom - below.bottom
    if gap < -pitch:
        return ended
    if pitch and gap > 1.4 * max(pitch, below.size):
        return True
    indented = below.left > above.left + 0.8 * below.size
    return ended and (indented or len(above.text) < width * 0.75)


def _paragraph(lines: Sequence[Line], *, body_size: float) -> Paragraph:
    text = _joined(line.text for line in lines)
    size = lines[0].size
    if (
        body_size
        and size >= body_size * _HEADING_SCALE
        and len(text) <= _HEADING_CHARS
        and any(map(str.isalpha, text))
    ):
        return text, BlockKind.HEADING, _level(size / body_size)
    if _BULLET.match(text):
        return text, BlockKind.LIST_ITEM, 0
    return text, BlockKind.PARAGRAPH, 0


def _level(scale: float) -> int:
    return 1 if scale >= 1.6 else 2 if scale >= 1.3 else 3


def _joined(lines: Iterator[str]) -> str:
    """Lines as one; a word cut by a hyphen at the line's end is whole again."""
    parts: list[str] = []
    for line in lines:
        last = parts[-1] if parts else ""
        if last.endswith(_SOFT_HYPHENS) or (
            len(last) > 1 and last.endswith(("-", "‐")) and last[-2].isalpha() and line[:1].islower()
        ):
            parts[-1] = last[:-1]
        elif parts:
            parts.append(" ")
        parts.append(line)
    text = "".join(parts)
    for mark in _SOFT_HYPHENS:
        text = text.replace(mark, "")
    return text
