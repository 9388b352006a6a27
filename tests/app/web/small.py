"""A small application on the shared web edge, to try the edge without a product behind it."""

from collections.abc import AsyncIterator, Collection, Mapping

import httpx
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from app.kernel.errors import GenaiError, ProviderThrottled
from app.web.events import Event, event_stream
from app.web.health import Ping
from app.web.problems import problem_responses, request_id_of
from app.web.service import create_app


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1)
    count: int = 1


async def fine() -> None:
    """A dependency that answers."""


def small_app(
    *,
    error: Exception | None = None,
    max_body_bytes: int = 10_000,
    pings: Mapping[str, Ping] | None = None,
    optional: Collection[str] = (),
) -> httpx.AsyncClient:
    """POST /orders takes an Order, POST /raw any bytes, GET /broken raises `error`, GET /stream too, after an event."""
    router = APIRouter()

    @router.post("/orders", responses=problem_responses(409))
    async def orders(order: Order) -> Order:
        return order

    @router.post("/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    @router.post("/form")
    async def form(request: Request) -> int:
        async with request.form() as given:
            return len(given)

    @router.get("/broken/{name}")
    async def broken(name: str) -> None:
        raise error or RuntimeError(f"secret of {name} at /srv/key")

    @router.get("/stream")
    async def stream(request: Request) -> object:
        async def events() -> AsyncIterator[Event]:
            yield "first", {"n": 1}
            raise error or RuntimeError("secret")

        return event_stream(events(), request_id=request_id_of(request))

    app = create_app(
        [router], title="small", keys={}, pings=pings or {"store": fine}, max_body_bytes=max_body_bytes,
        optional=optional,
    )  # fmt: skip
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")


def throttled() -> GenaiError:
    return ProviderThrottled("The provider asks us to wait.", retry_after_s=7)
