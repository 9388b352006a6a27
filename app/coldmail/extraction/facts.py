"""Reads what a page states with a label: "Location: Porto", a row of a table, a pair of a list."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, takewhile

from app.coldmail.extraction import words
from app.coldmail.extraction.html_text import Block

_LABELS: tuple[tuple[str, frozenset[str]], ...] = (
    ("location", words.LOCATION),
    ("company", words.COMPANY),
    ("salary", words.SALARY),
    ("experience", words.EXPERIENCE),
    ("posted", words.POSTED),
    ("remote", words.REMOTE),
    ("title", words.TITLE),
    ("other", words.OTHER_FACTS),
)
_COLON = re.compile(r"\s*[:：]\s*")
_LABEL_CHARS, _VALUE_CHARS = 40, 160
_LABEL_TAGS = ("h2", "h3", "h4", "h5", "h6", "p", "li")


@dataclass(slots=True)
class Facts:
    """Values by what they are about, each in the order of the page; `count` is how many different labels there were."""

    values: dict[str, list[str]] = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)

    @property
    def count(self) -> int:
        return len(self.labels)

    def all(self, name: str) -> list[str]:
        return list(dict.fromkeys(self.values.get(name, [])))

    def first(self, name: str) -> str | None:
        return next(iter(self.values.get(name, [])), None)


def facts(blocks: Sequence[Block]) -> Facts:
    found = Facts()
    blocks = [part for block in blocks for part in _parts(block)]
    for at, block in enumerate(blocks):
        label, value, sure = _split(block)
        name = _about(label) if label else None
        if not name or not label:
            continue
        if value is None and at + 1 < len(blocks):
            after = blocks[at + 1]
            # A label alone speaks of what follows, where that is short and no label itself.
            if _speaks_of_next(block, after, sure=sure) and not (_labels(after) & words.LABELS):
                value = (
                    after.text
                    if len(after.text) <= _VALUE_CHARS and after.tag not in ("h1", "h2", "h3")
                    else None
                )
        if value and len(value) <= _VALUE_CHARS and value.lower() != label:
            found.labels.add(label)
            found.values.setdefault(name, []).append(
                value.strip(" ,;|").removeprefix("(").removesuffix(")")
                if value.startswith("(")
                else value.strip(" ,;|")
            )
            if block.tag == "dt":
                found.values.setdefault(name, []).extend(_further(blocks, at + 2))
    return found


def _further(blocks: Sequence[Block], start: int) -> list[str]:
    """The values behind the first of a label that a list defines by several."""
    rest = (blocks[at] for at in range(start, len(blocks)))
    more = takewhile(lambda block: block.tag == "dd", rest)
    return [block.text for block in more if len(block.text) <= _VALUE_CHARS]


def _speaks_of_next(block: Block, after: Block, *, sure: bool) -> bool:
    if block.tag in ("dt", "th", "td", "div") or sure or block.bold:
        return True
    # "Company" heads the links of a menu as well.
    return block.tag in _LABEL_TAGS and not after.linked and len(after.text) <= _LABEL_CHARS * 2


def _parts(block: Block) -> list[Block]:
    """The line cut before each label, where a style sheet alone parts several of them: "Location Leeds Category Retail"."""
    starts = [at for at, piece in enumerate(block.pieces) if _begins_a_fact(piece)]
    if len(starts) < 2:
        return [block]
    cuts = [*starts, len(block.pieces)]
    runs = [block.pieces[start:end] for start, end in pairwise(cuts)]
    before = [block.pieces[: starts[0]]] if starts[0] else []
    return [replace(block, text=" ".join(run), pieces=run) for run in (*before, *runs)]


def _begins_a_fact(piece: str) -> bool:
    """A label alone, or one with its value behind a colon."""
    return words.label(_COLON.split(piece, maxsplit=1)[0]) in words.LABELS


def _split(block: Block) -> tuple[str | None, str | None, bool]:
    """Label, value where it stands in the same block, and whether a colon says that it is a label."""
    text = block.text
    if len(text) > _LABEL_CHARS + _VALUE_CHARS:
        return None, None, False
    parts = _COLON.split(text, maxsplit=1)
    if len(parts) == 2 and len(parts[0]) <= _LABEL_CHARS:
        return words.label(parts[0]), parts[1] or None, True
    if len(block.pieces) > 1 and len(block.pieces[0]) <= _LABEL_CHARS:
        return words.label(block.pieces[0]), " ".join(block.pieces[1:]), False
    return (words.label(text), None, False) if len(text) <= _LABEL_CHARS else (None, None, False)


def _labels(block: Block) -> set[str]:
    """What of a block may be a label: all of it, or its first part."""
    return {words.label(block.text), words.label(block.pieces[0] if block.pieces else "")}


def _about(label: str) -> str | None:
    return next((name for name, labels in _LABELS if label in labels), None)
