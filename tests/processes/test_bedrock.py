"""The whole service on Bedrock's models, at the server of our own: boto3 and langchain-aws as users run them."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.bedrock.environment import bedrock_in_environment
from tests.bedrock.guards import Guard
from tests.bedrock.replies import Broken, Fail
from tests.bedrock.server import BedrockServer
from tests.processes.service import Service, started

FACT = "Oslo is the capital of Norway. The city lies at the end of a fjord."


@pytest.fixture(scope="module")
def bedrock() -> Iterator[BedrockServer]:
    with bedrock_in_environment(region="eu-central-1") as server:
        server.guards["g1"] = Guard(blocked={"forbidden"})
        yield server


@pytest.fixture(scope="module")
def service(bedrock: BedrockServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    aws = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    settings = {
        "GENAI_CHAT": "bedrock",
        "GENAI_EMBEDDER": "bedrock",
        "GENAI_EMBEDDER_DIMENSIONS": "256",
        "GENAI_GUARDRAIL": "g1",
        "GENAI_ANSWER_CACHE_S": "0",
    }
    with started(tmp_path_factory.mktemp("bedrock"), **aws, **settings) as running:
        running.upload(FACT, filename="norway.txt")
        yield running


def ask(service: Service, question: str = "What is the capital of Norway?", **body: Any) -> Any:
    return service.http.post("/query", json={"question": question, "min_score": 0, **body})


def test_titan_embeds_and_nova_answers_with_checked_citations_and_a_cost(
    service: Service, bedrock: BedrockServer
) -> None:
    answer = ask(service).json()
    assert answer["answer"] == "Oslo is the capital of Norway [1]."
    [citation] = answer["citations"]
    assert (citation["quote"], citation["verified"]) == ("Oslo is the capital of Norway.", True)
    assert answer["model"] == "eu.amazon.nova-2-lite-v1:0"
    usage = answer["usage"]
    expected = (usage["input_tokens"] * 0.33 + usage["output_tokens"] * 2.75) / 1e6
    assert answer["cost_usd"] == pytest.approx(expected, abs=1e-6) and expected > 0
    assert any("fjord" in request["body"]["inputText"] for request in bedrock.asked("InvokeModel"))
    assert {request["body"]["dimensions"] for request in bedrock.asked("InvokeModel")} == {256}


@pytest.mark.parametrize("operation", ["InvokeModel", "ApplyGuardrail", "ConverseStream"])
def test_throttling_before_the_first_word_is_mended_by_asking_again(
    service: Service, bedrock: BedrockServer, operation: str
) -> None:
    before = len(bedrock.asked(operation))
    bedrock.script(Fail("ThrottlingException", headers={"Retry-After": "0"}), operation=operation)
    assert ask(service, f"What is the capital of Norway, by {operation}?").json()["answer"]
    assert len(bedrock.asked(operation)) == before + 2
    assert bedrock.unused_replies == 0


def test_a_question_that_the_guardrail_blocks_is_refused_by_its_code(
    service: Service, bedrock: BedrockServer
) -> None:
    before = len(bedrock.asked("ConverseStream"))
    answer = ask(service, "What is the forbidden capital of Norway?")
    assert answer.json()["code"] == "guardrail_intervened" and answer.status_code >= 400
    assert len(bedrock.asked("ConverseStream")) == before


def test_a_cut_answer_is_told_behind_what_was_said(service: Service, bedrock: BedrockServer) -> None:
    bedrock.script(Broken(5, "cut"), operation="ConverseStream")
    text = ask(service, stream=True).text
    assert "event: delta" in text and '"provider_unavailable"' in text
    assert text.rindex("event: error") > text.rindex("event: delta")


def test_everything_is_ready_while_bedrock_answers(service: Service) -> None:
    assert service.http.get("/readyz").status_code == 200
