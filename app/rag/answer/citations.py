"""Turns the [n] that a model writes into proven citations while the answer streams."""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from app.kernel.documents import Chunk, chunk_id
from app.kernel.ports.chat import Delta, Usage
from app.kernel.sentences import statements
from app.kernel.wording import stems
from app.rag.answer.support import Support, verify

# [1]  [1, 2]  [1; 2]  [1-3]  [^1]  [Passage 1]  【1】  【1†source】
_MARKER = re.compile(
    r"(?P<space>[ \t]*)[\[【]\s*\^?(?:(?:passages?|sources?|documents?|refs?\.?|no\.?)\s*)?#?"
    r"(?P<numbers>\d{1,4}(?:\s*(?:[,;&–-]|and)\s*#?\d{1,4})*)\s*(?:†[^\]】\n]{0,40})?[\]】]",
    re.IGNORECASE,
)
# What may still grow into a marker with the next delta: white space, then an open bracket not yet closed.
_UNDECIDED = re.compile(r"[ \t]*(?:[\[【][^\[\]【】\n]{0,60})?\Z")
# Markdown's pictures and the tags that make a page fetch something, and what may still become one of them.
_FETCHES = re.compile(
    r"(?<=!)(?=\[)|(?<=<)(?=(?:img|image|picture|source|svg|video|audio|track|i?frame|object|embed|link|style|script|input"
    r"|meta|base|body)\b)",
    re.IGNORECASE,
)
_TAG_BEGUN = re.compile(r"<[a-z]{0,7}\Z", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)\s*[–-]\s*(\d+)|(\d+)")
_WIDEST_RANGE = 20
_MEMORY_CHARS = 4_000
_CLAIM_WORDS = 2


@dataclass(frozen=True, slots=True)
class SourcePassage:
    """What stood behind [number]: text == the document's text[start : start + len(text)], cut into `chunks`."""

    number: int
    document_id: str
    filename: str
    version: int
    start: int
    text: str
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer as people see it: only markers of given passages are left in it."""

    text: str


@dataclass(frozen=True, slots=True)
class FoundCitation:
    """A place that bears what the answer says before [number]; offsets into the document's extracted text."""

    number: int
    document_id: str
    filename: str
    version: int
    page: int | None
    start: int
    end: int
    quote: str
    chunk_id: str
    verified: bool


class CitationChecker:
    """Feed it deltas, then finish; it gives the cleaned text and each citation behind its first marker."""

    def __init__(self, passages: Sequence[SourcePassage]) -> None:
        self._passages = {passage.number: passage for passage in passages}
        self._held = ""
        self._since_marker = ""
        self._said = ""
        self._shown = ""
        self._seen: set[FoundCitation] = set()

    def feed(self, text: str) -> Iterator[TextDelta | FoundCitation]:
        """What can be shown by now; the tail that may become a marker waits for the next piece."""
        self._held += text
        yield from self._markers()
        undecided = _UNDECIDED.search(self._held)
        keep = undecided.start() if undecided else len(self._held)
        if tag := _TAG_BEGUN.search(self._held, 0, keep):
            keep = tag.start()
        ready, self._held = self._held[:keep], self._held[keep:]
        yield from self._say(ready)

    def finish(self) -> Iterator[TextDelta | FoundCitation]:
        """What was held back. White space at the very end goes."""
        rest, self._held = self._held.rstrip(), ""
        yield from self._say(rest)

    def _markers(self) -> Iterator[TextDelta | FoundCitation]:
        while match := _MARKER.search(self._held):
            before, self._held = self._held[: match.start()], self._held[match.end() :]
            yield from self._say(before)
            known = [number for number in _numbers(match["numbers"]) if number in self._passages]
            if known:
                yield self._show(match["space"] + "".join(f"[{number}]" for number in known))
                yield from self._cite(known)

    def _say(self, text: str) -> Iterator[TextDelta]:
        if text:
            self._said = (self._said + text)[-_MEMORY_CHARS:]
            self._since_marker += text
            yield self._show(text)

    def _show(self, text: str) -> TextDelta:
        """Without pictures: whoever shows an answer as Markdown would fetch them, and tell their address what was asked.

        A document or a model can write `![](https://elsewhere/?said=...)`; with a space in it, it is a link to look at.
        """
        shown = _FETCHES.sub(" ", self._shown + text)[len(self._shown) :]
        self._shown = text[-1:]
        return TextDelta(shown)

    def _cite(self, known: Sequence[int]) -> Iterator[FoundCitation]:
        claim = self._claim()
        self._since_marker = "" if stems(self._since_marker) else self._since_marker
        for number in known:
            citation = _place(claim, self._passages[number])
            if citation not in self._seen:
                self._seen.add(citation)
                yield citation

    def _claim(self) -> str:
        """The sentence that ends here, or its part since the marker before when that says something of its own."""
        spans = list(statements(self._said))
        sentence = self._said[slice(*spans[-1])] if spans else ""
        part = self._since_marker.strip().lstrip(",;:.-–—* ")
        return part if len(stems(part)) > _CLAIM_WORDS and len(part) < len(sentence) else sentence


async def cited_stream(
    deltas: AsyncIterator[Delta | Usage], passages: Sequence[SourcePassage]
) -> AsyncIterator[TextDelta | FoundCitation | Usage]:
    """The model's stream with its citations proven; the Usage stays last."""
    checker, usage = CitationChecker(passages), None
    async for item in deltas:
        if isinstance(item, Usage):
            usage = item
            continue
        for event in checker.feed(item.text):
            yield event
    for event in checker.finish():
        yield event
    if usage is not None:
        yield usage


def _numbers(raw: str) -> list[int]:
    """The numbers of one marker, in order, once each; a range counts in full unless it is absurd."""
    found: list[int] = []
    for first, last, single in _RANGE.findall(raw):
        low, high = (int(single), int(single)) if single else (int(first), int(last))
        found += range(low, high + 1) if high - low <= _WIDEST_RANGE else [low, high]
    return list(dict.fromkeys(found))


def _place(claim: str, passage: SourcePassage) -> FoundCitation:
    """The best proof in any one chunk, so that it can be opened there."""
    best_chunk, best = passage.chunks[0], verify(claim, passage.chunks[0].text)
    for chunk in passage.chunks[1:]:
        support = verify(claim, chunk.text)
        if (support.verified, support.score) > (best.verified, best.score):
            best_chunk, best = chunk, support
    return _citation(passage, best_chunk, best)


def _citation(passage: SourcePassage, chunk: Chunk, support: Support) -> FoundCitation:
    return FoundCitation(
        number=passage.number,
        document_id=passage.document_id,
        filename=passage.filename,
        version=passage.version,
        page=chunk.page_at(chunk.start + support.start),
        start=chunk.start + support.start,
        end=chunk.start + support.end,
        quote=support.quote,
        chunk_id=chunk_id(passage.document_id, passage.version, chunk.ordinal),
        verified=support.verified,
    )
