"""Cuts a document into atoms: sentences, rows and headings that a chunk keeps whole, each with what a cut before it costs."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from app.kernel.documents import Block, BlockKind, ExtractedText
from app.kernel.sentences import Span, pieces, sentences, trimmed

# A longer stretch without a sentence end is cut at a clause. Keeps chunks even, and the work linear in the text.
_SENTENCE_CHARS = 600
# No script has more characters to a word piece than this, except one endless word, which a tokenizer counts as one.
_CHARS_PER_TOKEN = 24
# What cutting in front of an atom costs, in shares of a chunk's size: sections and paragraphs like to stay whole.
BEFORE_SECTION, _BEFORE_BLOCK, _BEFORE_SENTENCE, _BEFORE_ROW, _BEFORE_PIECE = -0.1, 0.0, 0.1, 0.12, 0.3
NEVER = 2.0
_GATHERED_CHARS = 24


class Atom(NamedTuple):
    """The smallest stretch that is kept whole, and what it costs to start a chunk at it.

    level: of a heading, 0 for anything else. trail: the headings above it, outermost first.
    """

    start: int
    end: int
    tokens: int
    cost: float
    level: int
    trail: tuple[str, ...]
    page: int | None


def atoms(extracted: ExtractedText, *, count_tokens: Callable[[str], int], most: int) -> Iterator[Atom]:
    """In order, all of the text that is not white space; an atom has at most `most` tokens unless it is one character."""
    text = extracted.text
    stack: list[tuple[int, str]] = []
    for block in _gapless(text, extracted.blocks):
        if block.kind is BlockKind.HEADING:
            stack = [heading for heading in stack if heading[0] < block.level]
        trail = tuple(name for _, name in stack)
        for (start, end), cost in _split(text, block):
            whole = Atom(start, end, 0, cost, block.level, trail, block.page)
            yield from _sized(text, whole, count_tokens=count_tokens, most=most)
        if block.kind is BlockKind.HEADING:
            stack.append((block.level, flat(text[block.start : block.end])))


def flat(text: str) -> str:
    """On one line, with single blanks."""
    return " ".join(text.split())


def _split(text: str, block: Block) -> Iterator[tuple[Span, float]]:
    if block.kind is BlockKind.HEADING:
        parts: Iterable[Span] = trimmed(text, block.start, block.end)
        inside = NEVER
    elif block.kind in (BlockKind.TABLE, BlockKind.CODE):
        parts = _lines(text, block.start, block.end)
        inside = _BEFORE_ROW
    else:
        parts = sentences(text, block.start, block.end)
        inside = _BEFORE_SENTENCE
    cost = BEFORE_SECTION if block.kind is BlockKind.HEADING else _BEFORE_BLOCK
    for start, end in _gathered(parts):
        for piece in pieces(text, start, end, max_chars=_SENTENCE_CHARS):
            yield piece, cost
            cost = _BEFORE_PIECE
        cost = inside


def _sized(text: str, atom: Atom, *, count_tokens: Callable[[str], int], most: int) -> Iterator[Atom]:
    """The atom with its tokens counted, in halves of halves where it has too many."""
    start, end = atom.start, atom.end
    tokens = max(count_tokens(text[start:end]), (end - start) // _CHARS_PER_TOKEN)
    if tokens <= most or end - start < 2:
        yield atom._replace(tokens=tokens)
        return
    cost = atom.cost
    for first, last in pieces(text, start, end, max_chars=max(1, (end - start) // 2)):
        part = atom._replace(start=first, end=last, cost=cost)
        yield from _sized(text, part, count_tokens=count_tokens, most=most)
        cost = _BEFORE_PIECE


def _gapless(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, with a paragraph for any text that none of them holds."""
    at, page = 0, None
    for block in blocks:
        for start, end in trimmed(text, at, block.start):
            yield Block(start, end, BlockKind.PARAGRAPH, page=page)
        yield block
        at, page = block.end, block.page
    for start, end in trimmed(text, at, len(text)):
        yield Block(start, end, BlockKind.PARAGRAPH, page=page)


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        yield from trimmed(text, start, stop)
        start = stop + 1


def _gathered(parts: Iterable[Span]) -> Iterator[Span]:
    """Neighbours joined until they have some length: a megabyte of full stops is not a million sentences."""
    start = end = -1
    for part in parts:
        if end - start >= _GATHERED_CHARS:
            yield start, end
            start = -1
        start, end = (part[0] if start < 0 else start), part[1]
    if start >= 0:
        yield start, end
