"""Finds sentences and smaller natural pieces in a stretch of text, as offsets; knows nothing of tokens."""

import re
from collections.abc import Iterator

Span = tuple[int, int]

# The lookbehind makes a run of a million dots one match attempt instead of a million.
_TERMINATOR = re.compile(
    r"""(?<![.!?…])[.!?…]++["'”’»)\]]*+(?=\s+(\S))|(?<![。！？｡])[。！？｡]++["'”’»」』）)]*+"""
)
_ABBREVIATIONS = frozenset(
    [
        "al",
        "approx",
        "ca",
        "cf",
        "dr",
        "e.g",
        "ed",
        "eds",
        "eq",
        "eqs",
        "etc",
        "fig",
        "figs",
        "i.e",
        "jr",
        "lit",
        "mr",
        "mrs",
        "ms",
        "no",
        "nos",
        "op",
        "p",
        "pp",
        "prof",
        "ref",
        "refs",
        "resp",
        "sec",
        "sr",
        "st",
        "tab",
        "viz",
        "vol",
        "vs",
    ]
)
_SEAMS = ("\n", ". ", "; ", ": ", ", ", "；", "，", "、")
_LINE_END = re.compile(r"\n\s*")
_LIST_MARK = re.compile(r"(?:[-*+•▪◦–]|\(?\d{1,3}[.)]|\(?[a-z][.)]|#{1,6}|\|)\s")
# A line that stops this early did so on purpose: running text fills its lines.
_SHORT_LINE = 60
_LAST_SPACE = re.compile(r"\s(?=\S*\Z)")


def sentences(text: str, start: int, end: int) -> Iterator[Span]:
    """The sentences of text[start:end], in order, without the white space around them.

    A lower-case letter after a full stop goes on with the sentence, unless the full stop stands alone as in
    tokenised corpora ("this problem . the result").
    """
    since = start
    for match in _TERMINATOR.finditer(text, start, end):
        if _ends_sentence(text, match, since):
            yield from trimmed(text, since, match.end())
            since = match.end()
    yield from trimmed(text, since, end)


def statements(text: str) -> Iterator[Span]:
    """The sentences of a text whose blocks are not known: headings, list items and rows stand alone.

    A line feed inside running text, as PDF pages have it at each line's end, does not end a statement.
    """
    since = 0
    for match in _LINE_END.finditer(text):
        if _ends_block(text, match, since):
            yield from sentences(text, since, match.start())
            since = match.end()
    yield from sentences(text, since, len(text))


def pieces(text: str, start: int, end: int, *, max_chars: int) -> Iterator[Span]:
    """Cut text[start:end] into spans of at most max_chars: at a line end, else a clause, else a space, else hard."""
    while end - start > max_chars:
        cut = start + _best_cut(text[start : start + max_chars])
        yield from trimmed(text, start, cut)
        start = cut
    yield from trimmed(text, start, end)


def trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    """The span without white space at its ends; nothing when it is all white space."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def _best_cut(window: str) -> int:
    half = len(window) // 2
    for seam in _SEAMS:
        place = window.rfind(seam, half)
        if place >= 0:
            return place + len(seam)
    space = _LAST_SPACE.search(window)
    return space.end() if space and space.end() > 1 else len(window)


def _ends_sentence(text: str, match: re.Match[str], since: int) -> bool:
    after = match.group(1)
    if after is None:
        return True
    at = match.start()
    if at > since and text[at - 1].isspace():
        return True
    if after.islower():
        return False
    if match.group() != ".":
        return True
    before = text[max(since, at - 12) : at]
    word = before[max(before.rfind(" "), before.rfind("\n"), before.rfind("(")) + 1 :]
    return not (word.lower() in _ABBREVIATIONS or (len(word) == 1 and word.isupper()))


def _ends_block(text: str, line_end: re.Match[str], since: int) -> bool:
    if line_end.group().count("\n") > 1 or _LIST_MARK.match(text, line_end.end()):
        return True
    after = text[line_end.end() : line_end.end() + 1]
    line_start = max(since, text.rfind("\n", 0, line_end.start()) + 1)
    if "|" in text[line_start : line_end.start()] or "\t" in text[line_start : line_end.start()]:
        return True
    return line_end.start() - line_start < _SHORT_LINE and not after.islower()
