"""The RAG service in this process on embedded stores: its HTTP side, and a worker that runs when a test says so."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from app.adapters.embedded.wordllama import WordLlamaEmbedder
from app.kernel.documents import ExtractedText
from app.rag import worker as worker_module
from app.rag.assembly import assemble_service, assemble_worker
from app.rag.dify.shape import dify_dialects
from app.rag.ingest import Observer, Reads, unobserved
from app.rag.openai_wire.shape import openai_dialects
from app.rag.reading.read import read_document
from app.rag.routes import rag_router
from app.rag.service import RagService
from app.rag.worker import Worker
from app.settings import Settings, read_settings
from app.web.service import create_app
from app.wiring import Ports, build

KEYS = "acme:key-of-acme,globex:key-of-globex"
MAX_BODY = 2_000_000


class InlineReader:
    """Reads in this process: no child to start for each test."""

    async def read(self, content: bytes, *, filename: str) -> ExtractedText:
        return read_document(content, filename=filename, max_pages=100, cpu_s=20)


@cache
def embedder() -> WordLlamaEmbedder:
    return WordLlamaEmbedder()


@dataclass
class Running:
    """`http` speaks for the tenant acme, `other` for globex, `nobody` sends no key."""

    settings: Settings
    ports: Ports
    worker_ports: Ports
    app: FastAPI
    service: RagService
    worker: Worker
    http: httpx.AsyncClient
    other: httpx.AsyncClient
    nobody: httpx.AsyncClient

    async def upload(
        self, text: str | bytes, *, filename: str = "note.txt", wait: float = 0, ingest: bool = True,
        client: httpx.AsyncClient | None = None, **body: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """Upload and, unless told otherwise, let the worker bring it in."""
        answer = await (client or self.http).post(
            "/upload", params={"wait": wait}, json=upload_body(text, filename=filename, **body)
        )
        assert answer.status_code in (200, 202), answer.text
        if ingest:
            await self.worker.drain()
        found: dict[str, Any] = answer.json()
        return found

    async def found(self, query: str, *, client: httpx.AsyncClient | None = None, **body: Any) -> list[Any]:
        """What /v1/retrieval finds."""
        answer = await (client or self.http).post("/v1/retrieval", json={"query": query, **body})
        assert answer.status_code == 200, answer.text
        results: list[Any] = answer.json()["results"]
        return results

    async def get(self, path: str, *, client: httpx.AsyncClient | None = None) -> dict[str, Any]:
        answer = await (client or self.http).get(path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """The worker runs beside the test."""
        stop = asyncio.Event()
        worker_module._IDLE_WAIT_S = 0.05  # what a stop has to wait for
        running = asyncio.create_task(self.worker.run(stop))
        try:
            yield
        finally:
            stop.set()
            await running


def upload_body(text: str | bytes, *, filename: str = "note.txt", **body: Any) -> dict[str, Any]:
    content = text.encode() if isinstance(text, str) else text
    return {"filename": filename, "content_base64": base64.b64encode(content).decode(), **body}


@asynccontextmanager
async def running(
    folder: Path,
    *,
    keys: str = KEYS,
    reader: Reads | None = None,
    observe: Observer = unobserved,
    **ports: Any,
) -> AsyncIterator[Running]:
    """`ports` replaces adapters of both sides, e.g. chat=..."""
    settings = read_settings({"GENAI_DATA_DIR": str(folder), "GENAI_API_KEYS": keys})
    shared = {"embedder": embedder(), **ports}
    api = replace(build(settings, role="api"), **shared)
    writing = replace(build(settings, role="worker"), **shared)
    service = assemble_service(settings, api)
    app = create_app(
        [rag_router(service)],
        title="test", keys=api.tenants_by_key, max_body_bytes=MAX_BODY,
        dialects={**openai_dialects(), **dify_dialects()},
        pings={"records": api.records.ping, "index": api.index.ping},
    )  # fmt: skip
    worker = assemble_worker(writing, reader or InlineReader(), observe=observe)
    async with (
        client(app, "key-of-acme") as http,
        client(app, "key-of-globex") as other,
        client(app) as nobody,
    ):
        yield Running(settings, api, writing, app, service, worker, http, other, nobody)
    await writing.aclose()
    await api.aclose()


def client(app: FastAPI, key: str = "") -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, raise_app_exceptions=False),
        base_url="http://127.0.0.1",
        headers={"Authorization": f"Bearer {key}"} if key else {},
        timeout=60,
    )


def events_of(text: str) -> list[tuple[str, Any]]:
    """(event, data) of a server-sent stream; a comment is ("", its text)."""
    found: list[tuple[str, Any]] = []
    for frame in filter(None, text.split("\n\n")):
        if frame.startswith(":"):
            found.append(("", frame[1:].strip()))
            continue
        fields = dict(line.split(": ", 1) for line in frame.splitlines())
        found.append((fields["event"], json.loads(fields["data"])))
    return found
