"""Searches at hand go step by step together, and nothing that one of them does holds up another for long."""

import asyncio
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from app.kernel.ports.index import Hit, SearchRequest
from app.rag.search import Found, Search

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
