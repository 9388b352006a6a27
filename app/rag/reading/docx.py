"""Reads DOCX: headings by style, lists, tables as rows; refuses zip bombs and document type definitions before parsing."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, Protocol

from app.kernel.documents import BlockKind, ExtractedText
from app.kernel.errors import LimitExceeded, UnreadableDocument
from app.rag.reading.assembly import Assembly
from app.rag.reading.cleaning import one_line

# A parsed part takes about ten times its bytes; 24 MB of XML is a book of 5,000 pages.
MAX_XML_BYTES = 24_000_000
MAX_PACKAGE_BYTES = 250_000_000
MAX_PARTS = 10_000
# Text compresses to a tenth. A hundredth happens in empty tables; beyond it a small file has no honest reason.
MAX_RATIO = 200
_RATIO_FROM_BYTES = 2_000_000

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SKIPPED = frozenset(
    f"{_W}{name}"
    for name in ("del", "moveFrom", "instrText", "delText", "sectPr", "pPr", "rPr", "tblPr", "tblGrid")
) | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
_SPOKEN = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


class _Element(Protocol):
    """What is used of an lxml element, which has no types of its own."""

    tag: Any
    text: str | None

    def __iter__(self) -> Iterator["_Element"]: ...
    def find(self, path: str) -> "_Element | None": ...
    def get(self, key: str) -> str | None: ...


def read_docx(content: bytes) -> ExtractedText:
    """Body text in order. Raises: LimitExceeded (docx_too_large), UnreadableDocument (docx_broken, docx_dtd, ...)."""
    check_package(content)
    document = _opened(content)
    body = document.element.body
    if body is None:
        raise _broken("it has no body")
    styles = _Styles(document.styles.element)
    made = Assembly()
    for element in _blocks(body):
        if element.tag == f"{_W}tbl":
            made.add("\n".join(_rows(element)), kind=BlockKind.TABLE)
        else:
            text = _text(element)
            kind, level = styles.kind_of(element)
            made.add(
                f"- {text.strip()}" if kind is BlockKind.LIST_ITEM and text.strip() else text,
                kind=kind,
                level=level,
            )
    return made.extracted(title=_title(document))


def check_package(content: bytes) -> None:
    """Look at every entry of the zip directory, and at the XML for a DTD, before any parser sees a byte."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_sizes(entries, packed=len(content))
            for entry in entries:
                if entry.flag_bits & 0x1:
                    raise UnreadableDocument(
                        "The DOCX is protected by a password; save it without one.", code="docx_encrypted"
                    )
                if entry.filename.lower().endswith((".xml", ".rels")):
                    _check_xml(archive.read(entry), name=entry.filename)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        OSError,
        EOFError,
        ValueError,
        RuntimeError,
        zlib.error,
    ) as error:
        raise _broken(str(error)) from None


def _check_sizes(entries: list[zipfile.ZipInfo], *, packed: int) -> None:
    if not entries:
        raise _broken("its archive is empty")
    total = sum(entry.file_size for entry in entries)
    largest_xml = max(
        (e.file_size for e in entries if e.filename.lower().endswith((".xml", ".rels"))), default=0
    )
    bomb = total > _RATIO_FROM_BYTES and total > MAX_RATIO * packed
    if bomb or total > MAX_PACKAGE_BYTES or largest_xml > MAX_XML_BYTES or len(entries) > MAX_PARTS:
        raise LimitExceeded(
            f"The DOCX unpacks to {total:,} bytes in {len(entries):,} parts; split it or remove embedded files.",
            code="docx_too_large",
        )


def _check_xml(part: bytes, *, name: str) -> None:
    narrow = (
        part.replace(b"\x00", b"") if part[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<") else part
    )
    if b"<!DOCTYPE" in narrow or b"<!ENTITY" in narrow:
        raise UnreadableDocument(
            f"The DOCX declares a document type in {name!r}, which Word never does; save it again.",
            code="docx_dtd",
        )


def _opened(content: bytes) -> Any:
    import docx
    from docx.opc.exceptions import OpcError

    try:
        return docx.Document(io.BytesIO(content))
    # lxml's own errors are SyntaxErrors.
    except (OpcError, SyntaxError, LookupError, ValueError, AttributeError, TypeError, OSError) as error:
        raise _broken(str(error)) from None


def _title(document: Any) -> str | None:
    try:
        title = str(document.core_properties.title or "")
    except (KeyError, ValueError, AttributeError, TypeError):
        return None
    return None if one_line(title).lower() in ("", "word document", "untitled", "document") else title


class _Styles:
    """Which paragraph styles are headings or lists, by name or outline level, inherited ones included."""

    def __init__(self, styles: _Element) -> None:
        self._levels: dict[str, int] = {}
        self._lists: set[str] = set()
        parents: dict[str, str] = {}
        for style in styles:
            if style.tag == f"{_W}style" and (style_id := style.get(f"{_W}styleId")):
                self._learn(style, style_id)
                if parent := _value(style, "basedOn"):
                    parents[style_id] = parent
        for style_id in parents:
            self._inherit(style_id, parents)

    def _learn(self, style: _Element, style_id: str) -> None:
        name = (_value(style, "name") or "").lower()
        outline = _value(style, "pPr", "outlineLvl")
        if name == "title":
            self._levels[style_id] = 1
        elif name.startswith("heading ") and name[8:].isdigit():
            self._levels[style_id] = min(6, max(1, int(name[8:9])))
        elif outline is not None and outline.isdigit() and int(outline) < 9:
            self._levels[style_id] = min(6, int(outline) + 1)
        elif name.startswith("list ") and name != "list paragraph":
            self._lists.add(style_id)

    def _inherit(self, style_id: str, parents: dict[str, str]) -> None:
        seen, at = {style_id}, parents.get(style_id)
        while at and at not in seen and style_id not in self._levels:
            if at in self._levels:
                self._levels[style_id] = self._levels[at]
            if at in self._lists:
                self._lists.add(style_id)
            seen.add(at)
            at = parents.get(at)

    def kind_of(self, paragraph: _Element) -> tuple[BlockKind, int]:
        style = _value(paragraph, "pPr", "pStyle") or ""
        if level := self._levels.get(style):
            return BlockKind.HEADING, level
        properties = paragraph.find(f"{_W}pPr")
        numbered = properties is not None and properties.find(f"{_W}numPr") is not None
        return (BlockKind.LIST_ITEM if numbered or style in self._lists else BlockKind.PARAGRAPH), 0


def _value(element: _Element, *path: str) -> str | None:
    found = element.find("/".join(_W + name for name in path))
    return None if found is None else found.get(f"{_W}val")


def _blocks(body: _Element) -> Iterator[_Element]:
    """Paragraphs and tables in order, also those inside content controls; a table's inside is left to _rows."""
    todo = [iter(body)]
    while todo:
        element = next(todo[-1], None)
        if element is None:
            todo.pop()
        elif element.tag in (f"{_W}p", f"{_W}tbl"):
            yield element
        elif isinstance(element.tag, str) and element.tag not in _SKIPPED:
            todo.append(iter(element))


def _rows(table: _Element) -> Iterator[str]:
    for row in _children(table, "tr"):
        line = " | ".join(one_line(_text(cell)) for cell in _children(row, "tc"))
        if line.strip(" |"):
            yield line


def _children(element: _Element, name: str) -> Iterator[_Element]:
    """Children of that name, looking through content controls and tracked insertions."""
    for child in element:
        if child.tag == _W + name:
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
            yield from _children(child, name)


def _text(element: _Element) -> str:
    """Visible text below an element: deleted text and field codes are not, text boxes are."""
    parts: list[str] = []
    todo = [iter(element)]
    while todo:
        child = next(todo[-1], None)
        if child is None:
            todo.pop()
        elif child.tag == f"{_W}t":
            parts.append(child.text or "")
        elif child.tag in _SPOKEN:
            parts.append(_SPOKEN[child.tag])
        elif isinstance(child.tag, str) and child.tag not in _SKIPPED:
            if child.tag == f"{_W}p" and parts:
                parts.append("\n")
            todo.append(iter(child))
    return "".join(parts)


def _broken(reason: str) -> UnreadableDocument:
    return UnreadableDocument(
        f"The DOCX is broken: {reason[:200]}. Open it in Word and save it again.", code="docx_broken"
    )
