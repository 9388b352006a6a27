"""Reads the place that stands beside the sign for one: a pin drawn by an icon font, a style sheet or a picture."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from app.coldmail.extraction import places, words
from app.coldmail.extraction.html_text import node_text

_PINS = (
    "[class*=map-marker], [class*=map-pin], [class*=icon-pin], [class*=pin-icon], [class*=bi-geo], [class*=icon-marker], [class*=marker-alt], i[class*=location], svg[class*=location], span[class*=icon][class*=location],"
    " span[class*=-location]:empty, [name=location], [name=map-pin], [data-icon*=location], [data-icon*=map], svg[data-testid=PlaceIcon],"
    " svg[data-testid*=Location], i[class*=material], span[class*=material], mat-icon"
)
_GLYPHS = words.words("place location_on location room pin_drop my_location location_city fmd_good pin")
_FONTS = ("i", "span", "mat-icon")
_CALLED = ("class", "name", "data-icon", "data-testid")
_LABEL = re.compile(
    r"\A(?:job )?(?:locations?|standort|ubicación|lieu|ort|plats|sted)\s*:?\s*(?=\S)", re.IGNORECASE
)
_MORE = re.compile(
    r"(?:,?\s*(?:and|\+)\s*\d+\s*(?:more|others?)?|\s*view map|\s*\(?show map\)?|\s*get directions)\s*\Z",
    re.IGNORECASE,
)
_MOST_PINS, _MOST_CHARS = 40, 100


def pinned(root: LexborNode) -> Iterator[str]:
    """What stands beside each sign for a place under this node, in order."""
    for node in root.css(_PINS)[:_MOST_PINS]:
        if _is_pin(node) and (place := place_line(_beside(node))):
            yield place


def place_line(text: str) -> str | None:
    """A place as it stands, without its label and what a button says of more; None for what is longer than a place."""
    label, colon, rest = text.partition(":")
    bare = rest if colon and words.label(label) in words.LABELS else text
    line = _MORE.sub("", _LABEL.sub("", bare.strip()))
    if not 2 <= len(line) <= _MOST_CHARS or line[-1] in ".!?:" or words.label(line) in words.LABELS:
        return None
    # "Remote" alone is a way of working.
    alone = places.remote_kind(line) is not None and " " not in line
    return None if alone else places.place(line)


def _is_pin(node: LexborNode) -> bool:
    """By the word that its font draws as a pin; without text, by what it is called."""
    text = (node.text() or "").strip()
    if text:
        return node.tag not in _FONTS or text in _GLYPHS
    called = " ".join((node.attributes.get(name) or "")[:200] for name in _CALLED)
    return bool(re.search(r"location|place|map|marker|\bpin\b|geo", called, re.IGNORECASE))


def _beside(node: LexborNode) -> str:
    """The text that follows a sign, else that of the element around it, else what follows that."""
    following = node.next
    while following is not None:
        if text := _text(following):
            return text
        following = following.next
    around = node.parent
    if around is None:
        return ""
    inner = node_text(around).removeprefix((node.text() or "").strip()).strip()
    return inner or (_text(around.next) if around.next is not None else "")


def _text(node: LexborNode) -> str:
    return (node.text_content or "").strip() if node.tag == "-text" else node_text(node)
