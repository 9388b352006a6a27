"""The cache slow, away, resetting, cutting and trickling: no request fails or hangs for it, and it heals."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conformance.valkey_server import valkey_server
from tests.faults.proxy import Cut, Down, Latency, Mode, Pass, Reset, Trickle, fault_proxy
from tests.faults.scene import RECOVERY_S, Scene, note
from tests.processes.service import started

MODES: dict[str, Mode] = {
    "down": Down(),
    "reset": Reset(),
    "cut": Cut(2),
    "latency": Latency(60),
    "trickle": Trickle(10),
}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("cache")
    with ExitStack() as stack:
        server = stack.enter_context(valkey_server(folder))
        proxy = stack.enter_context(fault_proxy(server.port))
        settings = {
            "GENAI_CACHE": "valkey",
            "GENAI_CACHE_URL": server.url.replace(f":{server.port}", f":{proxy.port}"),
            "GENAI_API_KEYS": "acme:key-of-acme",
            "GENAI_REQUESTS_PER_MINUTE": "100000",
        }
        service = stack.enter_context(started(folder / "data", **settings))
        yield Scene("cache", service, proxy, headers={"Authorization": "Bearer key-of-acme"})


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_a_cache_that_fails_fails_nobody(scene: Scene, mode: Mode) -> None:
    counted = "x-ratelimit-remaining-requests"
    assert counted in scene.ask("GET", "/v1/models").headers
    scene.proxy.mode = mode
    assert scene.upload(note(), wait_s=30).json()["status"] == "done"
    for _ in range(3):
        assert (
            scene.ask("POST", "/query", json={"question": "Which note?", "min_score": 0}).status_code == 200
        )
        assert counted not in scene.ask("GET", "/v1/models").headers
    assert scene.failing() == ["cache"]  # shown, and yet ready
    scene.proxy.mode = Pass()
    scene.until(lambda: counted in scene.ask("GET", "/v1/models").headers, within_s=RECOVERY_S)
    scene.until(lambda: scene.failing() == [], within_s=RECOVERY_S)
    assert "genai_rates_unchecked_total" in scene.ask("GET", "/metrics").text
