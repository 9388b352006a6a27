"""Turns markup into the lines a reader sees; used for whole pages and for descriptions that arrive as HTML."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from app.coldmail.extraction.words import LABELS, label, words
from app.kernel.markup import overloaded

_DROPPED = words(
    "script style noscript template iframe object embed svg math canvas audio video select textarea",
    "datalist head title input img -comment",
)
_BLOCKS = words(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form",
    "header hgroup hr html legend main menu ol p pre section summary table tbody td tfoot th thead tr ul nav li",
    "h1 h2 h3 h4 h5 h6 button",
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_MARKUP = re.compile(r"<[a-zA-Z/!]|&[a-zA-Z#]")
_ESCAPED_MARKUP = re.compile(r"&(?:amp;)?lt;/?[a-z]")
# A line feed escaped twice on its way; not the start of a word as in a Windows path.
_ESCAPED_BREAK = re.compile(r"\\r\\n|\\[nrt](?![a-z]{2})")
_ESCAPED_CHAR = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{2,5}|#x[0-9a-fA-F]{2,4});")
_UNFILLED = re.compile(r"\{\{|\$\{|\{%|<%")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]")
# Glyphs of icon fonts are written as words ("expand_less") and read as nothing.
_ICON = re.compile(
    r"material-(?:icons|symbols)|\bfa-[a-z]|\bicon-?font|\bma?t?d?-icon\b|google-symbols|\bsymbols-(?:outlined|rounded|sharp)"
)
_GLYPH = re.compile(r"[a-z]+(?:_[a-z0-9]+)+")
_HEADINGS = words("h1 h2 h3 h4 h5 h6")
# Inside these a component of a page's own, such as <app-salary>, is part of the line.
_LINES = words("p h1 h2 h3 h4 h5 h6 li dt dd td th a button label summary")
# Enough for every listing met; a page with more is read up to here.
_MAX_NODES = 150_000
_MOST_LEVELS = 50


@dataclass(frozen=True, slots=True)
class Block:
    """One stretch of text without a break inside. `tag` is the innermost block element, `pieces` its inline parts."""

    text: str
    tag: str
    pieces: tuple[str, ...]
    node: LexborNode | None = None
    bold: bool = False
    linked: bool = False
    skipped: bool = False


def one_line(text: str) -> str:
    """Without control characters, white space of any kind as one space."""
    return _SPACE.sub(" ", _CONTROLS.sub("", text.replace("\xad", ""))).strip()


def plain(text: str) -> str:
    """One line of text from a value that may hold markup or entities."""
    if "\\u" in text:
        text = _characters(text)
    if _MARKUP.search(text):
        text = fragment_text(text)
        if _ENTITY.search(text):
            text = unescape(text)
    return one_line(text)


def unfilled(text: str) -> bool:
    """Whether a template's marks stand where its values should."""
    return bool(_UNFILLED.search(text))


def _characters(text: str) -> str:
    """With the characters for which JSON's escapes stand, left where a text was escaped twice."""
    return _ESCAPED_CHAR.sub(
        lambda match: bytes.fromhex(match.group().replace("\\u", "")).decode("utf-16-be", "replace"),
        text,
    )


def parsed(source: str) -> LexborHTMLParser | None:
    """The tree of a page; None for one that no parser takes in reasonable time."""
    if overloaded(source):
        return None
    try:
        return LexborHTMLParser(source)
    except SelectolaxError:
        return None


def fragment_text(markup: str) -> str:
    """Readable lines from a description: HTML, HTML escaped once or twice, or plain text."""
    text = _characters(_ESCAPED_BREAK.sub("\n", markup)) if "\\" in markup else markup
    for _ in range(2):
        if not _ESCAPED_MARKUP.search(text):
            break
        text = unescape(text)
    if not _MARKUP.search(text):
        return _lines(text.splitlines())
    tree = parsed(text)
    if tree is None:
        return ""
    if "\n" in text and "<br" not in text and "<p" not in text and "<li" not in text and "<div" not in text:
        return _lines(tree.body.text().splitlines() if tree.body else [])
    return blocks_text(blocks(tree.body))


def node_text(node: LexborNode) -> str:
    return one_line(" ".join(block.text for block in blocks(node)))


def blocks_text(found: "Iterator[Block] | list[Block] | tuple[Block, ...]") -> str:
    return _lines(f"- {block.text}" if block.tag == "li" else block.text for block in found)


def _lines(lines: "Iterator[str] | list[str]") -> str:
    cleaned = (one_line(line) for line in lines)
    return "\n".join(line for line in cleaned if line and line != "-")


def _attribute(attributes: dict[str, str | None], name: str) -> str:
    """The beginning of an attribute: people's are short, and hostile ones are megabytes."""
    return (attributes.get(name) or "")[:500]


def hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    return "hidden" in attributes or bool(_HIDDEN.search(_attribute(attributes, "style")))


def framing(node: LexborNode | None) -> bool:
    """Whether an element stands in what frames every page of a site."""
    at = node
    for _ in range(_MOST_LEVELS):
        if at is None or at.tag == "body":
            return False
        if at.tag in ("footer", "nav"):
            return True
        at = at.parent
    return False


def _icon(node: LexborNode, tag: str) -> bool:
    """Whether an element holds the word that an icon font draws as a sign."""
    if tag not in ("i", "span", "em") and not tag.endswith("-icon"):
        return False
    attributes = node.attributes
    if tag.endswith("-icon") or _ICON.search(_attribute(attributes, "class")):
        return True
    marked = tag == "i" or "aria-hidden" in attributes
    return marked and node.first_child is not None and bool(_GLYPH.fullmatch((node.text() or "").strip()))


def _glued(first: str, rest: str) -> bool:
    """Whether a style sheet alone parts a label from its value: "CountryIndia"."""
    return rest[:1].isalnum() and first[-1:].isalpha() and label(first) in LABELS


def blocks(root: LexborNode | None, *, skip: re.Pattern[str] | None = None) -> Iterator[Block]:
    """Every visible stretch of text under this node, in order, without recursion.

    Blocks inside an element whose tag, class or id matches `skip` are marked `skipped`, not left out: a button that
    says "Apply" is no part of a description, but it tells what the page is.
    """
    if root is None:
        return
    # The node, then the state to hold while its children are read.
    todo: list[tuple[LexborNode | None, tuple[str, LexborNode | None, bool, bool]]] = [
        (root, ("div", root, False, False))
    ]
    pieces: list[tuple[str, bool, bool]] = []
    state = todo[0][1]
    visited = 0

    def flushed() -> Iterator[Block]:
        texts = [one_line(text) for text, _, _ in pieces]
        # White space at a seam counts only where the source has it: "<b>C</b>#" is one word.
        whole = one_line("".join(text for text, _, _ in pieces))
        if len(pieces) > 1 and whole.startswith(texts[0]) and _glued(pieces[0][0], whole[len(texts[0]) :]):
            whole = f"{texts[0]}: {whole[len(texts[0]) :]}"
        if whole:
            filled = [
                (text, bold, linked) for text, (_, bold, linked) in zip(texts, pieces, strict=True) if text
            ]
            yield Block(
                whole,
                state[0],
                tuple(text for text, _, _ in filled),
                state[1],
                bold=all(bold for _, bold, _ in filled),
                linked=all(linked for _, _, linked in filled),
                skipped=state[3],
            )
        pieces.clear()

    inline = {"bold": 0, "linked": 0}
    while todo:
        node, entering = todo.pop()
        if node is None:
            mark = entering[0]
            if mark in inline:
                inline[mark] -= 1
            else:
                yield from flushed()
                state = entering
            continue
        visited += 1
        if visited > _MAX_NODES:
            break
        tag = node.tag or ""
        if tag == "-text":
            pieces.append((node.text_content or "", inline["bold"] > 0, inline["linked"] > 0))
            continue
        if tag in _DROPPED:
            continue
        if tag == "br":
            yield from flushed()
            continue
        attributes = node.attributes
        if hidden(node) or _icon(node, tag):
            continue
        if tag in _BLOCKS or ("-" in tag and state[0] not in _LINES):
            yield from flushed()
            todo.append((None, state))
            named = (
                f"{tag} {attributes.get('class') or ''} {attributes.get('id') or ''}" if attributes else tag
            )
            # Older systems set their whole page into one form.
            whole_page = tag == "form" and node.css_first("h1") is not None
            skipped = state[3] or bool(skip and not whole_page and skip.search(named))
            # A paragraph inside a list item is still the item.
            inner = "li" if tag in ("p", "div") and state[0] == "li" else tag
            # Accordions open by a button inside the heading.
            inner = state[0] if tag == "button" and state[0] in _HEADINGS else inner
            state = (inner, node, False, skipped)
        elif tag in ("b", "strong"):
            inline["bold"] += 1
            todo.append((None, ("bold", None, False, False)))
        elif tag == "a":
            inline["linked"] += 1
            todo.append((None, ("linked", None, False, False)))
        todo.extend((child, state) for child in reversed(list(node.iter(include_text=True))))
    yield from flushed()
