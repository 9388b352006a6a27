"""The estimate of word pieces is an upper one for text of many kinds."""

import pytest

from app.rag.word_pieces import word_pieces_at_most


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        # True counts of the bert-base-uncased tokenizer.
        ("The warranty lasts 24 months and covers all parts of the pump.", 13),
        ("保修期为24个月。所有产品均适用。", 16),
        ("!!!!!!!!????????", 16),
        ("Гарантия составляет 24 месяца на все товары", 33),
        ("https://www.example.com/a/b?c=d&e=f#g12345", 26),
        (
            "El período de garantía es de veinticuatro meses para todos los productos electrónicos vendidos",
            26,
        ),
    ],
)
def test_the_estimate_is_not_below_the_true_count_and_not_twice_above(text: str, pieces: int) -> None:
    assert pieces <= word_pieces_at_most(text) <= 2 * pieces


def test_blank_text_has_no_pieces() -> None:
    assert word_pieces_at_most(" \n\t ") == 0
