"""The whole service with a language model and an embedder that speak OpenAI's wire: answers, streams and failures."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.kernel.prompts import ABSTENTION
from tests.processes.service import Service, started
from tests.wire.replies import HangUp, Status, Stream, chunk
from tests.wire.server import WireServer, wire_server

KEY = "wire-key-1234567890"
FACT = "Oslo is the capital of Norway. The city lies at the end of a fjord."


@pytest.fixture(scope="module")
def model() -> Iterator[WireServer]:
    with wire_server() as server:
        server.key = KEY
        yield server


@pytest.fixture(scope="module")
def service(model: WireServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    openai = {f"GENAI_{port}": "openai" for port in ("CHAT", "EMBEDDER")}
    settings = {
        **openai,
        "GENAI_CHAT_URL": model.url,
        "GENAI_CHAT_MODEL": "tiny",
        "GENAI_CHAT_KEY": KEY,
        "GENAI_CHAT_INPUT_USD_PER_MTOK": "1000000",
        "GENAI_ANSWER_CACHE_S": "0",  # the same question is asked of the model every time
        "GENAI_EMBEDDER_URL": model.url,
        "GENAI_EMBEDDER_MODEL": "tiny-embed",
        "GENAI_EMBEDDER_KEY": KEY,
        "GENAI_EMBEDDER_DIMENSIONS": "8",
    }
    with started(tmp_path_factory.mktemp("llm"), **settings) as running:
        running.upload(FACT, filename="norway.txt")
        yield running


def ask(service: Service, **body: Any) -> Any:
    return service.http.post(
        "/query", json={"question": "What is the capital of Norway?", "min_score": 0, **body}
    )


def events(service: Service) -> list[tuple[str, Any]]:
    frames = [frame for frame in ask(service, stream=True).text.split("\n\n") if frame.startswith("event: ")]
    pairs = (frame.split("\n") for frame in frames)
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in pairs]


def test_the_models_words_are_shown_with_sources_that_were_retrieved_and_checked(
    service: Service, model: WireServer
) -> None:
    model.answer = lambda messages: "Oslo is the capital of Norway [1]. Bergen is larger [9]."
    answer = ask(service).json()
    assert answer["answer"] == "Oslo is the capital of Norway [1]. Bergen is larger."
    [citation] = answer["citations"]
    assert (citation["quote"], citation["verified"]) == ("Oslo is the capital of Norway.", True)
    assert FACT[citation["start"] : citation["end"]] == citation["quote"]
    assert answer["model"] == "tiny" and answer["cost_usd"] == answer["usage"]["input_tokens"] > 0


def test_the_model_is_given_the_passages_as_data_and_the_key_goes_nowhere_else(
    service: Service, model: WireServer
) -> None:
    ask(service)
    said = " ".join(message["content"] for message in model.asked("/v1/chat/completions")[-1]["messages"])
    assert "fjord" in said and KEY not in said


def test_a_streamed_answer_comes_in_pieces_that_make_the_whole(service: Service, model: WireServer) -> None:
    model.answer = lambda messages: "Oslo is the capital of Norway [1]."
    seen = events(service)
    names = [name for name, _ in seen]
    assert names[:2] == ["meta", "retrieval"] and names[-2:] == ["usage", "done"]
    assert names.count("delta") > 1 and names.count("citation") == 1
    text = "".join(data["text"] for name, data in seen if name == "delta")
    assert text.strip() == "Oslo is the capital of Norway [1]."


def test_an_answer_that_is_cut_off_ends_in_an_error_event_behind_what_was_said(
    service: Service, model: WireServer
) -> None:
    model.script(Stream([chunk("", role="assistant"), chunk("Oslo is ")], cut=True))
    seen = events(service)
    assert "delta" in [name for name, _ in seen]
    name, problem = seen[-1]
    assert (name, problem["status"], problem["code"]) == ("error", 503, "provider_unavailable")


def test_a_refused_key_is_a_problem_that_does_not_show_it(service: Service, model: WireServer) -> None:
    model.script(Status(401, "invalid_api_key", f"Incorrect API key {KEY}."))
    answer = ask(service)
    assert (answer.status_code, answer.json()["code"]) == (502, "provider_denied")
    assert KEY not in answer.text


def test_a_model_that_is_down_is_a_503_and_search_goes_on(service: Service, model: WireServer) -> None:
    model.script(*[HangUp()] * 8)
    answer = ask(service)
    assert (answer.status_code, answer.json()["code"]) == (503, "provider_unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    while model.unused_replies:
        ask(service)
    assert service.found("capital") == [FACT]


def test_a_model_that_finds_nothing_is_an_abstention_without_sources(
    service: Service, model: WireServer
) -> None:
    model.answer = lambda messages: ABSTENTION
    answer = ask(service).json()
    assert (answer["abstained"], answer["citations"]) == (True, [])
