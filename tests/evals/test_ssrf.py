"""The gate of the guarded fetcher (`make eval`)."""

import subprocess
import sys

import pytest

from tests.evals.ssrf import DATA

pytestmark = pytest.mark.eval


@pytest.mark.skipif(not DATA.is_file(), reason="the forbidden addresses are not beside this checkout")
def test_every_address_is_refused_or_fetched_as_expected() -> None:
    assert subprocess.run([sys.executable, "-m", "tests.evals.ssrf"], check=False).returncode == 0
