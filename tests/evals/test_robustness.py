"""Hostile documents, five hundred kills, a bulk import and a long book, each a program of its own (`make eval`)."""

import subprocess
import sys

import pytest

from tests.evals.datasets import ABSENT, available
from tests.evals.hostile import DOCS

pytestmark = pytest.mark.eval


def _passes(module: str, *arguments: str) -> None:
    assert subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode == 0


@pytest.mark.skipif(not DOCS.is_dir(), reason="the hostile documents are not beside this checkout")
def test_every_hostile_document_ends_as_expected_and_harms_nobody() -> None:
    _passes("tests.evals.hostile")


def test_five_hundred_kills_lose_nothing_that_was_acknowledged() -> None:
    _passes("tests.evals.kills", "--kills", "500")


@pytest.mark.skipif(not available(), reason=ABSENT)
def test_an_import_costs_little_more_than_its_embedding_and_a_long_book_little_memory() -> None:
    _passes("tests.evals.bulk")
