"""Reads a document of any accepted format in this process; the sandbox runs it in a child."""

from app.kernel.documents import ExtractedText
from app.kernel.errors import LimitExceeded, UnreadableDocument
from app.rag.reading.assembly import MAX_CHARS, too_much_text
from app.rag.reading.budget import OutOfTime, cpu_budget
from app.rag.reading.sniff import Format, format_of

# Everything but PDF is read in seconds or is hostile. Below the 30 s within which each upload should be answered.
QUICK_CPU_S = 20.0


def read_document(
    content: bytes, *, filename: str, max_pages: int, cpu_s: float, found: Format | None = None
) -> ExtractedText:
    """The text of a document.

    Raises: UnsupportedDocument, UnreadableDocument or LimitExceeded, each with a stable code.
    """
    found = found or format_of(content, filename=filename)
    if found is Format.PDF:
        from app.rag.reading.pdf import read_pdf

        return read_pdf(content, max_pages=max_pages, cpu_s=cpu_s)
    if found is not Format.DOCX and len(content) > 4 * MAX_CHARS:
        raise too_much_text()
    try:
        return _quick(content, found, cpu_s=min(cpu_s, QUICK_CPU_S))
    except OutOfTime as error:
        raise LimitExceeded(
            f"Reading {filename!r} took too long: {error} Split it.", code="extract_timeout"
        ) from None
    except RecursionError:
        raise UnreadableDocument(f"{filename!r} is nested too deeply to be read.", code="too_deep") from None


def _quick(content: bytes, found: Format, *, cpu_s: float) -> ExtractedText:
    # Imports stay here, so that a child that reads text files only never loads lxml or the HTML parser.
    if found is Format.MD:
        from app.rag.reading.markdown import PARSE_CPU_S, read_markdown

        return read_markdown(content, parse_cpu_s=min(PARSE_CPU_S, cpu_s / 2))
    if found is Format.TXT:
        from app.rag.reading.plain import read_plain

        return read_plain(content)
    with cpu_budget(cpu_s):
        if found is Format.HTML:
            from app.rag.reading.html_page import read_html

            return read_html(content)
        from app.rag.reading.docx import read_docx

        return read_docx(content)
