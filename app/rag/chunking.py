"""Cuts an extracted document into passages for the index: whole sentences, rows and sections, exact offsets."""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence

from app.kernel.documents import Chunk, ExtractedText
from app.kernel.sentences import pieces
from app.rag.atoms import BEFORE_SECTION, NEVER, Atom, atoms, flat


def chunk(
    extracted: ExtractedText,
    *,
    count_tokens: Callable[[str], int],
    chunk_tokens: int = 256,
    overlap_tokens: int = 32,
    limit_tokens: int = 254,
    title: str | None = None,
) -> list[Chunk]:
    """Passages of at most chunk_tokens, and of at most limit_tokens together with their heading path.

    Every character of the text that is not white space is in some chunk. A document or section that fits is one
    chunk; a longer one is cut evenly, so that no tiny tail is left, with whole sentences of about overlap_tokens
    repeated. A heading opens a chunk and never stands alone in one, unless the document is nothing but headings.
    `count_tokens` is called once for each sentence, row or heading.
    """
    return _Chunking(
        extracted,
        count_tokens=count_tokens,
        chunk_tokens=chunk_tokens,
        overlap_tokens=overlap_tokens,
        limit_tokens=limit_tokens,
        title=flat(title or extracted.title or ""),
    ).chunks()


class _Chunking:
    """One document being cut."""

    def __init__(
        self,
        extracted: ExtractedText,
        *,
        count_tokens: Callable[[str], int],
        chunk_tokens: int,
        overlap_tokens: int,
        limit_tokens: int,
        title: str,
    ) -> None:
        self._extracted = extracted
        self._text = extracted.text
        self._count = count_tokens
        self._chunk_tokens = chunk_tokens
        self._overlap_tokens = overlap_tokens
        self._limit_tokens = limit_tokens
        self._path_tokens = limit_tokens // 4
        self._title = title
        self._paths: dict[tuple[str, ...], tuple[tuple[str, ...], int]] = {}

    def chunks(self) -> list[Chunk]:
        most = min(self._chunk_tokens, self._limit_tokens - self._path_tokens)
        made: list[Chunk] = []
        for group in self._groups(list(atoms(self._extracted, count_tokens=self._count, most=most))):
            for first, end in self._cuts(group):
                made.append(self._chunk(group[first:end], ordinal=len(made)))
        return made

    def _chunk(self, held: Sequence[Atom], *, ordinal: int) -> Chunk:
        start, end = held[0].start, held[-1].end
        headings, _ = self._path(held[0])
        pages = [(atom.start, atom.page) for atom in held if atom.page is not None]
        starts = tuple(here for before, here in itertools.pairwise(pages) if here[1] != before[1])
        return Chunk(ordinal, start, end, self._text[start:end], headings, held[0].page, starts)

    # Sections

    def _groups(self, whole: list[Atom]) -> list[list[Atom]]:
        """Sections, with tiny ones joined to a neighbour; each group is then cut on its own."""
        if not whole:
            return []
        if sum(atom.tokens for atom in whole) <= self._room(whole[0]):
            return [whole]
        groups: list[list[Atom]] = []
        for section in _sections(whole):
            if groups and self._belong_together(groups[-1], section):
                groups[-1].extend(section)
            else:
                groups.append(section)
        if len(groups) > 1 and _only_headings(groups[-1]):
            groups[-2].extend(groups.pop())
        return groups

    def _belong_together(self, before: list[Atom], section: list[Atom]) -> bool:
        if _only_headings(before):
            return True
        tokens, more = (sum(atom.tokens for atom in part) for part in (before, section))
        tiny = self._chunk_tokens // 4
        below = section[0].level >= before[0].level
        return ((tokens < tiny and below) or more < tiny // 2) and tokens + more <= self._room(before[0])

    # Cuts

    def _cuts(self, group: list[Atom]) -> Iterator[tuple[int, int]]:
        """(first, end) of each chunk of a group: even sizes, cheap places, whole sentences repeated."""
        rest = sum(atom.tokens for atom in group)
        first = done = 0
        while done < len(group):
            room = self._room(group[first])
            lead = sum(atom.tokens for atom in group[first:done])
            while lead + group[done].tokens > room and first < done:
                lead -= group[first].tokens
                first += 1
                room = self._room(group[first])
            end = (
                len(group)
                if lead + rest <= room
                else self._best_end(group, done, rest=rest, lead=lead, room=room)
            )
            yield first, end
            rest -= sum(atom.tokens for atom in group[done:end])
            first, done = self._overlap_start(group, begun=done, end=end), end

    def _best_end(self, group: list[Atom], done: int, *, rest: int, lead: int, room: int) -> int:
        count = max(2, math.ceil(rest / max(1, room - self._overlap_tokens)))
        target = rest / count
        best, best_cost = done + 1, math.inf
        tokens = lead
        for at in range(done + 1, len(group)):
            tokens += group[at - 1].tokens
            if tokens > room:
                break
            cost = abs(tokens - lead - target) / target + group[at].cost
            if group[at - 1].level or (group[at].level and at == len(group) - 1):
                cost += NEVER
            if cost < best_cost:
                best, best_cost = at, cost
        return best

    def _overlap_start(self, group: list[Atom], *, begun: int, end: int) -> int:
        """First atom to repeat in front of `end`. A section heading is never repeated."""
        first, tokens = end, 0
        if end < len(group) and group[end].level:
            return end
        while first - 1 > begun and not group[first - 1].level:
            tokens += group[first - 1].tokens
            if tokens > self._overlap_tokens * 1.5:
                break
            first -= 1
        return first

    # Heading paths

    def _room(self, atom: Atom) -> int:
        """Tokens of text that a chunk starting at this atom may have."""
        return min(self._chunk_tokens, self._limit_tokens - self._path(atom)[1])

    def _path(self, atom: Atom) -> tuple[tuple[str, ...], int]:
        """Headings above the atom, the document title first, and their tokens."""
        trail = atom.trail
        opening = self._text[atom.start : atom.end]
        if self._title and self._title not in trail and not flat(opening).startswith(self._title):
            trail = (self._title, *trail)
        if trail not in self._paths:
            self._paths[trail] = self._fitted(trail)
        return self._paths[trail]

    def _fitted(self, trail: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
        """The trail cut to a quarter of a chunk: middle levels go first, then words of the outer heading."""
        trail = tuple(next(iter(_short(name))) for name in trail)
        while (tokens := self._path_size(trail)) > self._path_tokens:
            if len(trail) > 2:
                trail = (trail[0], *trail[2:])
            elif len(trail) == 2 and len(trail[0]) <= len(trail[1]):
                trail = trail[1:]
            else:
                name = trail[0]
                half = next(iter(pieces(name, 0, len(name), max_chars=max(1, len(name) // 2))), (0, 0))
                trail = (name[slice(*half)], *trail[1:]) if len(name) > 1 else trail[1:]
        return trail, tokens

    def _path_size(self, trail: tuple[str, ...]) -> int:
        return self._count(" > ".join(trail)) if trail else 0


def _sections(whole: list[Atom]) -> Iterator[list[Atom]]:
    section: list[Atom] = []
    for atom in whole:
        if atom.level and section and atom.cost == BEFORE_SECTION:
            yield section
            section = []
        section.append(atom)
    yield section


def _only_headings(some: Iterable[Atom]) -> bool:
    return all(atom.level for atom in some)


def _short(name: str, *, max_chars: int = 300) -> Iterator[str]:
    yield from (name[start:end] for start, end in pieces(name, 0, len(name), max_chars=max_chars))
    yield ""
