"""The catalog's file says which layout it has, and one that this version cannot read is refused."""

import sqlite3
from pathlib import Path

import pytest

from app.adapters.embedded.index.catalog import LAYOUT, Catalog, discard_other_layout
from app.kernel.errors import StartError


def numbered(folder: Path, layout: int) -> None:
    Catalog(folder / "catalog.sqlite").close()
    connection = sqlite3.connect(folder / "catalog.sqlite")
    connection.execute(f"PRAGMA user_version = {layout}")
    connection.commit()
    connection.close()


def number_of(folder: Path) -> int:
    connection = sqlite3.connect(folder / "catalog.sqlite")
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return found


def test_a_new_catalog_carries_its_number(tmp_path: Path) -> None:
    Catalog(tmp_path / "catalog.sqlite").close()
    assert number_of(tmp_path) == LAYOUT > 0


def test_one_from_before_the_numbers_is_read_and_gets_one(tmp_path: Path) -> None:
    numbered(tmp_path, 0)
    Catalog(tmp_path / "catalog.sqlite").close()
    assert number_of(tmp_path) == LAYOUT


@pytest.mark.parametrize(("layout", "age"), [(-1, "an older"), (LAYOUT + 1, "a newer")])
def test_another_layout_is_refused_in_words_and_left_as_it_is(tmp_path: Path, layout: int, age: str) -> None:
    numbered(tmp_path, layout)
    with pytest.raises(StartError, match=rf"written by {age} version .*run `python -m app.rag reindex`"):
        Catalog(tmp_path / "catalog.sqlite")
    assert number_of(tmp_path) == layout


def test_only_an_index_of_another_layout_is_discarded(tmp_path: Path) -> None:
    for layout, stays in ((LAYOUT, True), (0, True), (LAYOUT + 1, False)):
        folder = tmp_path / str(layout)
        numbered(folder, layout)
        discard_other_layout(folder)
        assert folder.exists() == stays
    discard_other_layout(tmp_path / "nothing here")


def test_a_damaged_catalog_is_not_taken_for_one_of_another_layout(tmp_path: Path) -> None:
    (tmp_path / "catalog.sqlite").write_bytes(b"surely no database" * 100)
    discard_other_layout(tmp_path)
    assert (tmp_path / "catalog.sqlite").exists()
