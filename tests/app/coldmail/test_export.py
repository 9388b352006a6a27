"""Drafts as a table that spreadsheets open."""

import csv
import io

import pytest

from app.coldmail.export import table


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(1)", " =1+1", "\t=1", "＝1+1", "＠SUM(1)"])
def test_no_cell_is_a_formula(title: str) -> None:
    draft = {
        "id": "em_1",
        "subject": title,
        "body": title,
        "links": [],
        "job": {"title": title, "company": title},
    }
    [row] = csv.DictReader(io.StringIO(table([draft])))
    assert {row[name] for name in ("title", "company", "subject", "body")} == {f"'{title}"}


def test_other_cells_stay_as_they_are() -> None:
    draft = {"id": "em_1", "subject": "C++ = fun", "body": "Hi\n- a", "links": [], "job": {}}
    [row] = csv.DictReader(io.StringIO(table([draft])))
    assert (row["subject"], row["body"], row["title"]) == ("C++ = fun", "Hi\n- a", "")
