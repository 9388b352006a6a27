"""Reads HTML: headings, paragraphs, lists, tables and code; drops scripts, styles, navigation and hidden parts."""

import re
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from app.kernel.documents import BlockKind, ExtractedText
from app.kernel.markup import overloaded
from app.rag.reading.assembly import Assembly
from app.rag.reading.cleaning import one_line
from app.rag.reading.plain import decoded


def _tags(*names: str) -> frozenset[str]:
    return frozenset(" ".join(names).split())


_DROPPED = _tags(
    "script style noscript template nav iframe object embed svg math canvas audio video select button",
    "input textarea datalist head title -comment img",
)
_BLOCK_TAGS = _tags(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption",
    "figure footer form header hgroup hr html legend main menu ol p section summary ul tbody thead",
    "tfoot caption td th tr",
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]{1,40})""")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)

# [^<>]* and not [^>]*: a megabyte of "<a <a <a" is scanned once.
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>")
# Stands for <br>: decoding has removed every NUL of the source.
_BREAK = "\0"


def read_html(content: bytes) -> ExtractedText:
    """The text that a browser would show, in order. Raises: UnsupportedDocument (not_text)."""
    return read_html_text(decoded(content, declared=_declared_encoding(content)))


def read_html_text(source: str) -> ExtractedText:
    """The same for source that is decoded already and has no NUL in it."""
    if overloaded(source):
        return _flat_text(source)
    try:
        tree = LexborHTMLParser(source)
    except SelectolaxError as error:
        # HTML cannot be malformed; the parser fails only where it gets no memory.
        raise MemoryError(str(error)) from None
    return _Walk().read(tree)


def _declared_encoding(content: bytes) -> str | None:
    head = content[:4096]
    match = _XML_ENCODING.match(head) or _CHARSET.search(head)
    name = match.group(1).decode("ascii").lower() if match else None
    # The declaration was read as ASCII, so it cannot be UTF-16; and Latin-1 means cp1252 on the web.
    if name is None or name.startswith(("utf-16", "utf-32", "utf16", "utf32")):
        return None
    return "cp1252" if name in ("iso-8859-1", "latin1", "latin-1", "ascii", "us-ascii") else name


class _Walk:
    """Visits every node once, without recursion; inline text gathers until a block begins or ends."""

    def __init__(self) -> None:
        self._made = Assembly()
        self._inline: list[str] = []
        self._kind = BlockKind.PARAGRAPH
        self._level = 0

    def read(self, tree: LexborHTMLParser) -> ExtractedText:
        title = tree.css_first("title")
        root = tree.body
        todo: list[tuple[LexborNode | None, str]] = [(root, "open")] if root is not None else []
        while todo:
            node, step = todo.pop()
            if step == "text":
                self._flush()
                self._kind, self._level = BlockKind.PARAGRAPH, 0
            elif node is not None and (children := self._open(node)):
                todo.extend(reversed(children))
        self._flush()
        return self._made.extracted(title=title.text() if title is not None else None)

    def _open(self, node: LexborNode) -> list[tuple[LexborNode | None, str]]:
        tag = node.tag or ""
        if tag == "-text":
            self._inline.append(node.text_content or "")
            return []
        if tag in _DROPPED or _hidden(node):
            return []
        if tag == "br":
            self._inline.append(_BREAK)
            return []
        if tag == "pre":
            self._block(node.text(), BlockKind.CODE)
            return []
        if tag == "table" and _is_data(node):
            self._block("\n".join(_rows(node)), BlockKind.TABLE)
            return []
        inside: list[tuple[LexborNode | None, str]] = [
            (child, "open") for child in node.iter(include_text=True)
        ]
        if tag in _HEADINGS or tag == "li" or tag in _BLOCK_TAGS:
            if not (tag == "p" and self._kind is BlockKind.LIST_ITEM and not self._inline_text()):
                self._flush()
                self._kind, self._level = _kind_of(tag)
            inside.append((None, "text"))
        return inside

    def _block(self, text: str, kind: BlockKind) -> None:
        self._flush()
        self._made.add(text, kind=kind)

    def _inline_text(self) -> str:
        lines = (one_line(line) for line in "".join(self._inline).split(_BREAK))
        return "\n".join(line for line in lines if line)

    def _flush(self) -> None:
        text = self._inline_text()
        self._inline.clear()
        if self._kind is BlockKind.LIST_ITEM and text:
            text = f"- {text}"
        self._made.add(text, kind=self._kind, level=self._level)


def _kind_of(tag: str) -> tuple[BlockKind, int]:
    if tag in _HEADINGS:
        return BlockKind.HEADING, _HEADINGS[tag]
    return (BlockKind.LIST_ITEM if tag == "li" else BlockKind.PARAGRAPH), 0


def _hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    if not attributes:
        return False
    return (
        "hidden" in attributes
        or attributes.get("role") == "navigation"
        or bool(_HIDDEN_STYLE.search(attributes.get("style") or ""))
    )


def _is_data(table: LexborNode) -> bool:
    """Whether a table holds values; one with headings, lists or tables inside is layout and read as a flow."""
    return table.css_first("table table, h1, h2, h3, ul, ol, pre, script, style, [hidden]") is None


def _rows(table: LexborNode) -> list[str]:
    rows = []
    for row in table.css("tr, caption"):
        cells = [one_line(cell.text(separator=" ")) for cell in row.iter() if cell.tag in ("td", "th")]
        line = " | ".join(cells) if cells else one_line(row.text(separator=" "))
        if line.strip(" |"):
            rows.append(line)
    return rows


def _flat_text(source: str) -> ExtractedText:
    """The text between tags of a page that is too deep for the parser; block tags part paragraphs."""
    made, at, inline = Assembly(), 0, [""]
    dropped_until = ""
    for match in _TAG.finditer(source):
        closing, name = match.group(1), match.group(2).lower()
        if not dropped_until:
            inline.append(source[at : match.start()])
        at = match.end()
        if dropped_until:
            dropped_until = "" if closing and name == dropped_until else dropped_until
        elif name in ("script", "style", "noscript", "template") and not closing:
            dropped_until = name
        elif name in _BLOCK_TAGS or name in _HEADINGS or name == "li":
            made.add(one_line(unescape("".join(inline))))
            inline.clear()
    if not dropped_until:
        inline.append(source[at:])
    made.add(one_line(unescape("".join(inline))))
    return made.extracted(warnings=("markup_ignored",))
