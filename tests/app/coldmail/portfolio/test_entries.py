"""Tables and entries as people and their programs write them."""

import pytest

from app.coldmail.portfolio.entries import Entry, entry, read_csv
from app.kernel.errors import BadInput

ROW = Entry("A", ("Python", "Go"), "x", "https://a.example/1")


@pytest.mark.parametrize(
    "text",
    [
        "title,skills,description,link\nA,Python;Go,x,https://a.example/1\n",
        "\ufefftitle;skills;description;link\r\nA;Python, Go;x;https://a.example/1\r\n",
        "sep=;\ntitle;skills;description;link\nA;Python|Go;x;https://a.example/1",
        "\ufeffsep=\t\r\ntitle\tskills\tdescription\tlink\r\nA\tPython,Go\tx\thttps://a.example/1\r\n",
        "title,skills,description,link\rA,Python|Go,x,https://a.example/1\r",
        '\n\nLINK,Title, Skills ,Description\nhttps://a.example/1,"A",\n\n,,,\n'.replace(
            '"A",', '"A","Python,Go",x'
        ),
        "title,skills,description,link\nA\u200b,Py\u00adthon;\u202eGo,x\x00,https://a.example/1\n",
    ],
    ids=range(7),
)
def test_a_table_is_read_however_it_was_saved(text: str) -> None:
    assert read_csv(text) == [ROW]


@pytest.mark.parametrize(
    ("title", "skills", "description", "link", "field"),
    [
        ("A" * 201, [], "", "", "title"),
        ("\u200b ", [], "", "", "title"),
        ("A", ["x" * 301], "", "", "skills"),
        ("A", [str(each) for each in range(101)], "", "", "skills"),
        ("A", [], "x" * 4_001, "", "description"),
        ("A", [], "", "https://a.example/" + "x" * 2_000, "link"),
        ("A", [], "", "javascript:alert(1)", "link"),
        ("A", [], "", "https://", "link"),
        ("A", [], "", "https:///x", "link"),
        ("A", [], "", "https://[::1", "link"),
        ("A", [], "", "https://me:secret@a.example/", "link"),
        ("A", [], "", "https://a.example/\u200b", "link"),
    ],
)
def test_what_is_too_long_or_no_link_names_its_place(
    title: str, skills: list[str], description: str, link: str, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        entry(title, skills, description, link, place=3)
    assert refused.value.field == f"items.2.{field}"


def test_an_address_may_name_a_person() -> None:
    assert entry("A", [], "", "https://a.example/@me?q=(1)", place=1).link == "https://a.example/@me?q=(1)"
