from collections.abc import AsyncIterator

import pytest

from app.adapters.embedded.extractive import ExtractiveChat
from app.kernel.documents import Chunk
from app.kernel.ports.chat import ChatRequest, Delta, Passage, Usage
from app.rag.answer.citations import CitationChecker, FoundCitation, SourcePassage, TextDelta, cited_stream

TEXT = "The Normans came from Denmark. Rollo swore fealty to Charles III in 911. Page two: they did not convert at first."
CUT = TEXT.index("Page two")
NORMANS = SourcePassage(
    1, "doc_n", "normans.pdf", 3, 1_000, TEXT,
    (
        Chunk(4, 1_000, 1_000 + CUT - 1, TEXT[: CUT - 1], (), 7),
        Chunk(5, 1_000 + CUT, 1_000 + len(TEXT), TEXT[CUT:], (), 8),
    ),
)  # fmt: skip
OSLO_TEXT = "Oslo is the capital\nof Norway. It was founded around 1049."
OSLO = SourcePassage(2, "doc_o", "oslo.md", 1, 0, OSLO_TEXT, (Chunk(0, 0, len(OSLO_TEXT), OSLO_TEXT),))


def _read(answer: str, size: int = 10_000) -> tuple[str, list[FoundCitation]]:
    checker = CitationChecker([NORMANS, OSLO])
    events: list[TextDelta | FoundCitation] = []
    for start in range(0, len(answer), size):
        events += checker.feed(answer[start : start + size])
    events += checker.finish()
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    return text, [event for event in events if isinstance(event, FoundCitation)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 10_000])
@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("See ![a](https://x.example/?c=1).", "See ! [a](https://x.example/?c=1)."),
        ("See![1](https://x.example/?c=1).", "See! [1](https://x.example/?c=1)."),
        ("See ![][9].", "See ! []."),
        (
            "So <img src=//x.example> and <IMG/src=//x.example>.",
            "So < img src=//x.example> and < IMG/src=//x.example>.",
        ),
        ("A <svg onload=a()> b <iframe\nsrc=c> d", "A < svg onload=a()> b < iframe\nsrc=c> d"),
        ("if a <b: list<imgs> != x <", "if a <b: list<imgs> != x <"),
    ],
)
def test_nothing_in_an_answer_makes_a_page_fetch_something(said: str, shown: str, size: int) -> None:
    assert _read(said, size)[0] == shown


def test_a_marker_becomes_a_citation_with_the_exact_place_of_its_proof() -> None:
    text, [citation] = _read("Rollo swore fealty to Charles III in 911 [1].")
    assert text == "Rollo swore fealty to Charles III in 911 [1]."
    quote = "Rollo swore fealty to Charles III in 911."
    start = 1_000 + TEXT.index(quote)
    assert citation == FoundCitation(
        1, "doc_n", "normans.pdf", 3, 7, start, start + len(quote), quote, "doc_n:3:4", verified=True
    )


def test_page_and_chunk_are_those_of_the_quote() -> None:
    _, [citation] = _read("They did not convert at first [1].")
    assert (citation.page, citation.chunk_id, citation.verified) == (8, "doc_n:3:5", True)
    assert TEXT[citation.start - 1_000 : citation.end - 1_000] == citation.quote


@pytest.mark.parametrize(
    ("answer", "shown", "numbers"),
    [
        ("Oslo is the capital of Norway [2].", "Oslo is the capital of Norway [2].", [2]),
        ("Oslo is the capital of Norway.[2]", "Oslo is the capital of Norway.[2]", [2]),
        ("Oslo is the capital of Norway【2】.", "Oslo is the capital of Norway[2].", [2]),
        ("Oslo is the capital of Norway 【2†source】.", "Oslo is the capital of Norway [2].", [2]),
        ("Oslo is the capital of Norway [^2].", "Oslo is the capital of Norway [2].", [2]),
        ("Oslo is the capital of Norway [Passage 2].", "Oslo is the capital of Norway [2].", [2]),
        ("Oslo is the capital of Norway [1, 2].", "Oslo is the capital of Norway [1][2].", [1, 2]),
        ("Oslo is the capital of Norway [1][2].", "Oslo is the capital of Norway [1][2].", [1, 2]),
        ("Oslo is the capital of Norway [1-2].", "Oslo is the capital of Norway [1][2].", [1, 2]),
        ("Oslo is the capital of Norway [2, 2].", "Oslo is the capital of Norway [2].", [2]),
        ("Oslo is the capital of Norway [2; 9].", "Oslo is the capital of Norway [2].", [2]),
        ("Oslo is the capital of Norway [9].", "Oslo is the capital of Norway.", []),
        ("Oslo is the capital of Norway [0][7, 8].", "Oslo is the capital of Norway.", []),
        ("Oslo [3-9999].", "Oslo.", []),
        ("[note] and [x, 1] and [", "[note] and [x, 1] and [", []),
        ("An [open bracket that never closes. " * 3, ("An [open bracket that never closes. " * 3).rstrip(), []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 2, 3, 7, 10_000])
def test_only_markers_of_given_passages_are_shown_however_the_text_arrives(
    answer: str, shown: str, numbers: list[int], size: int
) -> None:
    text, citations = _read(answer, size)
    assert text == shown
    assert [citation.number for citation in citations] == numbers


def test_a_claim_that_its_passage_does_not_bear_is_shown_as_not_verified() -> None:
    _, citations = _read("Oslo was founded around 1950 [2]. The Normans came from Norway [1].")
    assert [citation.verified for citation in citations] == [False, False]


def test_each_marker_of_a_sentence_proves_its_own_part() -> None:
    _, citations = _read("The Normans came from Denmark [1] and Oslo is the capital of Norway [2].")
    assert [citation.verified for citation in citations] == [True, True]
    assert citations[0].quote == "The Normans came from Denmark."
    assert citations[1].quote == "Oslo is the capital\nof Norway."


def test_the_same_proof_is_told_once() -> None:
    text, citations = _read("Oslo is the capital of Norway [2]. Oslo is the capital of Norway [2].")
    assert text.count("[2]") == 2 and len(citations) == 1


def test_text_is_not_held_back_longer_than_a_marker_could_be() -> None:
    checker = CitationChecker([OSLO])
    assert list(checker.feed("Plain words")) == [TextDelta("Plain words")]
    assert list(checker.feed(" [" + "x" * 100)) == [TextDelta(" [" + "x" * 100)]


async def _deltas(*items: Delta | Usage) -> AsyncIterator[Delta | Usage]:
    for item in items:
        yield item


@pytest.mark.anyio
async def test_a_stream_keeps_its_order_and_its_usage_comes_last() -> None:
    stream = _deltas(
        Delta("Oslo is the capital of Nor"), Delta("way ["), Delta("2"), Delta("]."), Usage(5, 7)
    )
    events = [event async for event in cited_stream(stream, [OSLO])]
    kinds = [type(event).__name__ for event in events]
    assert kinds[-1] == "Usage" and kinds.index("FoundCitation") < len(kinds) - 2
    assert (
        "".join(event.text for event in events if isinstance(event, TextDelta))
        == "Oslo is the capital of Norway [2]."
    )


@pytest.mark.anyio
async def test_every_sentence_that_the_extractive_model_quotes_is_verified() -> None:
    passages = [NORMANS, OSLO]
    request = ChatRequest(
        "When did Rollo swear fealty to Charles, and did the Normans convert?",
        tuple(Passage(source.number, source.text) for source in passages),
    )
    events = [event async for event in cited_stream(ExtractiveChat().answer(request), passages)]
    citations = [event for event in events if isinstance(event, FoundCitation)]
    assert citations and all(citation.verified for citation in citations)
