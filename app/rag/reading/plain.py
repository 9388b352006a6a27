"""Reads plain text: finds its encoding, then its paragraphs."""

import codecs
import re

from app.kernel.documents import Block, BlockKind, ExtractedText
from app.kernel.errors import UnsupportedDocument
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


def read_plain(content: bytes) -> ExtractedText:
    """Paragraphs parted by blank lines; a short first line followed by a blank one is the title."""
    return paragraphs(decoded(content))


def decoded(content: bytes, *, declared: str | None = None) -> str:
    """The text of these bytes. Order: byte-order mark, declared encoding, UTF-8, UTF-16 by its zeros, cp1252.

    Raises: UnsupportedDocument (not_text) for bytes that are no text in any of them.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return clean(content[len(mark) :].decode(encoding, "replace"))
    encoding = _declared(declared) or _guessed(content)
    return clean(content.decode(encoding, "replace"))


def paragraphs(text: str) -> ExtractedText:
    blocks: list[Block] = []
    for start, end in _stretches(text):
        blocks.append(Block(start, end, BlockKind.PARAGRAPH))
    title = None
    if len(blocks) > 1 and _is_title(text[blocks[0].start : blocks[0].end]):
        title = one_line(text[blocks[0].start : blocks[0].end])
        blocks[0] = Block(blocks[0].start, blocks[0].end, BlockKind.HEADING, level=1)
    return ExtractedText(text, tuple(blocks), title=title)


def _stretches(text: str) -> list[tuple[int, int]]:
    found, start = [], 0
    for gap in _PARAGRAPH_BREAK.finditer(text):
        found.append((start, gap.start()))
        start = gap.end()
    found.append((start, len(text)))
    return [span for start, end in found if (span := _trimmed(text, start, end))[0] < span[1]]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return end - len(piece.lstrip()), start + len(piece.rstrip())


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
    except UnicodeDecodeError as error:
        refuse_binary(content)
        # One bad byte in a long UTF-8 text is damage, not another encoding.
        good = sum(1 for byte in content[: error.start] if byte >= 0x80) or _utf8_pairs(content)
        return "utf-8" if good > 2 * _broken(content) else "cp1252"
    refuse_binary(content)
    return "utf-8"


def refuse_binary(content: bytes) -> None:
    """Raise UnsupportedDocument when more than one byte in twenty is a control code or an odd zero."""
    sample = content[:_SAMPLE_BYTES]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    zeros = sample.count(0)
    if controls > len(sample) // 20 or zeros > len(sample) // 4:
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


def _utf8_pairs(content: bytes) -> int:
    return len(re.findall(rb"[\xc3-\xf4][\x80-\xbf]+", content[:_SAMPLE_BYTES]))


def _broken(content: bytes) -> int:
    return content[:_SAMPLE_BYTES].decode("utf-8", "replace").count("�")
