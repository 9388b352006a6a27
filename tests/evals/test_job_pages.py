"""The reading of real career pages, a program of its own (`make eval`)."""

import subprocess
import sys

import pytest

from tests.evals.job_pages import ABSENT, JOBS

pytestmark = pytest.mark.eval


@pytest.mark.skipif(not JOBS.is_dir(), reason=ABSENT)
def test_career_pages_are_read_as_people_read_them() -> None:
    assert subprocess.run([sys.executable, "-m", "tests.evals.job_pages"], check=False).returncode == 0
