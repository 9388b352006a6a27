"""Searches at hand go step by step together, none holds up another for long, and words alone are searched at need."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.kernel.errors import (
    GenaiError,
    ProviderDenied,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnavailable,
)
from app.kernel.ports.index import Hit, SearchMode, SearchRequest
from app.rag.search import Found, Search
from tests.app.rag.running import Running, embedder, events_of, running

pytestmark = pytest.mark.anyio


class Recorder:
    """An embedder and an index that note who came when."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    async def embed(self, texts: Sequence[str], *, kind: str) -> Any:
        self.steps.append(f"embed {texts[0]}")
        if texts[0] == "broken":
            raise ValueError("broken")
        return np.zeros((1, 2), dtype=np.float32)

    async def search(self, request: SearchRequest) -> list[Hit]:
        self.steps.append(f"search {request.text}")
        return []


def _search(recorder: Recorder) -> Search:
    return Search(recorder, recorder)  # type: ignore[arg-type]


async def _ask(search: Search, *questions: str) -> list[Found | BaseException]:
    asked = (search(question, tenant="t", limit=1) for question in questions)
    return await asyncio.gather(*asked, return_exceptions=True)


async def test_questions_at_hand_are_all_embedded_before_the_first_is_searched_for() -> None:
    recorder = Recorder()
    await _ask(_search(recorder), "a", "b", "c")
    assert recorder.steps == ["embed a", "embed b", "embed c", "search a", "search b", "search c"]


async def test_a_question_that_comes_between_the_steps_waits_for_the_searches() -> None:
    recorder = Recorder()
    search = _search(recorder)
    first = asyncio.ensure_future(_ask(search, "a", "b"))
    while "embed b" not in recorder.steps:
        await asyncio.sleep(0)
    await asyncio.gather(first, _ask(search, "late"))
    assert recorder.steps == ["embed a", "embed b", "search a", "search b", "embed late", "search late"]


async def test_one_that_fails_or_leaves_holds_up_nobody() -> None:
    recorder = Recorder()
    search = _search(recorder)
    leaving = asyncio.ensure_future(search("leaves", tenant="t", limit=1))
    while "embed leaves" not in recorder.steps:
        await asyncio.sleep(0)
    leaving.cancel()
    outcomes = await _ask(search, "broken", "a")
    assert isinstance(outcomes[0], ValueError) and isinstance(outcomes[1], Found)
    assert search._together._embedded == 0
    assert "search leaves" not in recorder.steps


async def test_company_that_never_ends_is_waited_for_three_turns_at_most() -> None:
    recorder = Recorder()
    search = _search(recorder)
    search._together._embedded = 1
    async with asyncio.timeout(10):
        await _ask(search, "a")
    assert recorder.steps == ["embed a", "search a"]


class Failing:
    """The embedder of the other tests, as long as no `error` is set; passages are embedded in any case."""

    def __init__(self) -> None:
        self.error: GenaiError | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(embedder(), name)

    async def embed(self, texts: Sequence[str], *, kind: Any = "passage") -> Any:
        if self.error and kind == "query":
            raise self.error
        return await embedder().embed(texts, kind=kind)


_FACT = "The night train to Malmö leaves at 22:15 from platform nine."
_QUESTION = "When does the night train to Malmö leave?"


async def _retrieve(rag: Running, query: str, **body: Any) -> Any:
    return await rag.http.post("/v1/retrieval", json={"query": query, **body})


@pytest.mark.parametrize(
    "error", [ProviderTimeout("late"), ProviderUnavailable("down"), ProviderDenied("key")]
)
async def test_without_the_questions_vector_the_words_answer_and_every_response_says_so(
    tmp_path: Path, error: GenaiError
) -> None:
    failing = Failing()
    async with running(tmp_path, embedder=failing) as rag:
        await rag.upload(_FACT)
        whole = (await _retrieve(rag, "night train")).json()
        assert whole["degraded"] is None and whole["results"][0]["vector_score"] is not None
        failing.error = error
        half = (await _retrieve(rag, "trains at night")).json()
        assert half["degraded"] == "lexical_only"
        assert [(hit["text"], hit["vector_score"]) for hit in half["results"]] == [(_FACT, None)]
        answer = (await rag.http.post("/query", json={"question": _QUESTION})).json()
        assert (answer["degraded"], answer["abstained"]) == ("lexical_only", False) and "22:15" in answer[
            "answer"
        ]
        stream = await rag.http.post("/query", json={"question": f"{_QUESTION} ", "stream": True})
        assert dict(events_of(stream.text))["retrieval"]["degraded"] == "lexical_only"
        metrics = (await rag.http.get("/metrics")).text
    assert 'genai_degraded_searches_total{degraded="lexical_only"}' in metrics


async def test_thin_evidence_is_turned_away_by_the_words_alone_as_well(tmp_path: Path) -> None:
    failing = Failing()
    async with running(tmp_path, embedder=failing) as rag:
        await rag.upload(_FACT)
        failing.error = ProviderTimeout("late")
        answer = (
            await rag.http.post("/query", json={"question": "Which platform sells organic coffee beans?"})
        ).json()
    assert (answer["abstained"], answer["degraded"]) == (True, "lexical_only")


async def test_a_search_by_vectors_fails_without_one_and_one_by_words_needs_none(tmp_path: Path) -> None:
    failing = Failing()
    async with running(tmp_path, embedder=failing) as rag:
        await rag.upload(_FACT)
        failing.error = ProviderTimeout("late")
        by_vector = await _retrieve(rag, "night", mode=SearchMode.VECTOR)
        by_words = (await _retrieve(rag, "night", mode=SearchMode.LEXICAL)).json()
    assert (by_vector.status_code, by_vector.json()["code"]) == (503, "provider_timeout")
    assert int(by_vector.headers["Retry-After"]) >= 1
    assert by_words["degraded"] is None and len(by_words["results"]) == 1


async def test_a_question_that_the_embedder_refuses_is_not_searched_for_by_half(tmp_path: Path) -> None:
    failing = Failing()
    failing.error = ProviderRejected("not this text")
    async with running(tmp_path, embedder=failing) as rag:
        assert (await _retrieve(rag, "night")).status_code == 502
