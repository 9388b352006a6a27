"""Retrieval over HTTP: the shape, the modes, the filters inside the search, and passages widened for a model."""

from typing import Any

import pytest

from app.kernel.documents import Chunk, DocumentVersion
from app.kernel.ports.index import Hit
from app.rag.widen import widen
from tests.app.rag.running import Running

pytestmark = pytest.mark.anyio

_RESULT = {
    "document_id", "filename", "metadata", "chunk_id", "text", "page", "start", "end", "score", "lexical_score",
    "vector_score",
}  # fmt: skip


async def _birds(rag: Running) -> None:
    for number, (text, year) in enumerate(
        [
            ("Herons fish in shallow water.", 2020),
            ("Owls hunt mice at night.", 2021),
            ("Storks nest on roofs.", 2022),
        ]
    ):
        await rag.upload(text, filename=f"{number}.txt", metadata={"year": year, "tags": ["bird", str(year)]})


async def test_a_result_has_the_shape_of_the_contract_and_raw_scores_of_its_mode(rag: Running) -> None:
    await _birds(rag)
    for mode in ("hybrid", "lexical", "vector"):
        [first, *_] = await rag.found("owls hunt", mode=mode)
        assert set(first) == _RESULT and first["filename"] == "1.txt"
        assert 0 <= first["score"] <= 1
        assert (first["lexical_score"] is None) == (mode == "vector")
        assert (first["vector_score"] is None) == (mode == "lexical")
        assert first["text"] == "Owls hunt mice at night." and first["page"] is None
    scores = [hit["score"] for hit in await rag.found("owls hunt mice in water")]
    assert scores == sorted(scores, reverse=True)


async def test_limit_and_min_score_bound_the_results(rag: Running) -> None:
    await _birds(rag)
    assert len(await rag.found("birds water night roofs", limit=2)) == 2
    assert all(hit["score"] >= 0.9 for hit in await rag.found("owls hunt", min_score=0.9))
    assert len(await rag.found("owls hunt", min_score=1)) == 1


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"year": 2021}, {"1.txt"}),
        ({"year": {"gte": 2021}}, {"1.txt", "2.txt"}),
        ({"year": [2020, 2022]}, {"0.txt", "2.txt"}),
        ({"tags": "bird", "filename": "0.txt"}, {"0.txt"}),
        ({"year": {"ne": 2020}, "tags": {"exists": True}}, {"1.txt", "2.txt"}),
        ({"year": "2021"}, set()),
        ({"nothing": 1}, set()),
        ({"year": {"gte": 10**30}}, set()),
    ],
)
async def test_filters_decide_inside_the_search(
    rag: Running, filters: dict[str, Any], names: set[str]
) -> None:
    await _birds(rag)
    assert {
        hit["filename"] for hit in await rag.found("birds", mode="vector", filters=filters, limit=3)
    } == names


@pytest.mark.parametrize(
    "body",
    [
        {"query": ""}, {"query": "  "}, {"query": "x" * 8193}, {"query": "a", "limit": 0}, {"query": "a", "limit": 101},
        {"query": "a", "mode": "fuzzy"}, {"query": "a", "min_score": 2}, {"query": "a", "top_k": 3}, {},
        {"query": "a", "filters": {"x": {"like": 1}}}, {"query": ["a"]},
    ],
)  # fmt: skip
async def test_a_bad_request_is_a_422(rag: Running, body: dict[str, Any]) -> None:
    assert (await rag.http.post("/v1/retrieval", json=body)).status_code == 422


@pytest.mark.parametrize(
    "query",
    ['"', "a AND (b", "text:*", "*", "?!", "'; DROP", "\u0000x", "ü" * 5000, "-owls", "[1 TO 2]", "😀"],
)
async def test_any_text_is_a_question(rag: Running, query: str) -> None:
    await _birds(rag)
    for mode in ("hybrid", "lexical", "vector"):
        assert (await rag.http.post("/v1/retrieval", json={"query": query, "mode": mode})).status_code == 200


class Neighbours:
    """A document of numbered words, one a chunk, that overlap by nothing."""

    text = " ".join(f"word{number}" for number in range(10))

    def chunk(self, ordinal: int) -> Chunk:
        start = ordinal * 6
        return Chunk(ordinal, start, start + 5, self.text[start : start + 5])

    def hit(self, ordinal: int) -> Hit:
        return Hit(DocumentVersion("t", "doc_1", 1), self.chunk(ordinal), 1.0, None, None)

    async def neighbours(self, hit: Hit, *, radius: int) -> list[Chunk]:
        around = range(hit.chunk.ordinal - radius, hit.chunk.ordinal + radius + 1)
        return [self.chunk(ordinal) for ordinal in around if 0 <= ordinal < 10]


async def _widened(*ordinals: int, budget: int) -> list[tuple[int, str]]:
    book = Neighbours()
    passages = await widen(
        book, [book.hit(one) for one in ordinals], count_tokens=lambda _: 1, budget_tokens=budget  # type: ignore[arg-type]
    )  # fmt: skip
    for passage in passages:
        shown = book.text[passage.start : passage.start + len(passage.text)]
        assert passage.text.replace("\n", " ") == shown, "offsets are the document's"
    return [(passage.start, passage.text) for passage in passages]


async def test_hits_come_with_their_neighbours_merged_where_they_touch() -> None:
    assert await _widened(4, budget=9) == [(18, "word3\nword4\nword5")]
    assert await _widened(0, budget=9) == [(0, "word0\nword1")]
    assert await _widened(6, 4, budget=9) == [(18, "word3\nword4\nword5\nword6\nword7")]
    assert [start for start, _ in await _widened(8, 1, budget=9)] == [42, 0]


async def test_the_budget_goes_to_the_hits_first_and_then_to_the_best_ones_neighbours() -> None:
    assert await _widened(8, 4, 1, budget=3) == [(48, "word8"), (24, "word4"), (6, "word1")]
    assert await _widened(8, 4, 1, budget=2) == [(48, "word8"), (24, "word4")]
    assert await _widened(8, 4, budget=4) == [(42, "word7\nword8\nword9"), (24, "word4")]
    assert await _widened(8, budget=0) == [(48, "word8")], "one hit is always read"
