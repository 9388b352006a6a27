"""The robustness gates (`make eval`): kills, hostile documents, bulk imports."""

import asyncio

import pytest

from tests.evals import bulk, hostile, kills
from tests.evals.datasets import ABSENT, available, minilm_folder

pytestmark = pytest.mark.eval


def test_five_hundred_kills_break_no_promise() -> None:
    assert asyncio.run(kills.main(500, 1)) == 0


@pytest.mark.skipif(not hostile.DOCS.is_dir(), reason="the hostile documents are not next to the repository")
def test_every_hostile_document_is_answered_as_expected() -> None:
    assert hostile.main(hostile.DOCS) == 0


@pytest.mark.skipif(not available() or minilm_folder() is None, reason=ABSENT)
def test_an_import_costs_little_more_than_its_embedding() -> None:
    assert bulk.measure_import(name="scifact", limit=0, rounds=1)


def test_a_book_of_a_thousand_pages_fits_in_its_memory() -> None:
    assert bulk.measure_book(1000)
