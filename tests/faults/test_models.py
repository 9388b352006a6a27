"""The chat model and the embedder slow, away, resetting, cutting and trickling: 503 or words alone, and it heals."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.faults.proxy import Cut, Down, FaultProxy, Latency, Mode, Pass, Reset, Trickle, fault_proxy
from tests.faults.scene import RECOVERY_S, Scene, note
from tests.processes.service import started
from tests.wire.server import wire_server

MODES: dict[str, Mode] = {
    "down": Down(),
    "reset": Reset(),
    "cut": Cut(20),
    "latency": Latency(60),
    "trickle": Trickle(10),
}
ANSWER = "Oslo is the capital of Norway [1]."
FACT = "Oslo is the capital of Norway. The city lies at the end of a fjord."


@dataclass
class Models:
    """A service and the proxies before its two models."""

    scene: Scene
    chat: FaultProxy
    embedder: FaultProxy


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Models]:
    with ExitStack() as stack:
        server = stack.enter_context(wire_server())
        server.answer = lambda messages: ANSWER
        chat, embedder = (stack.enter_context(fault_proxy(server.port)) for _ in range(2))
        settings = {
            "GENAI_CHAT": "openai", "GENAI_CHAT_MODEL": "tiny",
            "GENAI_CHAT_URL": f"http://127.0.0.1:{chat.port}/v1",
            "GENAI_CHAT_FIRST_TOKEN_S": "0.6", "GENAI_CHAT_TIMEOUT_S": "2", "GENAI_ANSWER_CACHE_S": "0",
            "GENAI_EMBEDDER": "openai", "GENAI_EMBEDDER_MODEL": "tiny-embed",
            "GENAI_EMBEDDER_URL": f"http://127.0.0.1:{embedder.port}/v1",
            "GENAI_EMBEDDER_DIMENSIONS": "8", "GENAI_EMBEDDER_TIMEOUT_S": "1",
        }  # fmt: skip
        service = stack.enter_context(started(tmp_path_factory.mktemp("models"), **settings))
        service.upload(FACT, filename="norway.txt")
        yield Models(Scene("chat", service, chat), chat, embedder)


def _asked(models: Models) -> dict[str, object]:
    answer = models.scene.ask(
        "POST", "/query", json={"question": f"Capital of Norway? {note()}", "min_score": 0}
    )
    return {"status": answer.status_code, **answer.json()}


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_without_its_chat_model_the_service_says_when_to_come_again_and_goes_on_searching(
    models: Models, mode: Mode
) -> None:
    scene = models.scene
    models.chat.mode = mode
    assert _asked(models)["status"] == 503
    assert scene.failing() == ["chat"]
    assert scene.ask("GET", "/healthz").status_code == 200
    assert scene.upload(note(), wait_s=RECOVERY_S).json()["status"] == "done"
    assert scene.everything_is_in()
    models.chat.mode = Pass()
    scene.until(lambda: scene.failing() == [] and _asked(models)["status"] == 200, within_s=RECOVERY_S)
    assert _asked(models)["answer"] == ANSWER


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_without_its_embedder_the_service_answers_by_words_alone_and_uploads_wait(
    models: Models, mode: Mode
) -> None:
    scene = models.scene
    assert _asked(models)["degraded"] is None
    models.embedder.mode = mode
    waiting = scene.upload(note())
    assert waiting.status_code == 202
    answer = _asked(models)
    assert (answer["status"], answer["degraded"], answer["answer"]) == (200, "lexical_only", ANSWER)
    by_vector = scene.ask("POST", "/v1/retrieval", json={"query": note(), "mode": "vector"})
    assert by_vector.status_code == 503
    assert scene.failing() == ["embedder"]
    models.embedder.mode = Pass()
    scene.until(lambda: scene.failing() == [] and _asked(models)["degraded"] is None, within_s=RECOVERY_S)
    scene.until(scene.everything_is_in, within_s=RECOVERY_S)
    assert "genai_breaker_open" in scene.ask("GET", "/metrics").text
