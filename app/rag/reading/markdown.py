"""Reads Markdown as its reader sees it: no markup, no addresses of links and images; headings, lists, tables, code."""

import re
from collections.abc import Iterable

from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.kernel.documents import BlockKind, ExtractedText
from app.rag.reading.assembly import Assembly
from app.rag.reading.budget import OutOfTime, cpu_budget
from app.rag.reading.cleaning import one_line
from app.rag.reading.html_page import read_html_text
from app.rag.reading.plain import decoded, paragraphs

# Real documents parse at about 1 MB/s. Brackets, backticks and emphasis can be stacked so that the time is quadratic.
PARSE_CPU_S = 5.0
_FRONT_MATTER = re.compile(r"\A---[^\S\n]*\n(.{0,20000}?)\n(?:---|\.\.\.)[^\S\n]*(?:\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile(r"""^title:[^\S\n]*["']?(.+?)["']?[^\S\n]*$""", re.MULTILINE | re.IGNORECASE)
_BREAK_TAG = re.compile(r"<br\s{0,5}/?>", re.IGNORECASE)


def read_markdown(content: bytes, *, parse_cpu_s: float = PARSE_CPU_S) -> ExtractedText:
    """The rendered text. A source that the parser cannot finish in `parse_cpu_s` is read as plain text instead."""
    source = decoded(content)
    try:
        with cpu_budget(parse_cpu_s):
            return _rendered(source)
    except (OutOfTime, RecursionError):
        plain = paragraphs(source)
        return ExtractedText(plain.text, plain.blocks, title=plain.title, warnings=("markup_ignored",))


def _rendered(source: str) -> ExtractedText:
    front = _FRONT_MATTER.match(source)
    title = _FRONT_TITLE.search(front.group(1)) if front else None
    body = source[front.end() :] if front else source
    parser = MarkdownIt("commonmark", {"maxNesting": 50}).enable(["table", "strikethrough"])
    made = Assembly()
    _Rendering(made).add(parser.parse(body))
    return made.extracted(title=title.group(1) if title else None)


class _Rendering:
    """Walks the flat list of block tokens; remembers only what the current block is."""

    def __init__(self, made: Assembly) -> None:
        self._made = made
        self._heading = 0
        self._markers: list[str] = []
        self._counts: list[int] = []
        self._rows: list[str] = []
        self._cells: list[str] = []
        self._in_table = False

    def add(self, tokens: Iterable[Token]) -> None:
        for token in tokens:
            if token.type == "inline":
                self._inline(token)
            elif token.type in ("fence", "code_block"):
                self._made.add(token.content, kind=BlockKind.CODE)
            elif token.type == "html_block":
                self._html(token.content)
            else:
                self._structure(token)

    def _structure(self, token: Token) -> None:
        kind = token.type
        if kind == "heading_open":
            self._heading = int(token.tag[1])
        elif kind == "heading_close":
            self._heading = 0
        elif kind in ("bullet_list_open", "ordered_list_open"):
            self._counts.append(int(token.attrGet("start") or 1) if kind.startswith("ordered") else -1)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self._counts.pop()
        elif kind == "list_item_open":
            self._markers.append(self._marker())
        elif kind == "list_item_close":
            self._markers.pop()
        elif kind == "table_open":
            self._in_table, self._rows = True, []
        elif kind == "tr_close":
            self._rows.append(" | ".join(self._cells))
            self._cells = []
        elif kind == "table_close":
            self._in_table = False
            self._made.add("\n".join(row for row in self._rows if row.strip(" |")), kind=BlockKind.TABLE)

    def _marker(self) -> str:
        if not self._counts or self._counts[-1] < 0:
            return "- "
        number = self._counts[-1]
        self._counts[-1] += 1
        return f"{number}. "

    def _inline(self, token: Token) -> None:
        text = _visible(token.children or [])
        if self._in_table:
            self._cells.append(one_line(text))
        elif self._heading:
            self._made.add(one_line(text), kind=BlockKind.HEADING, level=self._heading)
        elif self._markers:
            marker, self._markers[-1] = self._markers[-1], ""
            self._made.add(marker + text if text.strip() else "", kind=BlockKind.LIST_ITEM)
        else:
            self._made.add(text)

    def _html(self, source: str) -> None:
        inside = read_html_text(source)
        for block in inside.blocks:
            self._made.add(inside.text[block.start : block.end], kind=block.kind, level=block.level)


def _visible(children: Iterable[Token]) -> str:
    """Inline text without markup: links keep their words, images their alternative text, HTML tags go."""
    parts: list[str] = []
    for child in children:
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type == "softbreak":
            parts.append(" ")
        elif child.type == "hardbreak" or (
            child.type == "html_inline" and _BREAK_TAG.fullmatch(child.content)
        ):
            parts.append("\n")
        elif child.type == "image":
            parts.append(_visible(child.children or []))
    return "".join(parts)
