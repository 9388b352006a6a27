import pytest

from app.kernel.wording import asked_about, negations, numbers, stems


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("refund", "refunds"), ("company", "companies"), ("located", "location"), ("stop", "stopped"),
        ("run", "running"), ("Café", "cafe"), ("Norway's", "Norway"), ("organized", "organised"), ("seven", "7"),
    ],
)  # fmt: skip
def test_forms_of_one_word_have_one_stem(one: str, other: str) -> None:
    assert stems(one) == stems(other)


@pytest.mark.parametrize(("one", "other"), [("bus", "bu"), ("universe", "unit"), ("glass", "gla")])
def test_different_words_keep_different_stems(one: str, other: str) -> None:
    assert stems(one) != stems(other)


def test_function_words_count_only_when_there_is_nothing_else() -> None:
    assert stems("What is the capital of Norway?") == ["capital", "norway"]
    assert stems("To be or not to be") == ["to", "be", "or", "not", "to", "be"]
    assert stems("") == []


def test_each_character_of_a_script_without_spaces_is_a_word() -> None:
    assert stems("東京都") == ["東", "京", "都"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,000 and 1000", {"1000"}),
        ("1.50 euros, 007, 3,5", {"1.5", "7", "3.5"}),
        ("2,000,000.5", {"2000000.5"}),
        ("seven of twelve", {"7", "12"}),
        ("one could say", set()),
        ("version 1.2.3", {"1.2.3"}),
    ],
)
def test_a_number_is_the_same_in_each_spelling(text: str, found: set[str]) -> None:
    assert numbers(text) == found


@pytest.mark.parametrize(
    ("text", "count"), [("It isn’t so", 1), ("cannot, never", 2), ("a note on knots", 0)]
)
def test_negations_are_words_of_their_own(text: str, count: int) -> None:
    assert negations(text) == count


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("How long does resuming take?", "does resuming take?"),
        ("And HOW  MUCH may a hotel cost?", "And may a hotel cost?"),
        ("How does it work for long journeys?", "How does it work for long journeys?"),
        ("How long?", "How long?"),
    ],
)
def test_the_measure_that_is_asked_for_is_not_what_the_question_is_about(question: str, about: str) -> None:
    assert " ".join(asked_about(question).split()) == about
