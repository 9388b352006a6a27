"""What users see is what is measured: the running service answers with the lines that the function chose."""

import pytest

from tests.evals.devops_http import run
from tests.evals.devops_lines import ABSENT, DATA

pytestmark = [pytest.mark.eval, pytest.mark.skipif(not DATA.exists(), reason=ABSENT)]

# Each case is worked on twice; the gates of all of them are those of the function.
_EVERY = 10


def test_the_service_extracts_the_lines_that_were_measured() -> None:
    assert not [line for line in run(every=_EVERY) if line.startswith("MISSED")]
