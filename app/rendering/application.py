"""The rendering service over HTTP: an address in, the drawn document out. It holds no key and asks for none."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, ConfigDict, Field

from app.rendering.browser import Chromium
from app.web.problems import problem_responses
from app.web.service import create_app

_MAX_BODY_BYTES = 20_000


class RenderRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    url: str = Field(max_length=4_096, description="A public page; http or https.")


class RenderResponse(BaseModel):
    url: str = Field(description="Where the last redirect led.")
    html: str


def create(chromium: Chromium) -> FastAPI:
    router = APIRouter()

    @router.post("/render", responses=problem_responses(413, 422, 503))
    async def render(body: RenderRequest) -> RenderResponse:
        """The document of a page once its scripts have drawn it. Problems as those of `/coldmail/jobs`."""
        drawn = await chromium.render(body.url)
        return RenderResponse(url=drawn.url, html=drawn.html)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        yield
        await chromium.aclose()

    async def ping() -> None:
        await chromium.started()

    return create_app(
        [router],
        title="genai-ops rendering service",
        keys={},
        pings={"browser": ping},
        max_body_bytes=_MAX_BODY_BYTES,
        lifespan=lifespan,
    )
