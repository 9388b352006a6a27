"""Turns the chunks that were found into the passages a model reads: neighbours added, overlaps merged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.kernel.documents import Chunk, DocumentVersion
from app.kernel.ports.index import Hit, Index


@dataclass(frozen=True, slots=True)
class WidePassage:
    """A contiguous stretch [start, start + len(text)) of one document version around at least one hit.

    `chunk_id`s and pages of its chunks are kept, so that a quote inside it can be placed exactly.
    """

    document: DocumentVersion
    start: int
    text: str
    headings: tuple[str, ...]
    chunks: tuple[Chunk, ...]


async def widen(
    index: Index,
    hits: Sequence[Hit],
    *,
    count_tokens: Callable[[str], int],
    budget_tokens: int,
    radius: int = 1,
) -> list[WidePassage]:
    """Passages in the order of their best hit, at most `budget_tokens` together.

    The hits themselves come first: neighbours are added, best hit first, while the budget lasts.
    """
    chosen: dict[tuple[str, int], dict[int, Chunk]] = {}
    spent = 0
    for hit in hits:
        cost = count_tokens(hit.chunk.text)
        if chosen and spent + cost > budget_tokens:
            break
        chosen.setdefault(_key(hit), {})[hit.chunk.ordinal] = hit.chunk
        spent += cost
    kept = [hit for hit in hits if hit.chunk.ordinal in chosen.get(_key(hit), {})]
    for hit in kept:
        for neighbour in await index.neighbours(hit, radius=radius):
            cost = count_tokens(neighbour.text)
            taken = chosen[_key(hit)]
            if neighbour.ordinal not in taken and spent + cost <= budget_tokens:
                taken[neighbour.ordinal] = neighbour
                spent += cost
    return _in_order(kept, chosen)


def _key(hit: Hit) -> tuple[str, int]:
    return hit.document.document_id, hit.document.version


def _in_order(hits: Sequence[Hit], chosen: dict[tuple[str, int], dict[int, Chunk]]) -> list[WidePassage]:
    passages: list[WidePassage] = []
    used: set[tuple[tuple[str, int], int]] = set()
    for hit in hits:
        if (_key(hit), hit.chunk.ordinal) in used:
            continue
        run = _run_around(hit.chunk.ordinal, chosen[_key(hit)])
        used |= {(_key(hit), chunk.ordinal) for chunk in run}
        passages.append(WidePassage(hit.document, run[0].start, _joined(run), hit.chunk.headings, tuple(run)))
    return passages


def _run_around(ordinal: int, chunks: dict[int, Chunk]) -> list[Chunk]:
    first = last = ordinal
    while first - 1 in chunks:
        first -= 1
    while last + 1 in chunks:
        last += 1
    return [chunks[place] for place in range(first, last + 1)]


def _joined(run: Sequence[Chunk]) -> str:
    """One text whose offsets are the document's: overlaps once, the white space between chunks as line feeds."""
    parts: list[str] = []
    end = run[0].start
    for chunk in run:
        if chunk.start >= end:
            parts.append("\n" * (chunk.start - end) + chunk.text)
        else:
            parts.append(chunk.text[end - chunk.start :])
        end = max(end, chunk.end)
    return "".join(parts)
