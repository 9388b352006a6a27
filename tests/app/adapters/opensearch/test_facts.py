"""Filters as queries on words, held against the filter language itself."""

import random
from typing import Any

import pytest

from app.adapters.opensearch.facts import FIELD, clauses, facts_of
from app.kernel.documents import DocumentVersion
from app.kernel.filters import Condition, Filter, parse_filter

VALUES: list[Any] = [
    *("", "a", "b", "ab", "A", "é", "🍎", "1", "true", "a=b", "x" * 3_000, "y" * 3_000),
    *(0, 1, -1, 2, 10, 1.0, 0.5, -0.5, -0.0, 1e300, -1e300, 2**53, 2**53 + 1, -(2**53) - 1, 10**400),
    *(True, False),
]
OPERATORS = ("eq", "ne", "gt", "gte", "lt", "lte")
NAMES = ("a", "b", "a=", "ab", "", "1:a", "n" * 2_000)


def passes(query: dict[str, Any], words: set[str]) -> bool:
    """The four queries that are used, on one document's words, in the order of code points as Lucene compares them."""
    [(kind, body)] = query.items()
    if kind == "match_none":
        return False
    wanted = body[FIELD]
    if kind == "term":
        return wanted in words
    if kind == "terms":
        return bool(words & set(wanted))
    assert kind == "range"
    tests = {
        "gt": lambda word, bound: word > bound,
        "gte": lambda word, bound: word >= bound,
        "lt": lambda word, bound: word < bound,
        "lte": lambda word, bound: word <= bound,
    }
    return any(all(tests[name](word, bound) for name, bound in wanted.items()) for word in words)


def found(wanted: Filter, document: DocumentVersion) -> bool:
    words = set(facts_of(document))
    must, must_not = clauses(wanted)
    return all(passes(one, words) for one in must) and not any(passes(one, words) for one in must_not)


def holds(wanted: Filter, document: DocumentVersion) -> bool:
    fields = {**document.metadata, "document_id": document.document_id, "filename": document.filename}
    return wanted.matches(fields)


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_value_compares_with_every_other_as_the_filter_language_says(operator: str) -> None:
    wrong = [
        (stored, asked)
        for stored in [*VALUES, None]
        for asked in VALUES
        for document in [DocumentVersion("t", "d", 1, "f", {"a": stored})]
        for wanted in [Filter((Condition("a", operator, (asked,)),))]
        if found(wanted, document) != holds(wanted, document)
    ]
    assert wrong == []


def test_any_filter_finds_what_the_filter_language_finds() -> None:
    chance = random.Random(7)
    hits = 0
    for _ in range(4_000):
        metadata = {
            name: chance.choice([None, chance.choice(VALUES), chance.sample(VALUES, 2), [], [None]])
            for name in chance.sample(NAMES, 3)
        }
        document = DocumentVersion("t", chance.choice(["a", "b"]), 1, "b", metadata)
        asked = {
            name: chance.choice(
                [
                    chance.choice(VALUES),
                    chance.sample(VALUES, 5),
                    [],
                    {"ne": chance.choice(VALUES)},
                    {"exists": chance.choice([True, False])},
                    {"gte": chance.choice(VALUES), "lt": chance.choice(VALUES)},
                ]
            )
            for name in chance.sample([*NAMES, "document_id", "filename"], chance.choice([1, 1, 2]))
        }
        wanted = parse_filter(asked)
        assert found(wanted, document) == holds(wanted, document), (metadata, asked)
        hits += found(wanted, document)
    assert 400 < hits < 3_600  # both answers are put to the test


def test_no_word_is_too_long_for_lucene() -> None:
    document = DocumentVersion("t", "d", 1, "f" * 50_000, {"n" * 50_000: "🍎" * 50_000})
    assert max(len(word.encode()) for word in facts_of(document)) < 32_766


def test_long_texts_that_begin_alike_are_told_apart() -> None:
    document = DocumentVersion("t", "d", 1, "f", {"a": "x" * 3_000 + "y"})
    assert found(parse_filter({"a": "x" * 3_000 + "y"}), document)
    assert not found(parse_filter({"a": "x" * 3_000}), document)


def test_what_is_not_a_number_compares_with_nothing() -> None:
    document = DocumentVersion("t", "d", 1, "f", {"a": float("nan")})
    assert not found(parse_filter({"a": float("nan")}), document)
    assert not found(parse_filter({"a": {"gte": 0}}), document)
    assert found(parse_filter({"a": {"exists": True}}), document)
