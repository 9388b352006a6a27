"""The MCP server within the service: what its tools use counts as on every other route."""

from typing import Any

import pytest

from app.web.authentication import Keys
from app.web.rates import RateLimits
from tests.app.rag.running import Running

pytestmark = pytest.mark.anyio

_LIMIT = 100_000


def _call(tool: str, **arguments: Any) -> dict[str, Any]:
    params = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


async def test_the_tokens_of_ask_count_against_the_key(rag: Running) -> None:
    await rag.upload("Oslo is the capital of Norway. The city lies at the end of a fjord.")
    limits = RateLimits(rag.ports.cache, requests_per_minute=0, tokens_per_minute=_LIMIT)
    rag.app.state.keys = Keys(rag.ports.tenants_by_key, limits)
    accept = {"Accept": "application/json, text/event-stream"}

    async def left() -> int:
        answer = await rag.http.get("/v1/models")
        return int(answer.headers["x-ratelimit-remaining-tokens"])

    assert await left() == _LIMIT
    answer = await rag.http.post(
        "/mcp", json=_call("ask", question="What is the capital of Norway?"), headers=accept
    )
    assert answer.status_code == 200 and "Oslo" in answer.text
    assert await left() < _LIMIT
