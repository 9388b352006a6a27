"""One server on loopback for all names: the platforms' APIs, the store of blobs, Slack and tickets.

Strict: without the platform's token an API answers 404 as GitHub does for private repositories, or 401; the store of
blobs answers 400 to a foreign Authorization header, as it does when it is signed twice; writing needs sound JSON.
"""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from app.adapters.guarded_fetch import GuardedPages, Limits
from app.adapters.posts import HttpsPosts
from tests.sites.internet import Names, Wires
from tests.sites.site import Site

GITHUB_TOKEN = "github_pat_" + "a1B2" * 12
GITLAB_TOKEN = "glpat-" + "x9Y8" * 5
BLOBS = "productionresults.blob.core.windows.net"

Answer = Callable[[Request, "re.Match[str]"], Response]


@dataclass
class World:
    """`asked`: every request as (method, host, path, headers, body). What a test puts in is what the APIs tell."""

    runs: dict[int, dict[str, Any]] = field(default_factory=dict)
    jobs: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    logs: dict[int, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    pulls: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    compared: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    slack: list[dict[str, Any]] = field(default_factory=list)
    slack_told: asyncio.Event = field(default_factory=asyncio.Event)
    tickets: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    troubled: set[str] = field(default_factory=set)
    asked: list[tuple[str, str, str, Mapping[str, str]]] = field(default_factory=list)
    port: int = 0

    @property
    def tls_port(self) -> int:
        return self.port

    async def answer(self, request: Request) -> Response:
        host = request.headers["host"]
        self.asked.append((request.method, host, request.url.path, dict(request.headers)))
        if host in self.troubled:
            return JSONResponse({"message": "Server Error"}, 502)
        match host:
            case "api.github.com":
                return await self._github(request)
            # Programs that know no other resolver than the machine's meet the platform under its number.
            case _ if host == f"127.0.0.1:{self.port}":
                return await self._github(request)
            case "gitlab.com":
                return await self._gitlab(request)
            case "hooks.slack.com":
                return await self._slack(request)
            case "tickets.example":
                self.tickets.append((dict(request.headers), await request.body()))
                return JSONResponse({"id": 1}, 201)
            case _ if host in (BLOBS, f"localhost:{self.port}"):
                if "authorization" in request.headers:
                    return PlainTextResponse("InvalidAuthenticationInfo", 400)
                return PlainTextResponse(self.logs[int(request.url.path.rpartition("/")[2])])
        return PlainTextResponse("", 404)

    async def _github(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {GITHUB_TOKEN}":
            return JSONResponse({"message": "Not Found"}, 404)
        if request.headers.get("x-github-api-version") != "2022-11-28":
            return JSONResponse({"message": "Bad version"}, 400)
        path = request.url.path.removeprefix("/repos/acme/shop")
        if found := re.fullmatch(r"/actions/runs/(\d+)(?:/attempts/\d+)?/jobs", path):
            jobs = self.jobs.get(int(found[1]), [])
            return JSONResponse({"total_count": len(jobs), "jobs": jobs})
        if found := re.fullmatch(r"/actions/runs/(\d+)", path):
            return JSONResponse(self.runs.get(int(found[1]), {}))
        if found := re.fullmatch(r"/actions/jobs/(\d+)/logs", path):
            if int(found[1]) not in self.logs:
                return JSONResponse({"message": "Not Found"}, 404)
            named = request.headers["host"] == "api.github.com"
            blobs = f"https://{BLOBS}" if named else f"http://localhost:{self.port}"
            return RedirectResponse(f"{blobs}/logs/{found[1]}?sig=once", 302)
        if found := re.fullmatch(r"/contents/(.+)", path):
            if "raw" not in request.headers["accept"] or found[1] not in self.files:
                return JSONResponse({"message": "Not Found"}, 404)
            return Response(self.files[found[1]], media_type="application/vnd.github.raw+json")
        if found := re.fullmatch(r"/commits/([0-9a-f]{40})/pulls", path):
            return JSONResponse(self.pulls.get(found[1], []))
        if re.fullmatch(r"/compare/[0-9a-f]{40}\.\.\.[0-9a-f]{40}", path):
            return JSONResponse({"status": "ahead", "commits": self.compared})
        if found := re.fullmatch(r"/issues/(\d+)/comments", path):
            if request.method == "GET":
                return JSONResponse([each for each in self.comments if each["on"] == int(found[1])])
            return await self._write(request, on=int(found[1]))
        if found := re.fullmatch(r"/issues/comments/(\d+)", path):
            return await self._change(request, int(found[1]))
        return JSONResponse({"message": "Not Found"}, 404)

    async def _gitlab(self, request: Request) -> Response:
        if request.headers.get("private-token") != GITLAB_TOKEN:
            return JSONResponse({"message": "401 Unauthorized"}, 401)
        path = request.url.path.removeprefix("/api/v4/projects/77")
        if found := re.fullmatch(r"/pipelines/(\d+)/jobs", path):
            return JSONResponse(self.jobs.get(int(found[1]), []))
        if found := re.fullmatch(r"/jobs/(\d+)/trace", path):
            return PlainTextResponse(self.logs[int(found[1])])
        if found := re.fullmatch(r"/repository/commits/([0-9a-f]{40})/merge_requests", path):
            return JSONResponse(self.pulls.get(found[1], []))
        if path == "/repository/compare":
            return JSONResponse({"commits": self.compared})
        if found := re.fullmatch(r"/merge_requests/(\d+)/notes", path):
            if request.method == "GET":
                return JSONResponse([each for each in self.comments if each["on"] == int(found[1])])
            return await self._write(request, on=int(found[1]))
        if found := re.fullmatch(r"/merge_requests/\d+/notes/(\d+)", path):
            return await self._change(request, int(found[1]))
        return JSONResponse({"message": "404 Not found"}, 404)

    async def _slack(self, request: Request) -> Response:
        told = json.loads(await request.body())
        if set(told) != {"text"} or not told["text"]:
            return PlainTextResponse("invalid_payload", 400)
        self.slack.append(told)
        self.slack_told.set()
        return PlainTextResponse("ok")

    async def _write(self, request: Request, *, on: int) -> Response:
        comment = {
            "id": 9_000 + len(self.comments),
            "body": json.loads(await request.body())["body"],
            "on": on,
            "user": {"type": "Bot"},
        }
        self.comments.append(comment)
        return JSONResponse(comment, 201)

    async def _change(self, request: Request, number: int) -> Response:
        for comment in self.comments:
            if comment["id"] == number:
                comment["body"] = json.loads(await request.body())["body"]
                return JSONResponse(comment)
        return JSONResponse({"message": "Not Found"}, 404)

    def told_to(self, host: str) -> list[str]:
        return [f"{method} {path}" for method, asked, path, _ in self.asked if asked == host]


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    """The server, running in this event loop."""
    standing = World()
    routes = [Route("/{path:path}", standing.answer, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])]
    async with listening(Starlette(routes=routes)) as port:
        standing.port = port
        yield standing


@asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[int]:
    """An application on a port of loopback; it is ready when this yields, as the socket takes connections already."""
    door = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[door]))
    try:
        yield door.getsockname()[1]
    finally:
        server.should_exit = True
        await serving
        door.close()


def apis_on(standing: World) -> GuardedPages:
    """The guarded fetcher, whose connections all lead to this server; encryption is left out, names and origins are not."""
    site = Site(port=standing.port, tls_port=standing.port)
    return GuardedPages(
        resolve=Names(), dial=Wires(site, unencrypted=True), limits=Limits(pause_s=0.0, whole_s=10.0)
    )


def posts_on(standing: World) -> HttpsPosts:
    app = Starlette(routes=[Route("/{path:path}", standing.answer, methods=["POST", "PUT", "PATCH"])])
    return HttpsPosts(transport=httpx.ASGITransport(app=app))
