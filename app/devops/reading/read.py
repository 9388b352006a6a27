"""Reads a log, whole or as a stream of bytes, into clean lines without secrets."""

import codecs
from collections.abc import Iterable, Iterator

from app.devops.reading.clean_log import CleanLog, Platform, Section
from app.devops.reading.cleaning import clean_lines, shortened
from app.devops.reading.platforms import platform_of, sections_of
from app.devops.reading.shortlist import Shortlist
from app.devops.reading.truncation import how_cut
from app.kernel.redaction import Redactor

# How much text is worked on at a time: large enough that patterns are cheap, small enough for the memory.
STRETCH_CHARS = 1_000_000
# A line beyond this is dropped past it: what is shown of a line is far less.
_LINE_CHARS = 1_000_000
_MOST_SECTIONS = 5_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read_log(log: str | Iterable[bytes], *, redactor: Redactor) -> CleanLog:
    """The log's lines, clean and masked by this redactor. A lone empty line after the last line feed counts.

    Of a log that is too long to keep, what seems eventful is kept with its surroundings, and the end: memory is bound
    by that and by one stretch, not by the log. Bytes are UTF-8, or UTF-16 with a byte-order mark; what cannot be
    decoded becomes U+FFFD.
    """
    kept = Shortlist()
    platform, cut = Platform.UNKNOWN, ""
    sections: list[Section] = []
    number = 1
    last: list[str] = []
    for raw, ends in _stretches(log):
        if platform in (Platform.UNKNOWN, Platform.DOCKER, Platform.KUBERNETES):
            platform = found if (found := platform_of(raw)) is not Platform.UNKNOWN else platform
        if len(sections) < _MOST_SECTIONS:
            sections += sections_of(raw, first=number)
        text = redactor.redact("\n".join(clean_lines(raw)))
        last = text.split("\n")
        cut = cut or how_cut(last if number == 1 else last[-1:], text=text, platform=platform, ends=False)
        kept.add([shortened(line) for line in last], first=number)
        number += len(last)
        if ends:
            cut = cut or how_cut(last, text="", platform=platform, ends=True)
    lines, numbers = kept.finish()
    return CleanLog(lines, numbers, number - 1, platform, _masked(sections, redactor), cut)


def _masked(sections: list[Section], redactor: Redactor) -> list[Section]:
    names = redactor.redact("\n".join(section.name for section in sections)).split("\n")
    return (
        [Section(section.line, name) for section, name in zip(sections, names, strict=True)]
        if sections
        else []
    )


def _stretches(log: str | Iterable[bytes]) -> Iterator[tuple[str, bool]]:
    """Whole lines of about a million characters, without the line feed after the last; and whether it is the end."""
    if isinstance(log, str):
        yield from _cut(log)
        return
    rest, waiting = "", None
    for text in _decoded(log):
        rest += text
        if len(rest) < STRETCH_CHARS:
            continue
        at = rest.rfind("\n")
        if at < 0:
            # One endless line. Its beginning stays, so that the next line feed still ends it.
            rest = rest[:_LINE_CHARS]
            continue
        if waiting is not None:
            yield waiting, False
        waiting, rest = rest[:at], rest[at + 1 :]
    if waiting is not None:
        yield waiting, False
    yield rest, True


def _cut(log: str) -> Iterator[tuple[str, bool]]:
    at = 0
    while len(log) - at > 2 * STRETCH_CHARS:
        end = log.rfind("\n", at, at + STRETCH_CHARS)
        if end < 0:
            end = log.find("\n", at)
            if end < 0:
                break
        yield log[at : min(end, at + _LINE_CHARS)], False
        at = end + 1
    rest = log[at:] if at else log
    yield rest if "\n" in rest else rest[:_LINE_CHARS], True


def _decoded(chunks: Iterable[bytes]) -> Iterator[str]:
    decoder: codecs.IncrementalDecoder | None = None
    head = b""
    for chunk in chunks:
        if decoder is None:
            head += chunk
            if len(head) < len(codecs.BOM_UTF8):
                continue
            encoding = next((name for mark, name in _BOMS if head.startswith(mark)), "utf-8")
            decoder, chunk = codecs.getincrementaldecoder(encoding)("replace"), head
        for start in range(0, len(chunk), STRETCH_CHARS):
            yield decoder.decode(chunk[start : start + STRETCH_CHARS])
    yield decoder.decode(b"", final=True) if decoder is not None else head.decode("utf-8", "replace")
