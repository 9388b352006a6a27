"""Circles are found once, whatever leads to them."""

from app.devops.checking.circles import circles


def test_a_circle_is_told_once_in_its_own_order() -> None:
    assert list(circles({"x": ["a"], "a": ["b"], "b": ["c"], "c": ["a"], "d": ["c", "e"], "e": []})) == [
        ["a", "b", "c"]
    ]


def test_two_circles_are_two_and_a_long_chain_is_none() -> None:
    assert list(circles({"a": ["a"], "b": ["c"], "c": ["b"]})) == [["a"], ["b", "c"]]
    assert list(circles({str(n): [str(n + 1)] if n < 50_000 else [] for n in range(50_001)})) == []
