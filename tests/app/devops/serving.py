"""The service over HTTP in this process, before the small world of platforms, with its worker at hand."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from app.devops.application import serve_over
from app.devops.assembly import Devops, assemble
from app.settings import read_settings
from app.wiring.devops import build_devops
from tests.forges.deliveries import GITHUB_SECRET, GITLAB_SECRET
from tests.forges.world import GITHUB_TOKEN, GITLAB_TOKEN, World, apis_on, posts_on

SLACK_URL = "https://hooks.slack.com/services/T000/B000/verysecretpath"
TICKET_SECRET = "a-long-secret-for-tickets"
GITHUB = {
    "platform": "github", "tenant": "local", "repositories": ["acme/*"], "secret": GITHUB_SECRET,
    "token": GITHUB_TOKEN,
}  # fmt: skip
GITLAB = {
    "platform": "gitlab", "tenant": "local", "repositories": ["acme/*"], "secret": GITLAB_SECRET,
    "token": GITLAB_TOKEN,
}  # fmt: skip


@dataclass(frozen=True)
class Served:
    """`http` asks the routes; nothing is worked on until `devops.worker.drain()`: no test has to wait."""

    http: httpx.AsyncClient
    devops: Devops
    app: FastAPI


@asynccontextmanager
async def served(
    folder: Path, standing: World, *connections: dict[str, Any], **settings: Any
) -> AsyncIterator[Served]:
    """`chat_url` brings a model of the wire server."""
    if "chat_url" in settings:
        settings |= {"chat": "openai", "chat_model": "tiny", "chat_key": "k"}
    chosen = read_settings({}, data_dir=folder, **settings)
    built = build_devops(chosen)
    ports = replace(
        built,
        apis=apis_on(standing),
        posts=posts_on(standing),
        connections=SecretStr(json.dumps(connections)),
    )
    devops = assemble(chosen, ports)
    app: FastAPI = serve_over(devops, ports, chosen)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        yield Served(http, devops, app)
    await ports.aclose()
