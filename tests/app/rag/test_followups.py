"""The rule that completes follow-ups without a model: what it finds, and what it leaves alone."""

from pathlib import Path

import pytest

from app.rag.conversation.followups import Asked, completed
from tests.evals.followup_cases import CASES
from tests.evals.followups import Measured, changed_stand_alone, measure

_HERON = [Asked("What is the maximum payload of the Heron drone?", "4.5 kilograms.")]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_completed_follow_ups_find_their_document_far_more_often(tmp_path: Path) -> None:
    measured = await measure(tmp_path)
    assert len(CASES) >= 40
    as_asked, alone = Measured.first(measured.as_asked), Measured.first(measured.stand_alone)
    assert alone >= 0.9 and alone - as_asked >= 0.25


def test_questions_that_stand_alone_are_not_touched() -> None:
    assert changed_stand_alone() == []


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How much does it cost?", "How much does the Heron drone cost?"),
        ("What about the Osprey?", "What about the Osprey: maximum payload?"),
        ("Why?", "Why? What is the maximum payload of the Heron drone?"),
        ("Can I charge it there?", "Can I charge the Heron drone there?"),
        ("When did ITS battery fail?", "When did the Heron drone's battery fail?"),
    ],
)
def test_a_follow_up_takes_the_topic_of_the_question_before(question: str, expected: str) -> None:
    found = completed(question, _HERON)
    assert found is not None and found.question == expected


@pytest.mark.parametrize(
    "question",
    ["", " ", "?!", "it", "…", "What is photosynthesis?", "\x00", "它是什么?", "x" * 8_000, "it " * 2_700],
)
def test_whatever_is_asked_is_read_without_an_error(question: str) -> None:
    for earlier in (_HERON, [Asked(question, question)], [Asked("the " * 2_000, "A B " * 2_000)]):
        found = completed(question, earlier)
        assert found is None or len(found.question) < 2_000


def test_a_place_adds_to_a_thing_and_replaces_another_place() -> None:
    added = completed("And in Zurich?", [Asked("How much may a hotel cost per night?")])
    replaced = completed("And to Gull island?", [Asked("When does the ferry to Osprey island leave?")])
    assert added is not None and added.question == "And in Zurich (hotel night)?"
    assert replaced is not None and "Osprey" not in replaced.question


def test_a_topic_lives_on_through_questions_that_name_none() -> None:
    found = completed("How heavy is it?", [*_HERON, Asked("Thanks!"), Asked("ok")])
    assert found is not None and found.question == "How heavy is the Heron drone?"


def test_who_is_meant_comes_from_the_answer() -> None:
    found = completed(
        "When did she die?", [Asked("Who founded the workshop?", "Ada Lovell founded it in 1931.")]
    )
    assert found is not None
    assert (found.question, found.from_answer) == ("When did Ada Lovell die?", True)
