"""Reads what a page states with a label: "Location: Porto", a row of a table, a pair of a list."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

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
    for at, block in enumerate(blocks):
        label, value, sure = _split(block)
        name = _about(label) if label else None
        if not name or not label:
            continue
        if value is None and at + 1 < len(blocks):
            after = blocks[at + 1]
            # A label alone speaks of what follows, where that is short and no label itself.
            if (block.tag in ("dt", "th", "td") or sure or block.bold or block.tag == "div") and not (
                _labels(after) & words.LABELS
            ):
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
    return found


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
