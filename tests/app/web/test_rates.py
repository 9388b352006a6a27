"""A key may ask so often a minute and no more, on every route, in all processes; without keys nobody is counted."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, Request, Response

from app.adapters.embedded.cache import SqliteCache
from app.web.authentication import Keys, tenant
from app.web.direct import DirectRoute
from app.web.rates import RateLimits, charge_tokens, rate_headers, rates_of
from app.web.service import create_app
from tests.app.memory_cache import MemoryCache
from tests.app.web.small import fine

pytestmark = pytest.mark.anyio

_KEYS = {"key-of-acme": "acme", "second-of-acme": "acme", "key-of-globex": "globex"}


def _app(
    limits: RateLimits | None, *, keys: Mapping[str, str] = _KEYS, key: str = "key-of-acme"
) -> httpx.AsyncClient:
    """GET, POST and DELETE /things, and POST /direct, which FastAPI does not route; each POST uses 40 tokens."""
    router = APIRouter()

    async def direct(request: Request) -> Response:
        await tenant(request)
        return await answer(request)

    async def answer(request: Request) -> Response:
        if request.method == "POST":
            await charge_tokens(request, 40)
        return Response("ok", headers=rate_headers(request))

    async def things(request: Request, _: Annotated[str, Depends(tenant)]) -> Response:
        return await answer(request)

    for method in ("GET", "POST", "DELETE"):
        router.add_api_route("/things", things, methods=[method])
    router.add_api_route("/direct", direct, methods=["POST"], route_class_override=DirectRoute)
    app = create_app([router], title="t", keys=keys, pings={"store": fine}, max_body_bytes=100, limits=limits)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, raise_app_exceptions=False),
        base_url="http://127.0.0.1",
        headers={"X-API-Key": key, "X-Request-Id": "one"},
    )


def _limits(cache: MemoryCache | SqliteCache, *, requests: int = 0, tokens: int = 0) -> RateLimits:
    return RateLimits(cache, requests_per_minute=requests, tokens_per_minute=tokens)


@pytest.mark.parametrize("path", ["/things", "/direct"])
async def test_one_request_too_many_is_refused_and_told_when_to_come_again(path: str) -> None:
    async with _app(_limits(MemoryCache(), requests=2)) as http:
        assert [(await http.post(path)).status_code for _ in range(2)] == [200, 200]
        refused = await http.post(path)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert "GENAI_REQUESTS_PER_MINUTE" in refused.json()["detail"] and "key-of" not in refused.text


async def test_each_key_has_its_own_minute_and_the_routes_of_operations_have_none() -> None:
    cache = MemoryCache()
    limits = _limits(cache, requests=1)
    async with _app(limits) as acme, _app(limits, key="key-of-globex") as globex:
        assert (await acme.get("/things")).status_code == 200
        assert (await acme.get("/things")).status_code == 429
        assert (await globex.get("/things")).status_code == 200
        second = await acme.get("/things", headers={"X-API-Key": "second-of-acme"})
        assert second.status_code == 200
        for path in ("/healthz", "/readyz", "/metrics", "/docs", "/openapi.json"):
            assert (await acme.get(path)).status_code == 200, path
    assert not any(key in counted for counted in cache.counts for key in _KEYS)


async def test_a_wrong_key_is_unknown_and_counts_for_nobody() -> None:
    cache = MemoryCache()
    async with _app(_limits(cache, requests=1), key="wrong") as http:
        assert [(await http.get("/things")).status_code for _ in range(3)] == [401, 401, 401]
    assert cache.counts == {}


async def test_two_processes_count_together(tmp_path: Path) -> None:
    one, other = SqliteCache(tmp_path / "cache.db"), SqliteCache(tmp_path / "cache.db")
    async with _app(_limits(one, requests=3)) as here, _app(_limits(other, requests=3)) as there:
        codes = [(await http.get("/things")).status_code for http in (here, there, here, there)]
    assert codes == [200, 200, 200, 429]
    one.close()
    other.close()


async def test_used_up_tokens_stop_what_uses_more_and_nothing_else() -> None:
    async with _app(_limits(MemoryCache(), tokens=100)) as http:
        assert [(await http.post("/things")).status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = await http.post("/direct")
        assert refused.status_code == 429 and "GENAI_TOKENS_PER_MINUTE" in refused.json()["detail"]
        assert (await http.get("/things")).status_code == 200
        assert (await http.delete("/things")).status_code == 200


async def test_what_is_left_is_told_as_openai_tells_it() -> None:
    async with _app(_limits(MemoryCache(), requests=5, tokens=100)) as http:
        first, second = await http.post("/things"), await http.post("/things")
    left = {
        name.removeprefix("x-ratelimit-"): value
        for name, value in second.headers.items()
        if name.startswith("x-ratelimit-")
    }
    resets = {left.pop("reset-requests"), left.pop("reset-tokens")}
    assert left == {
        "limit-requests": "5", "remaining-requests": "3", "limit-tokens": "100", "remaining-tokens": "20",
    }  # fmt: skip
    assert first.headers["x-ratelimit-remaining-tokens"] == "60"
    assert all(reset.endswith("s") and 0 <= int(reset[:-1]) <= 60 for reset in resets)


async def test_only_limits_that_are_set_are_told() -> None:
    async with _app(_limits(MemoryCache(), requests=5)) as http:
        answer = await http.get("/things")
    assert "x-ratelimit-limit-requests" in answer.headers
    assert "x-ratelimit-limit-tokens" not in answer.headers


@pytest.mark.parametrize("how", ["no keys", "no limits", "no counter"])
async def test_nobody_is_counted_without_keys_or_limits(how: str) -> None:
    cache = MemoryCache()
    limits = {
        "no keys": _limits(cache, requests=1, tokens=1),
        "no limits": _limits(cache),
        "no counter": None,
    }[how]
    async with _app(limits, keys={} if how == "no keys" else _KEYS) as http:
        for path in ("/things", "/direct") * 3:
            answer = await http.post(path)
            assert answer.status_code == 200 and "x-ratelimit-limit-requests" not in answer.headers
    assert cache.counts == {}


def test_without_keys_or_limits_the_hot_path_meets_no_counter() -> None:
    assert Keys({}, _limits(MemoryCache(), requests=1)).limits is None
    assert Keys(_KEYS, _limits(MemoryCache())).limits is None
    assert Keys(_KEYS, _limits(MemoryCache(), tokens=1)).limits is not None


async def test_when_nobody_can_count_all_may_pass_and_it_is_logged_once_and_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    cache = MemoryCache()
    async with _app(_limits(cache, requests=1, tokens=1)) as http:
        before = _unchecked((await http.get("/metrics")).text)
        cache.down = True
        assert [(await http.post("/things")).status_code for _ in range(3)] == [200, 200, 200]
        assert _unchecked((await http.get("/metrics")).text) == before + 3
        cache.down = False
        assert [(await http.get("/things")).status_code for _ in range(2)] == [200, 429]
    assert [record.message for record in caplog.records if record.name == "genai.web"] == [
        "Nobody counts requests now, all may pass: The cache is away."
    ]


def _unchecked(metrics: str) -> float:
    return sum(
        float(line.split()[-1])
        for line in metrics.splitlines()
        if line.startswith("genai_rates_unchecked_total")
    )


async def test_a_cache_that_goes_between_question_and_answer_fails_no_answer() -> None:
    cache = MemoryCache()
    limits = _limits(cache, tokens=100)
    request = Request({"type": "http", "method": "POST", "headers": [], "state": {}})
    await limits.admit(request, "name")
    cache.down = True
    await charge_tokens(request, 10)
    rates = rates_of(request)
    assert rates and rates.tokens and rates.tokens.remaining == 100 and rates.requests is None
