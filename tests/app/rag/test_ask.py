"""POST /query as people and programs see it: whole, streamed, abstaining, and when the model fails half way."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.kernel.errors import ProviderTimeout
from app.kernel.ports.chat import ChatRequest, Delta, Usage
from tests.app.rag.running import Running, events_of, running

pytestmark = pytest.mark.anyio

_FACT = "The night train to Malmö leaves at 22:15 from platform nine."
_QUESTION = "When does the night train to Malmö leave?"
_CITATION = {
    "document_id", "filename", "version", "page", "start", "end", "quote", "chunk_id", "verified", "number",
}  # fmt: skip
_RESULT = {
    "document_id", "filename", "metadata", "chunk_id", "text", "page", "start", "end", "score", "lexical_score",
    "vector_score",
}  # fmt: skip


class ScriptedChat:
    """Says what it is told; an exception in the script is raised there."""

    model = "scripted"

    def __init__(self, *script: str | Exception) -> None:
        self._script = script
        self.asked: list[ChatRequest] = []

    def cost_usd(self, usage: Usage) -> float:
        return 0.25

    async def answer(self, request: ChatRequest) -> AsyncIterator[Delta | Usage]:
        self.asked.append(request)
        for part in self._script:
            if isinstance(part, Exception):
                raise part
            yield Delta(part)
        yield Usage(11, 7)

    async def ping(self) -> None:
        """Always there."""


async def _ask(rag: Running, **body: Any) -> dict[str, Any]:
    answer = await rag.http.post("/query", json={"question": _QUESTION, **body})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_an_answer_has_the_shape_of_the_contract(rag: Running) -> None:
    taken = await rag.upload(_FACT, filename="trains.txt", metadata={"line": "north"})
    answer = await _ask(rag)
    assert set(answer) == {
        "answer", "abstained", "citations", "chunks", "usage", "cost_usd", "model", "timings_ms", "trace_id",
        "cached", "session_id", "standalone_question", "degraded",
    }  # fmt: skip
    assert "22:15" in answer["answer"] and answer["abstained"] is False
    [citation] = answer["citations"]
    assert set(citation) == _CITATION and citation["verified"] is True
    text = (await rag.get(f"/v1/documents/{taken['document_id']}/text"))["text"]
    assert citation["quote"] == text[citation["start"] : citation["end"]]
    assert (citation["document_id"], citation["version"]) == (taken["document_id"], 1)
    [chunk] = answer["chunks"]
    assert set(chunk) == _RESULT and chunk["metadata"] == {"line": "north"}
    assert set(answer["usage"]) == {"input_tokens", "output_tokens"}
    assert {"embed", "search", "answer", "total"} <= set(answer["timings_ms"])


async def test_a_question_without_evidence_is_not_answered_and_min_score_decides(rag: Running) -> None:
    nothing = await _ask(rag)
    assert nothing["abstained"] is True and nothing["citations"] == [] and nothing["chunks"] == []
    await rag.upload(_FACT)
    assert (await _ask(rag, min_score=1))["abstained"] is True
    assert (await _ask(rag, min_score=0))["abstained"] is False


async def test_the_stream_has_its_events_in_order(rag: Running) -> None:
    await rag.upload(_FACT)
    answer = await rag.http.post(
        "/query", json={"question": _QUESTION, "stream": True}, headers={"X-Request-Id": "trace-7"}
    )
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = events_of(answer.text)
    names = [name for name, _ in events]
    assert names[:2] == ["meta", "retrieval"] and names[-2:] == ["usage", "done"]
    assert set(names[2:-2]) == {"delta", "citation"} and names.index("delta") < names.index("citation")
    data = dict(events)
    assert data["meta"] == {"trace_id": "trace-7", "session_id": None, "standalone_question": None}
    assert set(data["retrieval"]["chunks"][0]) == _RESULT
    assert set(data["citation"]) == _CITATION
    assert data["done"]["abstained"] is False and data["done"]["trace_id"] == "trace-7"
    whole = await _ask(rag)
    assert "".join(event["text"] for name, event in events if name == "delta").strip() == whole["answer"]


async def test_an_abstention_streams_to_its_done_too(rag: Running) -> None:
    answer = await rag.http.post("/query", json={"question": _QUESTION, "stream": True})
    events = events_of(answer.text)
    assert [name for name, _ in events] == ["meta", "retrieval", "delta", "usage", "done"]
    assert events[-1][1]["abstained"] is True


async def test_a_model_that_breaks_off_ends_the_stream_with_an_error_event(tmp_path: Path) -> None:
    chat = ScriptedChat("The night train leaves ", ProviderTimeout("The model took too long."))
    async with running(tmp_path, chat=chat) as rag:
        await rag.upload(_FACT)
        answer = await rag.http.post("/query", json={"question": _QUESTION, "stream": True})
        whole = await rag.http.post("/query", json={"question": _QUESTION})
    events = events_of(answer.text)
    assert [name for name, _ in events if name != "delta"] == ["meta", "retrieval", "error"]
    assert events[-1][1]["code"] == "provider_timeout" and events[-1][1]["status"] == 503
    assert (whole.status_code, whole.json()["code"]) == (503, "provider_timeout")


async def test_a_language_model_answers_from_the_passages_and_its_cost_is_told(tmp_path: Path) -> None:
    chat = ScriptedChat("The night train leaves at 22:15 [1]. ", "The king said so [9].")
    async with running(tmp_path, chat=chat) as rag:
        await rag.upload(_FACT)
        answer = await _ask(rag)
    assert answer["model"] == "scripted" and answer["cost_usd"] == 0.25
    assert answer["usage"] == {"input_tokens": 11, "output_tokens": 7}
    assert [citation["number"] for citation in answer["citations"]] == [1]
    assert "[9]" not in answer["answer"]
    assert [passage.text for passage in chat.asked[0].passages] == [_FACT]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"question": ""}, "question"),
        ({"question": " \n "}, None),
        ({"question": "x" * 8193}, "question"),
        ({"top_k": 0}, "top_k"),
        ({"top_k": 51}, "top_k"),
        ({"min_score": 1.1}, "min_score"),
        ({"filters": []}, "filters"),
        ({"filters": {"a": {"like": "x"}}}, None),
        ({"filters": {"a": {}}}, None),
        ({"filters": {"a": None}}, None),
        ({"filters": {str(number): 1 for number in range(40)}}, None),
        ({"temperature": 1}, "temperature"),
    ],
)
async def test_a_bad_question_is_refused_before_any_stream_begins(
    rag: Running, change: dict[str, Any], field: str | None, stream: bool
) -> None:
    answer = await rag.http.post("/query", json={"question": "Why?", "stream": stream, **change})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    if field:
        assert answer.json()["errors"][0]["field"] == field


async def test_filters_bound_what_an_answer_may_use(rag: Running) -> None:
    await rag.upload(_FACT, metadata={"year": 2024})
    await rag.upload(_FACT.replace("22:15", "18:40"), metadata={"year": 2025})
    answer = await _ask(rag, filters={"year": {"gte": 2025}})
    assert "18:40" in answer["answer"] and "22:15" not in answer["answer"]
    assert (await _ask(rag, filters={"year": 1999}))["abstained"] is True
