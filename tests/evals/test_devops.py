"""The DevOps assistant's gates on real logs (`make eval`)."""

import pytest

from tests.evals.devops import ABSENT, available, evaluate

pytestmark = [pytest.mark.eval, pytest.mark.skipif(not available(), reason=ABSENT)]


def test_diagnoses_of_real_failures_reach_their_gates() -> None:
    assert evaluate(show=False) == []
