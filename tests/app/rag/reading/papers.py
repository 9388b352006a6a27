"""Writes PDF and DOCX files for the tests, honest and hostile ones."""

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence

import docx

FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"


def pdf(objects: Sequence[bytes], *, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalog."""
    out, offsets = b"%PDF-1.7\n", []
    parts = [out]
    at = len(out)
    for number, content in enumerate(objects, start=1):
        offsets.append(at)
        parts.append(b"%d 0 obj\n" % number + content + b"\nendobj\n")
        at += len(parts[-1])
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    parts += [b"%010d 00000 n \n" % offset for offset in offsets]
    parts.append(
        b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, trailer, at)
    )
    return b"".join(parts)


def stream(content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    return b"<</Length %d/Filter/FlateDecode>>stream\n" % len(packed) + packed + b"\nendstream"


def lines(texts: Sequence[str], *, size: int = 10, top: int = 760, pitch: int = 14) -> bytes:
    """Page content with one line below the other."""
    shown = b"".join(b"(%s) Tj 0 -%d Td\n" % (text.encode("cp1252"), pitch) for text in texts)
    return b"BT /F1 %d Tf 72 %d Td\n" % (size, top) + shown + b"ET\n"


def pages(contents: Sequence[bytes], *, trailer: bytes = b"", extra: Sequence[bytes] = ()) -> bytes:
    """A PDF with one page per content stream; extra objects come last."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * at) for at in range(len(contents)))
    objects = [CATALOG, b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(contents)), FONT]
    for at, content in enumerate(contents):
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
            % (5 + 2 * at)
        )
        objects.append(stream(content))
    return pdf([*objects, *extra], trailer=trailer)


def page_text(*texts: str) -> bytes:
    return pages([lines(texts)])


def docx_of(write: Callable[[docx.document.Document], object]) -> bytes:
    document = docx.Document()
    write(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def warranty_docx() -> bytes:
    return docx_of(lambda document: document.add_paragraph("The warranty lasts 24 months."))


def repacked(
    content: bytes, *, changed: Mapping[str, Callable[[bytes], bytes]], added: Mapping[str, bytes]
) -> bytes:
    """The package with some parts changed and others added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, changed.get(entry.filename, bytes)(old.read(entry)))
        for name, part in added.items():
            new.writestr(name, part)
    return out.getvalue()


def with_body(insert: bytes, *, prolog: bytes = b"") -> bytes:
    """A DOCX whose body begins with this XML."""

    def change(part: bytes) -> bytes:
        part = part.replace(b"<w:body>", b"<w:body>" + insert, 1)
        return prolog + part[part.index(b"?>") + 2 :] if prolog else part

    return repacked(warranty_docx(), changed={"word/document.xml": change}, added={})
