"""Reads plain text: finds its encoding, then its paragraphs."""

import codecs
import re
from collections.abc import Iterator
from itertools import islice

from app.kernel.documents import Block, BlockKind, ExtractedText
from app.kernel.errors import UnreadableDocument, UnsupportedDocument
from app.kernel.sentences import Span, trimmed
from app.rag.reading.assembly import MAX_BLOCKS, MAX_CHARS, too_much_text
from app.rag.reading.cleaning import clean, one_line

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes(sorted({*range(32), 127} - set(b"\t\n\r\f\x1b\x00")))
_SAMPLE_BYTES = 64_000
_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*\n\s*")
_TITLE_CHARS = 200
_UTF8_LETTER = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# Punctuation and the 3,755 most common characters of GB 2312. Cyrillic in cp1251 has few such pairs.
_HANZI = re.compile(rb"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]")


def read_plain(content: bytes) -> ExtractedText:
    """Paragraphs parted by blank lines; a short first line followed by a blank one is the title."""
    return paragraphs(decoded(content))


def decoded(content: bytes, *, declared: str | None = None) -> str:
    """The text of these bytes. Order: byte-order mark, declared encoding, UTF-16 by its zeros, UTF-8, then the
    most likely of GB 18030, cp1251 and cp1252.

    Raises: UnsupportedDocument (not_text) for bytes that are no text in any of them, UnreadableDocument
    (document_empty) for white space, LimitExceeded (too_much_text).
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            text = content[len(mark) :].decode(encoding, "replace")
            break
    else:
        text = content.decode(_declared(declared) or _guessed(content), "replace")
    text = clean(text)
    if not text or text.isspace():
        raise UnreadableDocument("The file is blank; send one with text.", code="document_empty")
    if len(text) > MAX_CHARS:
        raise too_much_text()
    return text


def paragraphs(text: str) -> ExtractedText:
    """The text with its paragraphs; with more of them than a document may have, it is one."""
    stretches = list(islice(_stretches(text), MAX_BLOCKS + 1))
    if len(stretches) > MAX_BLOCKS:
        return ExtractedText(text, (Block(0, len(text), BlockKind.PARAGRAPH),))
    blocks = [Block(start, end, BlockKind.PARAGRAPH) for start, end in stretches]
    title = None
    if len(blocks) > 1 and _is_title(text[blocks[0].start : blocks[0].end]):
        title = one_line(text[blocks[0].start : blocks[0].end])
        blocks[0] = Block(blocks[0].start, blocks[0].end, BlockKind.HEADING, level=1)
    return ExtractedText(text, tuple(blocks), title=title)


def _stretches(text: str) -> Iterator[Span]:
    start = 0
    for gap in _PARAGRAPH_BREAK.finditer(text):
        yield from trimmed(text, start, gap.start())
        start = gap.end()
    yield from trimmed(text, start, len(text))


def _is_title(first: str) -> bool:
    return "\n" not in first and len(first) <= _TITLE_CHARS


def _declared(name: str | None) -> str | None:
    try:
        return codecs.lookup(name).name if name else None
    except (LookupError, ValueError):
        return None


def _guessed(content: bytes) -> str:
    zeros = _utf16_by_zeros(content)
    if zeros:
        return zeros
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        refuse_binary(content)
        # One bad byte in a long UTF-8 text is damage, not another encoding.
        good = _utf8_letters(content)
        return "utf-8" if good > 2 * _broken(content) else _legacy(content)
    refuse_binary(content)
    return "utf-8"


def refuse_binary(content: bytes) -> None:
    """Raise UnsupportedDocument when more than one byte in twenty is a control code or an odd zero."""
    sample = content[:_SAMPLE_BYTES]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    zeros = sample.count(0)
    if controls > max(4, len(sample) // 20) or zeros > max(4, len(sample) // 4):
        raise UnsupportedDocument(
            f"The file is binary: {controls + zeros} of its first {len(sample)} bytes are control codes; "
            "send PDF, DOCX, TXT, MD or HTML.",
            code="not_text",
        )


def _utf16_by_zeros(content: bytes) -> str | None:
    """UTF-16 without its mark: in Western text every other byte is zero."""
    sample = content[: _SAMPLE_BYTES // 2 * 2]
    if len(sample) < 4:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > half * 0.6 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.6 and odd < half * 0.05:
        return "utf-16-be"
    return None


def _legacy(content: bytes) -> str:
    """The code page of text that is mostly letters above ASCII; cp1252 for the few accents of a Western one."""
    sample = content[:_SAMPLE_BYTES]
    high = [byte for byte in sample if byte >= 0x80]
    if len(high) > 0.4 * len(sample):
        pairs = _HANZI.findall(sample)
        if 2 * len(pairs) > 0.8 * len(high):
            return "gb18030"
        if sum(byte >= 0xC0 for byte in high) > 0.9 * len(high):
            return "cp1251"
    return "cp1252"


def _utf8_letters(content: bytes) -> int:
    return len(_UTF8_LETTER.findall(content[:_SAMPLE_BYTES]))


def _broken(content: bytes) -> int:
    return content[:_SAMPLE_BYTES].decode("utf-8", "replace").count("�")
