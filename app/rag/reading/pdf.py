"""Reads PDF page by page: pdfium first, pypdf for what pdfium cannot open. Scripts, forms and attachments are not touched."""

import io
import logging
import time
from collections.abc import Iterator

import pypdfium2

from app.kernel.documents import ExtractedText
from app.kernel.errors import BadInput, LimitExceeded, UnreadableDocument
from app.rag.reading.assembly import Assembly
from app.rag.reading.budget import OutOfTime, cpu_budget
from app.rag.reading.cleaning import one_line
from app.rag.reading.pdf_layout import Line, body_size, paragraphs_of

_PASSWORD_ERROR = 4
_JUNK_TITLES = (
    "microsoft word",
    "microsoft powerpoint",
    "untitled",
    "powerpoint presentation",
    "layout 1",
    "document",
)
_FILE_NAMES = (".doc", ".docx", ".pdf", ".tex", ".dvi", ".indd", ".qxd", ".rtf", ".txt", ".ps")
# pypdf is Python and slow on purpose-made files; half a minute reads some 1,000 honest pages.
_FALLBACK_CPU_S = 20.0

Lines = list[Line]


def read_pdf(content: bytes, *, max_pages: int, cpu_s: float) -> ExtractedText:
    """Text in page order, page numbers from 1.

    Raises: UnreadableDocument (pdf_encrypted, pdf_broken), LimitExceeded (too_many_pages, extract_timeout).
    """
    until = time.process_time() + cpu_s * 0.9
    try:
        return _with_pdfium(content, max_pages=max_pages, until=until)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _PASSWORD_ERROR:
            raise _encrypted() from None
    try:
        with cpu_budget(max(1.0, min(_FALLBACK_CPU_S, until - time.process_time()))):
            return _with_pypdf(content, max_pages=max_pages)
    except OutOfTime:
        raise out_of_time() from None


def _with_pdfium(content: bytes, *, max_pages: int, until: float) -> ExtractedText:
    document = pypdfium2.PdfDocument(content)
    try:
        pages = len(document)
        _check_pages(pages, max_pages=max_pages)
        lines, unread = [], 0
        for number in range(pages):
            if time.process_time() > until:
                raise out_of_time()
            try:
                lines.append(_lines(document, number))
            except pypdfium2.PdfiumError:
                lines.append([])
                unread += 1
        if unread == pages:
            raise pypdfium2.PdfiumError(f"None of its {pages} pages can be read.")
        title = _clean_title(document.get_metadata_value("Title"))
        return _assembled(lines, title=title, warnings=("pages_unread",) if unread else ())
    finally:
        document.close()


def _lines(document: pypdfium2.PdfDocument, number: int) -> Lines:
    page = document.get_page(number)
    try:
        text_page = page.get_textpage()
        try:
            return list(_measured(text_page))
        finally:
            text_page.close()
    finally:
        page.close()


def _measured(text_page: pypdfium2.PdfTextPage) -> Iterator[Line]:
    """Lines with the place and size of their first letter, as long as letters and text count alike."""
    raw = pypdfium2.raw
    count = text_page.count_chars()
    at, aligned = 0, True
    for text in text_page.get_text_range().split("\r\n") if count > 0 else ():
        if text.strip():
            index = at + len(text) - len(text.lstrip())
            aligned = (
                aligned
                and index < count
                and raw.FPDFText_GetUnicode(text_page, index) == ord(text.lstrip()[0])
            )
            if aligned:
                left, bottom, _, _ = text_page.get_charbox(index, loose=True)
                yield Line(text.strip(), left, bottom, raw.FPDFText_GetFontSize(text_page, index))
            else:
                yield Line(text.strip())
        at += len(text) + 2


def _with_pypdf(content: bytes, *, max_pages: int) -> ExtractedText:
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise _encrypted()
        pages = len(reader.pages)
        _check_pages(pages, max_pages=max_pages)
        lines = [
            [Line(text.strip()) for text in page.extract_text().split("\n") if text.strip()]
            for page in reader.pages
        ]
    except (BadInput, OutOfTime, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - pypdf raises whatever a damaged object leads it to
        raise _broken(str(error)) from None
    if not pages:
        raise _broken("it has no pages")
    title = _clean_title(str(reader.metadata.title)) if reader.metadata and reader.metadata.title else None
    return _assembled(lines, title=title, warnings=("repaired",))


def _assembled(pages: list[Lines], *, title: str | None, warnings: tuple[str, ...]) -> ExtractedText:
    made, size = Assembly(), body_size(pages)
    for number, lines in enumerate(pages, start=1):
        for text, kind, level in paragraphs_of(lines, body_size=size):
            made.add(text, kind=kind, level=level, page=number)
    return made.extracted(title=title, pages=len(pages), warnings=warnings)


def _check_pages(pages: int, *, max_pages: int) -> None:
    if pages > max_pages:
        raise LimitExceeded(
            f"The PDF has {pages:,} pages, more than {max_pages:,}; split it or raise GENAI_MAX_PAGES.",
            code="too_many_pages",
        )


def _clean_title(raw: str) -> str | None:
    """The title of the metadata, unless a program filled it in with its own or a file's name."""
    title = one_line(raw)
    lowered = title.lower()
    junk = lowered.startswith(_JUNK_TITLES) or lowered.endswith(_FILE_NAMES) or len(title) < 4
    return None if junk or not any(letter.isalpha() for letter in title) else title


def out_of_time() -> LimitExceeded:
    return LimitExceeded(
        "Reading the document took longer than it may; split it or raise GENAI_EXTRACT_CPU_S.",
        code="extract_timeout",
    )


def _encrypted() -> UnreadableDocument:
    return UnreadableDocument(
        "The PDF is protected by a password; save it without one.", code="pdf_encrypted"
    )


def _broken(reason: str) -> UnreadableDocument:
    return UnreadableDocument(
        f"The PDF is broken: {reason[:200]}. Open it in a viewer and save it again.", code="pdf_broken"
    )
