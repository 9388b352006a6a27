import pytest

from app.kernel.token_estimate import longest_prefix, tokens_at_most


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        (" \n\t", 0),
        ("cat", 1),
        ("cat, dog!", 4),
        ("internationalisation", 6),
        ("2026", 3),
        ("文書", 4),
        ("🗂", 2),
    ],
)
def test_a_text_is_counted_from_above(text: str, tokens: int) -> None:
    assert tokens_at_most(text) == tokens


@pytest.mark.parametrize(
    "text", ["a few short words of plain prose", "internationalisation " * 9, "文書 " * 40, "x" * 999]
)
@pytest.mark.parametrize("tokens", [2, 7, 50])  # one sign of another script alone may be two
def test_a_prefix_has_at_most_the_tokens_that_were_asked_for(text: str, tokens: int) -> None:
    cut = longest_prefix(text, tokens=tokens)
    assert text.startswith(cut) and cut
    assert tokens_at_most(cut) <= tokens


def test_a_text_that_fits_is_left_whole() -> None:
    assert longest_prefix("one two", tokens=2) == "one two"
    assert longest_prefix("one two", tokens=1) == "one "
