"""The checker and the patches against their gates (`make eval`)."""

import pytest

from tests.evals.devops_checks import DATA, main

pytestmark = pytest.mark.eval


@pytest.mark.skipif(not DATA.is_dir(), reason="the devops sets are not beside this checkout")
def test_the_checker_and_its_patches_pass_their_gates() -> None:
    assert main() == 0
