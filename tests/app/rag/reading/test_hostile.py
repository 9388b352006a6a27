"""Broken, hostile and odd documents end as text or as a refusal with a code, never as a fault of the service."""

import asyncio
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.kernel.documents import ExtractedText
from app.kernel.errors import BadInput
from app.rag.reading.sandbox import Reader
from tests.app.rag.reading.papers import (
    CATALOG,
    FONT,
    lines,
    page_text,
    pages,
    pdf,
    repacked,
    stream,
    warranty_docx,
    with_body,
)

ATTACK = Path(__file__).resolve().parents[5] / "shared/data/attack"
Read = Callable[[bytes, str], ExtractedText]


@pytest.fixture(scope="module")
def read() -> Iterator[Read]:
    with asyncio.Runner() as runner:
        reader = Reader(cpu_s=30, memory_mb=384, max_pages=5_000)
        yield lambda content, filename: runner.run(reader.read(content, filename=filename))
        runner.run(reader.aclose())


def cases() -> list[dict[str, str]]:
    listing = ATTACK / "docs/docs.jsonl"
    return [json.loads(line) for line in listing.read_text("utf-8").splitlines()] if listing.exists() else []


@pytest.mark.skipif(not cases(), reason=f"{ATTACK / 'docs'} is not here")
@pytest.mark.parametrize("case", cases(), ids=lambda case: Path(case["path"]).name)
def test_a_collected_document_gives_the_expected_kind(case: dict[str, str], read: Read) -> None:
    file, expected = ATTACK / case["path"], case["expected"]
    try:
        extracted = read(file.read_bytes(), file.name)
    except BadInput as refused:
        assert expected.startswith(("4xx", "200 or 4xx", "configurable")), refused.detail
        assert refused.code not in ("bad_input", "internal_error")
        return
    assert expected.startswith(("200", "configurable"))
    assert extracted.text.isprintable() or "\0" not in extracted.text
    assert bool(extracted.blocks) != ("no_text" in extracted.warnings)
    assert not any(sign in extracted.text for sign in ("app.alert", "evil.example", "cmd.exe"))


FORM = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>/Length 12>>stream\n/X Do /X Do \nendstream"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>/XObject<</X 6 0 R>>>>>>"
ONE_PAGE = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
WARRANTY = lines(["The warranty lasts 24 months."])
DTD = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def _deep_tree(depth: int) -> bytes:
    nodes = [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (at + 3) for at in range(depth)]
    return pdf([CATALOG, *nodes, b"<</Type/Page/MediaBox[0 0 9 9]>>"])


def _nested_zip() -> bytes:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(20_000_000))
    return repacked(warranty_docx(), changed={}, added={"word/embeddings/inner.zip": inner.getvalue()})


HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    # name: (file name, content, "text" or the code of the refusal or "any")
    "stream bomb": ("a.pdf", lambda: pages([WARRANTY + b" " * 450_000_000]), "any"),
    "long string": ("a.pdf", lambda: pages([b"BT /F1 9 Tf (" + b"A" * 5_000_000 + b") Tj ET"]), "text"),
    "stacked states": ("a.pdf", lambda: pages([b"q " * 500_000 + WARRANTY]), "text"),
    "nested arrays": ("a.pdf", lambda: pages([WARRANTY], extra=[b"[" * 50_000 + b"]" * 50_000]), "text"),
    "page tree that is its own child": (
        "a.pdf",
        lambda: pdf([CATALOG, b"<</Type/Pages/Kids[2 0 R]/Count 9>>"]),
        "pdf_broken",
    ),
    "deep page tree": ("a.pdf", lambda: _deep_tree(20_000), "any"),
    "huge page count": ("a.pdf", lambda: pages([WARRANTY]).replace(b"/Count 1", b"/Count 99999999"), "any"),
    "xref that points at itself": ("a.pdf", lambda: page_text("x").replace(b"/Root", b"/Prev 9/Root"), "any"),
    "form that draws itself": (
        "a.pdf",
        lambda: pdf([CATALOG, ONE_PAGE, PAGE, stream(WARRANTY + b"/X Do"), FONT, FORM % 6]),
        "any",
    ),
    "script on opening": (
        "a.pdf",
        lambda: pages([WARRANTY]).replace(
            b"/Type/Catalog", b"/Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"
        ),
        "text",
    ),
    "only a header": ("a.pdf", lambda: b"%PDF-1.7\n", "pdf_broken"),
    "zip bomb": (
        "a.docx",
        lambda: repacked(warranty_docx(), changed={}, added={"word/media/a": bytes(99_000_000)}),
        "docx_too_large",
    ),
    "bomb in the text": (
        "a.docx",
        lambda: with_body(b"<w:p>" + b"A" * 50_000_000 + b"</w:p>"),
        "docx_too_large",
    ),
    "zip in a zip": ("a.docx", _nested_zip, "text"),
    "many parts": (
        "a.docx",
        lambda: repacked(warranty_docx(), changed={}, added={f"{n}": b"" for n in range(10_001)}),
        "docx_too_large",
    ),
    "external entity": (
        "a.docx",
        lambda: with_body(b"<w:p><w:r><w:t>&a;</w:t></w:r></w:p>", prolog=DTD),
        "docx_dtd",
    ),
    "deep XML": ("a.docx", lambda: with_body(b"<w:sdt>" * 5_000 + b"</w:sdt>" * 5_000), "docx_broken"),
    "100,000 cells": (
        "a.docx",
        lambda: with_body(
            b"<w:tbl>" + (b"<w:tr>" + b"<w:tc><w:p/></w:tc>" * 10 + b"</w:tr>") * 10_000 + b"</w:tbl>"
        ),
        "text",
    ),
    "half a file": ("a.docx", lambda: warranty_docx()[:9_000], "docx_broken"),
    "brackets": ("a.md", lambda: b"[" * 40_000, "text"),
    "emphasis": ("a.md", lambda: b"*a " * 50_000, "text"),
    "quotes in quotes": ("a.md", lambda: b">" * 100_000 + b"a", "any"),
    "lists in lists": ("a.md", lambda: b"".join(b" " * n + b"- a\n" for n in range(1_000)), "text"),
    "one line": ("a.txt", lambda: b"word " * 2_000_000, "text"),
    "one word": ("a.txt", lambda: b"a" * 10_000_000, "text"),
    "comments": ("a.html", lambda: b"<!--" * 200_000 + b"a", "any"),
    "a huge attribute": ("a.html", lambda: b'<a href="' + b"x" * 5_000_000 + b'">seen</a>', "text"),
    "more text than allowed": ("a.txt", lambda: b"word " * 5_000_000, "too_much_text"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_ends_as_text_or_as_a_refusal(name: str, read: Read) -> None:
    filename, content, expected = HOSTILE[name]
    try:
        extracted = read(content(), filename)
    except BadInput as refused:
        assert expected in (refused.code, "any"), refused.detail
        return
    assert expected in ("text", "any")
    assert "app.alert" not in extracted.text
    assert "root:" not in extracted.text
