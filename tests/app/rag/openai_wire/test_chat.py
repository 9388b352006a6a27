"""Chat completions with the official client: cited answers whole and streamed, and what is refused."""

from typing import Any

import openai
import pytest

from app.kernel.prompts import ABSTENTION
from tests.app.rag.openai_wire.serving import NORWAY, QUESTION, Served

ASKED: list[Any] = [{"role": "user", "content": QUESTION}]


def test_an_answer_is_cited_with_document_page_span_and_quote(api: Served) -> None:
    answer = api.client.chat.completions.create(model="rag", messages=ASKED)
    [choice] = answer.choices
    assert choice.finish_reason == "stop"
    assert choice.message.content is not None
    assert choice.message.content.startswith("Oslo is the capital of Norway. [1]")
    [first, *_] = choice.message.annotations or []
    citation = first.model_dump()
    assert citation["type"] == "file_citation" and citation["verified"] is True
    assert citation["filename"] == "norway.txt" and citation["page"] is None
    assert (
        NORWAY[citation["start"] : citation["end"]] == citation["quote"] == "Oslo is the capital of Norway."
    )
    assert choice.message.content[: citation["index"]].endswith("[1]")
    assert api.client.files.retrieve(citation["file_id"]).filename == "norway.txt"
    assert answer.usage is not None and answer.usage.total_tokens > 0
    extension = answer.model_dump()["x_genai"]
    assert (extension["abstained"], extension["cost_usd"]) == (False, 0.0)
    assert extension["model"] == "extractive" and extension["trace_id"] in answer.id


def test_a_stream_has_the_role_first_then_text_then_citations_then_the_end_and_the_usage(api: Served) -> None:
    stream = api.client.chat.completions.create(
        model="rag-pro", messages=ASKED, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    assert chunks[0].choices[0].delta.role == "assistant"
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    whole = api.client.chat.completions.create(model="rag-pro", messages=ASKED)
    assert "".join(delta.content or "" for delta in deltas) == whole.choices[0].message.content
    annotated = [delta.model_dump()["annotations"] for delta in deltas if "annotations" in delta.model_dump()]
    expected = [one.to_dict() for one in whole.choices[0].message.annotations or []]
    assert annotated == [expected] and expected
    *_, last, usage = chunks
    assert last.choices[0].finish_reason == "stop"
    assert last.model_dump()["x_genai"]["abstained"] is False
    assert usage.choices == [] and usage.usage == whole.usage
    assert len({chunk.id for chunk in chunks}) == 1


def test_the_bytes_of_a_stream_end_with_done_and_have_no_usage_that_nobody_asked_for(api: Served) -> None:
    body = {"model": "rag", "messages": ASKED, "stream": True}
    text = api.http.post("/v1/chat/completions", json=body).text
    assert text.endswith("data: [DONE]\n\n")
    assert '"usage"' not in text


@pytest.mark.parametrize("model", ["rag", "rag-lite", "rag-pro"])
def test_what_no_document_holds_is_not_answered(api: Served, model: str) -> None:
    messages: list[Any] = [{"role": "user", "content": "Who won the chess game in Reykjavik?"}]
    answer = api.client.chat.completions.create(model=model, messages=messages)
    assert answer.choices[0].message.content == ABSTENTION
    assert answer.choices[0].message.annotations == []
    assert answer.model_dump()["x_genai"]["abstained"] is True


def test_parts_of_text_are_one_question(api: Served) -> None:
    parts = [{"type": "text", "text": "What is the capital"}, {"type": "text", "text": "of Norway?"}]
    messages: list[Any] = [{"role": "developer", "content": "Be kind."}, {"role": "user", "content": parts}]
    answer = api.client.chat.completions.create(model="rag", messages=messages)
    assert "Oslo" in (answer.choices[0].message.content or "")


def test_nothing_is_said_behind_a_stop_sequence(api: Served) -> None:
    answer = api.client.chat.completions.create(model="rag", messages=ASKED, stop=[" capital of N"])
    assert answer.choices[0].message.content == "Oslo is the"
    assert answer.choices[0].message.annotations == []


@pytest.mark.parametrize(
    "harmless",
    [
        {"temperature": 0.3, "top_p": 0.9, "seed": 7, "presence_penalty": 0.5, "store": False},
        {"n": 1, "tools": [], "tool_choice": "auto", "logprobs": False, "response_format": {"type": "text"}},
        {"user": "maria", "metadata": {"chat": "1"}, "reasoning_effort": "low", "parallel_tool_calls": True},
        {"max_tokens": 300},
        {"max_completion_tokens": 300},
    ],
)
def test_parameters_that_change_no_meaning_are_taken(api: Served, harmless: dict[str, Any]) -> None:
    assert api.client.chat.completions.create(model="rag", messages=ASKED, **harmless).choices


TOOL = {"type": "function", "function": {"name": "now", "parameters": {}}}


@pytest.mark.parametrize(
    ("refused", "param"),
    [
        ({"n": 2}, "n"),
        ({"tools": [TOOL]}, "tools"),
        ({"logprobs": True}, "logprobs"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"audio": {"voice": "alloy", "format": "wav"}}, "audio"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"temperature": 3}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "system", "content": "Only this."}]}, "messages"),
        ({"messages": [{"role": "tool", "content": "4", "tool_call_id": "x"}]}, "messages.[0].role"),
        ({"messages": [{"role": "user", "content": "x" * 9_000}]}, "messages.[0].content"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}]},
            "messages.[0].content.[0].type",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_would_change_the_meaning_is_refused_by_name(
    api: Served, refused: dict[str, Any], param: str
) -> None:
    given: dict[str, Any] = {"model": "rag", "messages": ASKED, **refused}
    with pytest.raises(openai.BadRequestError) as error:
        api.client.chat.completions.create(**given)
    assert error.value.param == param
    assert error.value.type == "invalid_request_error"


@pytest.mark.parametrize("stop", ["x" * 513, ["x" * 513], ["a"] * 5])
def test_a_stop_sequence_without_measure_is_refused(api: Served, stop: Any) -> None:
    with pytest.raises(openai.BadRequestError) as error:
        api.client.chat.completions.create(model="rag", messages=ASKED, stop=stop)
    assert (error.value.param or "").startswith("stop")


def test_a_model_that_is_not_there_is_not_found_and_the_embedder_does_not_chat(api: Served) -> None:
    with pytest.raises(openai.NotFoundError) as missing:
        api.client.chat.completions.create(model="gpt-9", messages=ASKED)
    assert (missing.value.code, missing.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.BadRequestError):
        api.client.chat.completions.create(model="wordllama", messages=ASKED)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "What is the capital of Norway \\ud83d?",
        "### Task: a title\\n<chat_history>USER: hi \\ud83d</chat_history>",
    ],
)
def test_half_an_emoji_in_a_message_stops_no_answer(api: Served, text: str, stream: bool) -> None:
    for content in (f'"{text}"', f'[{{"type": "text", "text": "{text}"}}]'):
        body = f'{{"model": "rag", "stream": {str(stream).lower()}, "messages": [{{"role": "user", "content": {content}}}]}}'
        answer = api.http.post(
            "/v1/chat/completions", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 200, answer.text
        assert "error" not in answer.text


def test_another_tenant_is_answered_from_its_own_documents_only(api: Served) -> None:
    answer = api.other.chat.completions.create(model="rag", messages=ASKED)
    assert answer.choices[0].message.content == ABSTENTION


def test_a_follow_up_is_understood_from_the_messages_before_it(api: Served) -> None:
    talk: list[Any] = [
        *ASKED,
        {"role": "assistant", "content": "Oslo is the capital of Norway."},
        {"role": "user", "content": "Where does it lie?"},
    ]
    answer = api.client.chat.completions.create(model="rag", messages=talk)
    assert "Norway" in answer.model_dump()["x_genai"]["standalone_question"]
    assert answer.choices[0].message.annotations


def test_what_a_user_asked_is_remembered_under_its_name(api: Served) -> None:
    api.client.chat.completions.create(model="rag", messages=ASKED, user="maria")
    answer = api.client.chat.completions.create(
        model="rag", messages=[{"role": "user", "content": "Where does it lie?"}], user="maria"
    )
    assert "Norway" in answer.model_dump()["x_genai"]["standalone_question"]
    assert api.http.get("/v1/conversations/maria").status_code == 200
