"""The kind of a failure that no signature knows: by the step and the words that tools of a kind share."""

import pytest

from app.devops.analysis import CONFIDENT, Category
from app.devops.diagnosis.leaning import CONFIDENCE, lean


@pytest.mark.parametrize(
    ("step", "line", "category"),
    [
        ("robot tests/", "Total Is Rounded | FAIL |", Category.TEST_ASSERTION),
        ("newman run shop.json", "  1.  AssertionError  status is 200", Category.TEST_ASSERTION),
        ("bundle exec srb tc", "app/cart.rb:14: Expected `Integer` but found `String`", Category.TYPE_ERROR),
        ("spectral lint openapi.yaml", " 12:9  error  operation-id  Operation must have an id", Category.LINT_ERROR),
        ("flyway migrate", "ERROR: Migrations of the schema failed", Category.DEPLOY),
        ("elm make src/Main.elm", "-- TYPE MISMATCH ---- src/Main.elm", Category.COMPILE_ERROR),
        ("earthly +build", "Error: build target: build main: failed to solve", Category.DOCKER_BUILD),
    ],
)  # fmt: skip
def test_a_tool_that_nobody_described_is_told_by_its_step_and_its_words(
    step: str, line: str, category: Category
) -> None:
    found = lean(step, [line, line])
    assert found is not None and found.category is category


@pytest.mark.parametrize(
    ("step", "telling"),
    [
        ("", ["Total Is Rounded | FAIL |"]),  # words alone, and once
        ("pytest", ["Process completed with exit code 1."]),  # the step alone
        ("make everything", ["nothing that anybody knows"]),
        ("pytest", []),
    ],
)
def test_one_sign_alone_is_no_kind(step: str, telling: list[str]) -> None:
    assert lean(step, telling) is None


def test_such_a_kind_is_never_told_with_confidence() -> None:
    assert CONFIDENCE < CONFIDENT
