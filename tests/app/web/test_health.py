"""Alive says nothing of others; ready names each dependency; metrics cannot be blown up from outside."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from app.kernel.errors import Unavailable
from app.web import health
from tests.app.web.small import fine, small_app

pytestmark = pytest.mark.anyio


async def _down() -> None:
    raise Unavailable("The store is away; start it.")


async def _odd() -> None:
    raise ValueError("password=hunter2")


async def _hangs() -> None:
    await asyncio.sleep(3600)


async def test_alive_touches_no_dependency() -> None:
    touched = []

    async def ping() -> None:
        touched.append(1)

    async with small_app(pings={"store": ping}) as http:
        answer = await http.get("/healthz")
        assert (answer.status_code, answer.json(), touched) == (200, {"status": "ok"}, [])
        assert (await http.get("/readyz")).status_code == 200
    assert touched == [1]


async def test_a_monitor_that_asks_with_head_is_told_the_same_status() -> None:
    async with small_app(pings={"store": fine}) as http:
        assert [(await http.head(path)).status_code for path in ("/healthz", "/readyz")] == [200, 200]
    async with small_app(pings={"store": _down}) as http:
        answer = await http.head("/readyz")
    assert answer.status_code == 503 and answer.headers["retry-after"]


async def test_ready_names_each_dependency_with_its_latency(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_PING_TIMEOUT_S", 0.05)
    async with small_app(pings={"good": fine, "down": _down, "odd": _odd, "slow": _hangs}) as http:
        answer = await http.get("/readyz")
    body = answer.json()
    assert answer.status_code == 503 and answer.headers["retry-after"]
    assert body["ready"] is False
    assert {name: state["ok"] for name, state in body["dependencies"].items()} == {
        "good": True, "down": False, "odd": False, "slow": False,
    }  # fmt: skip
    assert body["dependencies"]["down"]["detail"] == "The store is away; start it."
    assert "hunter2" not in answer.text
    assert all(state["latency_ms"] >= 0 for state in body["dependencies"].values())


async def test_what_the_service_does_without_is_shown_and_does_not_make_it_unready() -> None:
    async with small_app(pings={"store": fine, "cache": _down}, optional=("cache",)) as http:
        answer = await http.get("/readyz")
        states = answer.json()["dependencies"]
        assert (answer.status_code, answer.json()["ready"]) == (200, True)
        assert (states["cache"]["ok"], states["cache"]["required"]) == (False, False)
        assert (states["store"]["ok"], states["store"]["required"]) == (True, True)
    async with small_app(pings={"store": _down, "cache": fine}, optional=("cache",)) as http:
        assert (await http.get("/readyz")).status_code == 503


async def test_metrics_count_by_route_and_status_and_not_by_path_or_method_made_up() -> None:
    async with small_app() as http:
        await http.get("/broken/one")
        await http.get("/scan/me/42")
        await http.request("FROBNICATE", "/orders")
        text = (await http.get("/metrics")).text
    assert 'genai_http_requests_total{method="GET",route="/broken/{name}",status="500"}' in text
    assert 'route="unmatched",status="404"' in text
    assert "/scan/me" not in text and "FROBNICATE" not in text and "/broken/one" not in text


async def test_probes_that_come_while_a_store_is_pinged_share_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "_PING_TIMEOUT_S", 0.2)
    asked = []

    async def hangs() -> None:
        asked.append(1)
        await asyncio.sleep(3600)

    async with small_app(pings={"slow": hangs, "good": fine}) as http:
        answers = await asyncio.gather(*(http.get("/readyz") for _ in range(20)))
        assert len(asked) == 1
        await http.get("/readyz")
    assert len(asked) == 2
    for answer in answers:
        states = answer.json()["dependencies"]
        assert (states["slow"]["ok"], states["good"]["ok"]) == (False, True)


async def test_a_prober_that_leaves_does_not_take_the_answer_from_the_others() -> None:
    may_answer = asyncio.Event()
    async with small_app(pings={"store": may_answer.wait}) as http:  # type: ignore[dict-item] # its True is ignored
        leaving = asyncio.ensure_future(http.get("/readyz"))
        staying = asyncio.ensure_future(http.get("/readyz"))
        await asyncio.sleep(0.05)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        may_answer.set()
        assert (await staying).status_code == 200


async def test_a_live_gauge_ends_with_its_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gauge = "from prometheus_client import Gauge; Gauge('{}', 'x', multiprocess_mode='livemax').set(1)"
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    subprocess.run([sys.executable, "-c", gauge.format("of_the_dead")], check=True)
    living = subprocess.Popen(
        [sys.executable, "-c", gauge.format("of_the_living") + "; print(flush=True); input()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert living.stdout is not None
        living.stdout.readline()
        async with small_app() as http:
            text = (await http.get("/metrics")).text
    finally:
        living.kill()
        living.communicate()
    assert "of_the_living 1.0" in text and "of_the_dead" not in text
