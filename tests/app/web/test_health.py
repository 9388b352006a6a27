"""Alive says nothing of others; ready names each dependency; metrics cannot be blown up from outside."""

import asyncio

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


async def test_metrics_count_by_route_and_status_and_not_by_path_or_method_made_up() -> None:
    async with small_app() as http:
        await http.get("/broken/one")
        await http.get("/scan/me/42")
        await http.request("FROBNICATE", "/orders")
        text = (await http.get("/metrics")).text
    assert 'genai_http_requests_total{method="GET",route="/broken/{name}",status="500"}' in text
    assert 'route="unmatched",status="404"' in text
    assert "/scan/me" not in text and "FROBNICATE" not in text and "/broken/one" not in text
