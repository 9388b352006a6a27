"""The service over HTTP in this process, before the small web, with a scripted model where a test brings one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import httpx

from app.coldmail.application import create
from app.kernel.ports.embeddings import Embedder
from app.settings import read_settings
from app.wiring import models
from app.wiring.coldmail import build_coldmail
from tests.sites.internet import pages_on
from tests.sites.site import Site

PORTFOLIO = [
    {
        "title": "Fleet tracker",
        "skills": ["Python", "Django", "AWS"],
        "description": "Cut planning to 4 hours for a carrier.",
        "link": "https://work.example/fleet",
    },
    {
        "title": "Shop front",
        "skills": ["React", "Node.js"],
        "description": "",
        "link": "https://work.example/shop?a=1&b=2",
    },
    {
        "title": "Signal viewer",
        "skills": ["C++", "Qt"],
        "description": "",
        "link": "https://work.example/signal",
    },
]
JOB = {
    "title": "Senior Python Developer (m/f/d)",
    "company": "Acme GmbH",
    "skills": ["Python", "AWS", "Kubernetes"],
    "description": "We look for Python, AWS and Kubernetes.\nFive colleagues wait for you.",
}


class _Open:
    """An embedder that the end of one service does not close for the next."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def __getattr__(self, name: str) -> Any:
        if name in ("close", "aclose"):
            raise AttributeError(name)
        return getattr(self._embedder, name)


@cache
def _shared_embedder() -> Embedder:
    """Loading the model takes longer than most tests."""
    return cast(Embedder, _Open(models.build_embedder(read_settings({}), api=True)))


@asynccontextmanager
async def served(folder: Path, site: Site, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """`chat_url` brings a model of the wire server."""
    if "chat_url" in settings:
        settings |= {"chat": "openai", "chat_model": "tiny", "chat_key": "k"}
    chosen = read_settings({}, data_dir=folder, **settings)
    built = build_coldmail(chosen)
    pages, *_ = pages_on(site)
    app = create(chosen, ports=replace(built, pages=pages, embedder=_shared_embedder()))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http,
    ):
        yield http
