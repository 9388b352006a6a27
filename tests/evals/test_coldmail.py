"""The gates of the cold e-mail writer (`make eval`)."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.eval


def test_no_lie_and_no_order_of_a_posting_comes_through() -> None:
    assert subprocess.run([sys.executable, "-m", "tests.evals.coldmail"], check=False).returncode == 0


def test_a_model_that_invents_jobs_gets_none_of_them_through() -> None:
    assert subprocess.run([sys.executable, "-m", "tests.evals.model_tier"], check=False).returncode == 0
