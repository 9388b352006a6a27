"""Content decides what a file is; the extension decides how text is read."""

import pytest

from app.kernel.errors import BadInput
from app.rag.reading.sniff import Format, extension_of, format_of
from tests.app.rag.reading.papers import page_text, warranty_docx

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 500


@pytest.mark.parametrize(
    ("filename", "content", "found"),
    [
        ("a.pdf", page_text("x"), Format.PDF),
        ("scan.txt", page_text("x"), Format.PDF),
        ("a.pdf", b"HTTP/1.1 200 OK\r\n\r\n" + page_text("x"), Format.PDF),
        ("about.txt", b"A PDF file begins with %PDF- and a version.", Format.TXT),
        ("a.docx", warranty_docx(), Format.DOCX),
        ("upload", warranty_docx(), Format.DOCX),
        ("page.txt", b"<html><body>x</body></html>", Format.TXT),
        ("page.HTM", b"plain words", Format.HTML),
        ("README", b"plain words", Format.TXT),
        ("page", b"\n<!DOCTYPE html><html>", Format.HTML),
        ("Notes of 3. May 2024", b"plain words", Format.TXT),
        (".md", b"# x", Format.TXT),
        ("c:\\my files\\ notes.md ", b"# x", Format.MD),
    ],
)
def test_a_document_is_known_by_its_content_then_by_its_name(
    filename: str, content: bytes, found: Format
) -> None:
    assert format_of(content, filename=filename) is found


@pytest.mark.parametrize(
    ("filename", "content", "code"),
    [
        ("a.pdf", PNG, "not_a_document"),
        ("a.txt", PNG, "not_a_document"),
        ("a.pdf", b"plain words", "not_pdf"),
        ("a.docx", b"plain words", "not_docx"),
        ("a.docx", OLE, "old_office_format"),
        ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "docx_encrypted"),
        ("a.rtf", b"{\\rtf1 hello}", "not_a_document"),
        ("a.zip", b"PK\x05\x06" + b"\0" * 18, "not_a_document"),
        ("a.xyz", b"plain words", "document_unsupported"),
        ("a.txt", b"", "document_empty"),
    ],
)
def test_what_is_no_accepted_document_is_refused_with_a_code(
    filename: str, content: bytes, code: str
) -> None:
    with pytest.raises(BadInput) as refused:
        format_of(content, filename=filename)
    assert refused.value.code == code


def test_the_extension_is_what_follows_the_last_dot_of_the_last_part() -> None:
    names = {"a.b/c": "", "x.PDF": "pdf", ".txt": "", "name..md": "md", "name.": "", "a/b.tar.gz": "gz"}
    assert {name: extension_of(name) for name in names} == names
