"""Which lines hold one of many words, numbered as they stand."""

import ahocorasick_rs
import pytest

from app.devops.reading.holding import holding

WORDS = ahocorasick_rs.AhoCorasick(["FAIL", "✖", "not ok "])


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["FAIL a", "ok", "not ok 1 and FAIL"], [0, 2]),
        (["", "", "✖ two of three ✖", ""], [2]),
        (["\ud800 half", "🎉", "FAIL"], [2]),
        (["FA", "IL"], []),
        ([], []),
    ],
)
def test_lines_are_found_once_each_and_in_order(lines: list[str], found: list[int]) -> None:
    assert holding(lines, WORDS) == found
