import pytest

from app.rag.answer.support import verify

PASSAGE = (
    "Refunds\n\nCustomers may return goods within 30 days [4]. The fee of 1,500 euros is not refunded. "
    "Dr. Smith, who joined in 2019,\nleads the team in Berlin. Nobody believes that the old plant is safe."
)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("Customers may return goods within 30 days.", "Customers may return goods within 30 days [4]."),
        ("Goods may be returned within 30 days.", "Customers may return goods within 30 days [4]."),
        ("The fee of 1500 euros is not refunded.", "The fee of 1,500 euros is not refunded."),
        (
            "Dr. Smith, who joined in 2019, leads the team in Berlin.",
            "Dr. Smith, who joined in 2019,\nleads the team in Berlin.",
        ),
        ("Smith leads the Berlin team.", "Dr. Smith, who joined in 2019,\nleads the team in Berlin."),
    ],
)
def test_a_claim_that_the_passage_bears_is_verified_with_the_sentence_that_bears_it(
    claim: str, quote: str
) -> None:
    support = verify(claim, PASSAGE)
    assert support.quote == quote == PASSAGE[support.start : support.end]
    assert support.verified


@pytest.mark.parametrize(
    "claim",
    [
        "Customers may return goods within 14 days.",
        "Customers may not return goods within 30 days.",
        "The fee of 1,500 euros is refunded.",
        "The fee of 1.5 euros is not refunded.",
        "Dr. Jones, who joined in 2019, leads the team in Berlin.",
        "Smith leads the Paris team.",
        "the old plant is safe",
        "Shipping to Norway takes two weeks.",
        "Yes.",
        "",
    ],
)
def test_a_claim_with_another_number_name_or_sense_is_not_verified(claim: str) -> None:
    support = verify(claim, PASSAGE)
    assert not support.verified
    assert support.quote == PASSAGE[support.start : support.end]


def test_two_sentences_are_quoted_when_the_claim_needs_both() -> None:
    passage = "Rain fell. The bridge was built in 1890. It collapsed during the flood. Nobody was hurt."
    support = verify("The bridge, built in 1890, collapsed during the flood.", passage)
    assert support.quote == "The bridge was built in 1890. It collapsed during the flood."
    assert support.verified


@pytest.mark.parametrize("passage", ["", " ", "\n\n", "…", "x" * 20_000, "a. " * 3_000])
def test_odd_passages_are_quoted_literally_or_not_at_all(passage: str) -> None:
    support = verify("The bridge was built in 1890.", passage)
    assert support.quote == passage[support.start : support.end]
    assert not support.verified


def test_regular_expressions_in_a_claim_are_only_text() -> None:
    assert verify("(a+)+$ [b] matches", "The rule (a+)+$ [b] matches nothing.").start == 0
