"""Each format gives its visible text in order, with headings, lists, tables, code and pages where they are."""

import io

import docx
import pypdf
import pytest

from app.kernel.documents import BlockKind, ExtractedText
from app.kernel.errors import BadInput
from app.rag.reading.read import read_document
from tests.app.rag.reading.papers import docx_of, lines, page_text, pages, with_body

HEADING, PARAGRAPH, LIST_ITEM = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM
TABLE, CODE = BlockKind.TABLE, BlockKind.CODE


def read(content: bytes | str, filename: str) -> ExtractedText:
    content = content.encode() if isinstance(content, str) else content
    return read_document(content, filename=filename, max_pages=50, cpu_s=20)


def shown(extracted: ExtractedText) -> list[tuple[BlockKind, str]]:
    assert all(a.end <= b.start for a, b in zip(extracted.blocks, extracted.blocks[1:], strict=False))
    return [(block.kind, extracted.text[block.start : block.end]) for block in extracted.blocks]


def code_of(content: bytes | str, filename: str) -> str:
    with pytest.raises(BadInput) as refused:
        read(content, filename)
    return refused.value.code


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xef\xbb\xbfcaf\xc3\xa9", "café"),
        ("café".encode("utf-16"), "café"),
        ("a longer café".encode("utf-16-le"), "a longer café"),
        ("a longer café".encode("utf-16-be"), "a longer café"),
        ("café".encode("utf-32"), "café"),
        (b"caf\xe9 \x80 5", "café € 5"),
        ("保修期为二十四个月。".encode("gb18030"), "保修期为二十四个月。"),
        ("Гарантия составляет месяцы".encode("cp1251"), "Гарантия составляет месяцы"),
        (("naïve café déjà vu " * 9).encode() + b"\xff", "naïve café déjà vu " * 9 + "\ufffd"),
        (b"a\x00b\x07c\x1bd\r\ne\rf\tg", "abcd\ne\nf\tg"),
    ],
)
def test_plain_text_is_decoded_and_loses_only_what_cannot_be_seen(content: bytes, text: str) -> None:
    assert read(content, "a.txt").text == text


def test_a_short_first_line_is_the_title_of_plain_text() -> None:
    extracted = read("Care of pumps\n\nFirst part\nof it.\n \nSecond.\n", "a.txt")
    assert extracted.title == "Care of pumps"
    assert shown(extracted) == [
        (HEADING, "Care of pumps"),
        (PARAGRAPH, "First part\nof it."),
        (PARAGRAPH, "Second."),
    ]


@pytest.mark.parametrize("filename", ["a.txt", "a.md", "a.html"])
@pytest.mark.parametrize("content", [b" \n\t \r\n", b"\xef\xbb\xbf", b"\xff\xfe", b" " * 100_000])
def test_a_blank_file_is_refused(content: bytes, filename: str) -> None:
    assert code_of(content, filename) == "document_empty"


def test_binary_named_as_text_is_refused() -> None:
    assert code_of(bytes(range(256)) * 50, "a.txt") == "not_text"


def test_more_paragraphs_than_allowed_become_one() -> None:
    assert len(read(b"a\n\n" * 250_000, "a.txt").blocks) == 1


def test_markdown_shows_what_its_reader_sees() -> None:
    source = """---
title: "Handbook"
---
# *Setup*

A [link](http://x.example/secret) and ![a pump](http://x.example/secret.png).

3. Three
4. Four
   - inner

| a | b |
|---|---|
| 1 | `2` |

```python
def f():
    return 1
```

<div>raw <b>bold</b><script>secret()</script></div>
"""
    extracted = read(source, "a.md")
    assert extracted.title == "Handbook"
    assert shown(extracted) == [
        (HEADING, "Setup"),
        (PARAGRAPH, "A link and a pump."),
        (LIST_ITEM, "3. Three"),
        (LIST_ITEM, "4. Four"),
        (LIST_ITEM, "- inner"),
        (TABLE, "a | b\n1 | 2"),
        (CODE, "def f():\n    return 1"),
        (PARAGRAPH, "raw bold"),
    ]
    assert "secret" not in extracted.text


def test_markdown_that_the_parser_cannot_finish_is_read_as_plain_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from app.rag.reading.markdown import read_markdown

    extracted = read_markdown(b"![" * 60_000, parse_cpu_s=0.2)
    assert extracted.warnings == ("markup_ignored",)
    assert extracted.text.startswith("![![")


def test_html_shows_what_a_browser_would() -> None:
    source = """<html><head><title>Page &amp; more</title><style>secret</style></head><body><nav>secret</nav>
<h2>Head</h2><p>One <b>bold</b>
wrapped<br>line</p><ul><li>First<li><p>Second</p><ul><li>inner</ul></ul>
<table><tr><th>a<th>b<tr><td>1<td>2</table><pre>x = 1
  y</pre>loose<p hidden>secret</p><p style="display: none">secret</p><script>secret()</script>"""
    extracted = read(source, "a.html")
    assert extracted.title == "Page & more"
    assert shown(extracted) == [
        (HEADING, "Head"),
        (PARAGRAPH, "One bold wrapped\nline"),
        (LIST_ITEM, "- First"),
        (LIST_ITEM, "- Second"),
        (LIST_ITEM, "- inner"),
        (TABLE, "a | b\n1 | 2"),
        (CODE, "x = 1\n  y"),
        (PARAGRAPH, "loose"),
    ]


def test_html_is_decoded_as_its_meta_tag_says() -> None:
    page = '<html><head><meta charset="windows-1251"></head><body><p>Гарантия</p></body></html>'
    assert read(page.encode("cp1251"), "a.html").text == "Гарантия"


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 100_000 + "seen",
        "<a " + " ".join(f"a{n}=1" for n in range(100_000)) + ">seen</a>",
        '<a b="<" ' + " ".join(f"a{n}=1" for n in range(100_000)) + ">seen</a>",
        "<b><p>" * 50_000 + "seen",
        "<a <a '" * 50_000 + "seen",
    ],
    ids=["depth", "attributes", "attributes after a quote", "misnested", "unfinished tags"],
)
def test_html_that_would_stall_the_parser_is_stripped_of_its_tags(source: str) -> None:
    extracted = read(source, "a.html")
    assert extracted.text.endswith("seen") or "seen" in extracted.text
    assert "markup_ignored" in extracted.warnings


def test_html_without_visible_text_is_a_warning() -> None:
    assert read("<script>x()</script>", "a.html").warnings == ("no_text",)


def test_docx_gives_headings_lists_tables_and_no_deleted_text() -> None:
    def write(document: "docx.document.Document") -> None:
        document.core_properties.title = "Manual"
        document.add_heading("Pumps", level=2)
        document.add_paragraph("Check them.\tOften")
        document.add_paragraph("First", style="List Bullet")
        table = document.add_table(rows=2, cols=2)
        for at, value in enumerate("abcd"):
            table.cell(at // 2, at % 2).text = value

    extracted = read(docx_of(write), "a.docx")
    assert extracted.title == "Manual"
    assert shown(extracted) == [
        (HEADING, "Pumps"),
        (PARAGRAPH, "Check them.\tOften"),
        (LIST_ITEM, "- First"),
        (TABLE, "a | b\nc | d"),
    ]
    assert extracted.blocks[0].level == 2
    tracked = b"<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p>"
    assert read(with_body(tracked), "a.docx").text == "new\n\nThe warranty lasts 24 months."


def test_pdf_gives_paragraphs_headings_and_pages() -> None:
    first = lines(["Care of pumps"], size=20) + lines(
        [
            "The pump has to be lubri-",
            "cated before every winter, and the",
            "valves as well.",
            "- Check the oil",
        ],
        top=700,
    )
    extracted = read(pages([first, lines(["Second page of the manual."])]), "a.pdf")
    assert shown(extracted) == [
        (HEADING, "Care of pumps"),
        (PARAGRAPH, "The pump has to be lubricated before every winter, and the valves as well."),
        (LIST_ITEM, "- Check the oil"),
        (PARAGRAPH, "Second page of the manual."),
    ]
    assert [block.page for block in extracted.blocks] == [1, 1, 1, 2]
    assert (extracted.pages, extracted.title) == (2, "Care of pumps")


def test_a_pdf_without_text_is_a_warning() -> None:
    extracted = read(pages([b"0 0 100 100 re f"]), "a.pdf")
    assert (extracted.blocks, extracted.warnings, extracted.pages) == ((), ("no_text",), 1)


def test_a_pdf_that_needs_a_password_is_refused_and_one_with_an_empty_password_is_read() -> None:
    def locked(password: str) -> bytes:
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(page_text("The warranty lasts 24 months.")))
        writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
        file = io.BytesIO()
        writer.write(file)
        return file.getvalue()

    assert code_of(locked("secret"), "a.pdf") == "pdf_encrypted"
    assert read(locked(""), "a.pdf").text == "The warranty lasts 24 months."


def test_a_pdf_with_too_many_pages_is_refused() -> None:
    assert code_of(pages([lines(["x"])] * 51), "a.pdf") == "too_many_pages"


def test_a_pdf_that_pdfium_cannot_open_is_read_by_the_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    import pypdfium2

    from app.rag.reading import pdf

    def refuse(*arguments: object, **named: object) -> ExtractedText:
        raise pypdfium2.PdfiumError("Failed to load document (PDFium: Data format error).", 3)

    monkeypatch.setattr(pdf, "_with_pdfium", refuse)
    extracted = read(pages([lines(["First page."]), lines(["Second page."])]), "a.pdf")
    assert [block.page for block in extracted.blocks] == [1, 2]
    assert "repaired" in extracted.warnings
