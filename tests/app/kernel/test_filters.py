"""The filter language: what each operator means, on scalars and lists, and what is refused by name."""

from typing import Any

import pytest

from app.kernel.errors import BadInput
from app.kernel.filters import parse_filter


@pytest.mark.parametrize(
    ("raw", "fields", "passes"),
    [
        ({}, {}, True),
        ({"a": 1}, {"a": 1}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1}, {}, False),
        ({"a": 1}, {"a": True}, False),
        ({"a": True}, {"a": 1}, False),
        ({"a": True}, {"a": True}, True),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": "1"}, {"a": 1}, False),
        ({"a": ["x", "y"]}, {"a": "y"}, True),
        ({"a": ["x", "y"]}, {"a": ["z", "x"]}, True),
        ({"a": []}, {"a": "x"}, False),
        ({"a": "x"}, {"a": ["w", "x"]}, True),
        ({"a": {"ne": "x"}}, {"a": "y"}, True),
        ({"a": {"ne": "x"}}, {"a": ["y", "x"]}, False),
        ({"a": {"ne": "x"}}, {}, True),
        ({"a": {"gte": 2, "lt": 4}}, {"a": 2}, True),
        ({"a": {"gte": 2, "lt": 4}}, {"a": 4}, False),
        ({"a": {"gt": 2}}, {"a": "3"}, False),
        ({"a": {"gt": "b"}}, {"a": "c"}, True),
        ({"a": {"lte": 1}}, {"a": True}, False),
        ({"a": {"gt": 1}}, {"a": [0, 2]}, True),
        ({"a": {"gt": 1}}, {"a": None}, False),
        ({"a": {"exists": True}}, {"a": 0}, True),
        ({"a": {"exists": True}}, {"a": None}, False),
        ({"a": {"exists": False}}, {}, True),
        ({"a": {"exists": True}}, {"a": []}, True),
        ({"a": {"gte": 10**400}}, {"a": 1.5}, False),
        ({"a": 1, "b": 2}, {"a": 1, "b": 2}, True),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, False),
    ],
)
def test_what_passes(raw: dict[str, Any], fields: dict[str, Any], passes: bool) -> None:
    assert parse_filter(raw).matches(fields) is passes


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        ({"a": {}}, "'a'"),
        ({"a": {"like": "x"}}, "'like'"),
        ({"a": {"gt": [1]}}, "'gt'"),
        ({"a": {"in": 1}}, "'in'"),
        ({"a": None}, "'a'"),
        ({"a": {"eq": {"b": 1}}}, "'a'"),
        ({"a": [[1]]}, "'a'"),
        ({"a": {"exists": 1}}, "'exists'"),
        ({"a": list(range(1001))}, "1001"),
        ({str(n): n for n in range(33)}, "33"),
    ],
)
def test_what_is_refused_names_its_place(raw: dict[str, Any], word: str) -> None:
    with pytest.raises(BadInput) as raised:
        parse_filter(raw)
    assert word in raised.value.detail


def test_no_filter_is_false_and_lets_everything_pass() -> None:
    assert not parse_filter(None) and parse_filter(None).matches({})
