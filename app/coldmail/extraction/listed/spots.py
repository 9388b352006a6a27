"""Finds where the work of a row is: by a label, a class, a pin, a column's head; else by what the rows of the list have in common."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from selectolax.lexbor import LexborNode

from app.coldmail.extraction import countries, places, words
from app.coldmail.extraction.document import Document
from app.coldmail.extraction.facts import facts
from app.coldmail.extraction.html_text import Block, blocks, node_text, one_line
from app.coldmail.extraction.listed import marks
from app.coldmail.extraction.listed.columns import cell_below
from app.coldmail.extraction.listed.rows import HEADINGS, Row
from app.coldmail.extraction.pins import pinned

_PLACE_NODES = "[class*=location i], [class*=ubic i], [class*=city i], [class*=standort i], [class*=place i]:not([class*=workplace i]), [class~=ort], [class*=arbeitsort i], [class*=einsatzort i], [class*=lieu i], [class*=luogo i], [class*=localid i], [class*=lugar i], [data-qa*=address], [data-automation-id=locations] dd, [data-th=Location]"
_DOTS = re.compile(r"\s*[·•|]\s*")
_FILTERS = ", ".join(
    f"select[{name}*={word} i]"
    for name in ("name", "id", "class", "aria-label")
    for word in words.words("locat local lokal city office standort ubicaci lieu sede ciudad plaats")
)
_PLACE_LINKS = "a[href*='/locations/'], a[href*='/location/'], a[href*='location='], a[href*='/standorte/'], a[href*='/offices/']"
_COUNT = re.compile(r"\s*\(?\d+\)?\Z")
_EDGES = " –-—,;:|·/\t"
# Capitalised but for the small words of names: "Frankfurt am Main", "Val d'Oise"; scripts without case as they are.
_NAME = re.compile(
    r"(?:[^\W\d_a-zà-öø-ÿ][\w'’.-]*|d['’][A-Z]\w+|am|an|der|im|in|ob|bei|de|del|la|las|los|el|du|des|le|les|lès|sur|sous|en|di|da|do|dos|das|upon|on|and|&|of|the|nad|aan|den|och|i|y|e|et)"
    r"(?:[ ,/()]+|\Z)"
)
_MOST_WORDS, _MOST_KNOWN, _LINE_CHARS, _PART_CHARS = 5, 2_000, 60, 160
_MOST, _ENOUGH = 0.8, 0.6


def place_rows(rows: Sequence[Row], document: Document) -> None:
    """Gives each row its place and way of working."""
    for row in rows:
        if row.box is not None:
            row.place = _box_place(row.box, row.title)
            if row.place is None:
                row.place, row.remote = _told_place(row.box, row.lines, row.title)
    bare = [row for row in rows if row.place is None]
    if not bare:
        return
    known = _known(document)
    for row in bare:
        if _names(row.heading, known):
            row.place = row.heading
    bare = [row for row in bare if row.place is None]
    left = [_left(row) for row in bare]
    for row, place in zip(bare, _common(left, known, alone=_one_line(bare)), strict=True):
        row.place = place
        row.remote = row.remote or _way(row)


def _way(row: Row) -> str | None:
    """The way of working, where a row says it without a label."""
    said = (piece for block in row.lines for piece in block.pieces if len(piece) <= _LINE_CHARS)
    return next((kind for piece in said if piece != row.title and (kind := places.remote_kind(piece))), None)


def _names(line: str, known: frozenset[str]) -> bool:
    return bool(line) and (line.lower() in known or countries.names_place(line))


def _known(document: Document) -> frozenset[str]:
    """The places that the page itself names: what its filter offers, where its links for places lead, what stands below "Locations"."""
    found = [
        node_text(option)
        for select in document.tree.css(_FILTERS)[:5]
        for option in select.css("option")[:500]
    ]
    found += [node_text(link) for link in document.tree.css(_PLACE_LINKS)[:500]]
    level = ""
    for block in document.blocks:
        if block.tag in HEADINGS and (not level or block.tag <= level):
            level = block.tag if words.label(block.text) in words.LOCATION else ""
        elif level:
            found.append(block.text)
    lines = (_COUNT.sub("", line).lower() for line in found[:_MOST_KNOWN] if len(line) <= _LINE_CHARS)
    return frozenset(line for line in lines if line and not words.NO_TITLE.fullmatch(line))


def _one_line(rows: Sequence[Row]) -> bool:
    """Whether each row is a line: what stands behind a title in it speaks of the same."""
    return all(len(row.lines) == 1 for row in rows)


def _common(left: Sequence[Sequence[str]], known: frozenset[str], *, alone: bool) -> list[str | None]:
    """What rows say without a label: the column in which some row names a known place, else the one thing that nearly all have."""
    widths = [len(one) for one in left]
    width = Counter(widths).most_common(1)[0][0] if widths else 0
    alike = [one for one in left if len(one) == width]
    named = {at for one in alike for at, line in enumerate(one) if _names(line, known)}
    column = min(
        named,
        default=0 if width == 1 and (len(left) > 1 or alone) and len(alike) >= _ENOUGH * len(left) else -1,
    )
    even = len(alike) >= _MOST * len(left) or width == 1
    return [
        next(
            (line for line in one if _names(line, known)),
            one[column] if even and column >= 0 and len(one) == width else None,
        )
        for one in left
    ]


def _left(row: Row) -> list[str]:
    """What a row says beside its title that may be a name of a place."""
    found: dict[str, None] = {}
    for block in row.lines:
        for piece in block.pieces if len(block.pieces) > 1 else (block.text,):
            rest = piece.replace(row.title, "", 1) if row.title in piece else piece
            for part in _DOTS.split(rest):
                if line := _bare(part):
                    found.setdefault(line)
    return list(found)


def _bare(part: str) -> str:
    """A part of a line without terms of work; empty where it is no name."""
    if len(part) > _PART_CHARS:
        return ""
    parts = (one.strip(_EDGES) for one in one_line(part).strip(_EDGES).split(","))
    line = ", ".join(one for one in parts if one and not marks.TERMS.search(one))
    line = line[1:-1] if line.startswith("(") and line.endswith(")") else line
    low = line.lower()
    if not 2 <= len(line) <= _LINE_CHARS or len(line.split()) > _MOST_WORDS or line[-1] in ".!?:":
        return ""
    if low in marks.DEPARTMENTS or low in words.BADGES or words.label(line) in words.LABELS:
        return ""
    if words.NO_TITLE.fullmatch(low) or words.APPLY.match(low) or words.ROLE.search(line):
        return ""
    return line if re.fullmatch(f"(?:{_NAME.pattern})+", line) else ""


def _box_place(box: LexborNode, title: str) -> str | None:
    for inner in box.css(_PLACE_NODES)[:4]:
        text = node_text(inner)
        text = re.sub(r"\A(?:locations?|standort|ubicación|lieu)\s*:?\s*", "", text, flags=re.I)
        if 1 < len(text) <= 120 and title.lower() not in text.lower():
            return text
    return None


def _told_place(box: LexborNode, lines: Sequence[Block], title: str) -> tuple[str | None, str | None]:
    """Place and way of working from a label ("Arbeitsort: Faro"), or from a card's line "Galley · Faro · Hybrid"."""
    found = list(lines)
    if spot := next(pinned(box), None):
        return spot, None
    if box.tag == "dt":
        found += [block for node in _defined(box) for block in blocks(node)]
    if stated := facts(found).first("location"):
        return _DOTS.split(stated)[0] or None, None
    if place := cell_below(box, words.LOCATION):
        return place, None
    if place := _by_part(found):
        return place, None
    for block in found:
        parts = [part for part in _DOTS.split(block.text) if part and part != title]
        if not 2 <= len(parts) <= 4 or len(block.text) > 160 or title in parts[0]:
            continue
        remote = parts.pop() if places.remote_kind(parts[-1]) else None
        parts = [part for part in parts if not marks.TERMS.search(part)]
        if len(parts) < 2 and remote is None:
            continue
        place = (
            parts[-1]
            if len(parts) > 1 and not words.ROLE.search(parts[-1]) and not parts[-1].isdigit()
            else None
        )
        return (places.place(place) if place else None), remote
    shown = (piece for block in found for piece in (*block.pieces, block.text) if title not in piece)
    return next((line for line in shown if countries.names_place(line)), None), None


def _by_part(found: Sequence[Block]) -> str | None:
    """The value behind a label that says a part of a place: "Site"."""
    for block, after in pairwise(found):
        alone = block.tag in ("dt", "th") and after.tag in ("dd", "td")
        if alone and words.label(block.text) in words.PLACE_PARTS and len(after.text) <= _LINE_CHARS:
            return after.text
    return None


def _defined(term: LexborNode) -> Iterator[LexborNode]:
    """What a list defines its term by."""
    node = term.next
    while node is not None and node.tag != "dt":
        if node.tag == "dd":
            yield node
        node = node.next
