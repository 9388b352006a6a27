"""The service behind an address as the knowledge of the MCP tools, served to a host over stdio."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from types import FrameType
from typing import Any
from urllib.parse import quote

import httpx
from mcp.server.stdio import stdio_server

from app.kernel.errors import BadInput, Conflict, GenaiError, NotFound, Unauthenticated, Unavailable
from app.rag.mcp_server.tools import tool_server
from app.rag.reach import service_address
from app.rag.schemas import ChunkList, QueryResponse, Result, RetrievalResponse, TextView
from app.settings import Settings

# A whole answer of a language model, with its retries.
_TIMEOUT = httpx.Timeout(180.0, connect=5.0)
_KINDS: Mapping[int, type[GenaiError]] = {
    401: Unauthenticated, 404: NotFound, 409: Conflict, 422: BadInput, 503: Unavailable,
}  # fmt: skip


class RemoteKnowledge:
    """The Knowledge of a service's HTTP routes, with the key of GENAI_API_KEY."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def search(self, query: str, *, limit: int, filters: dict[str, Any] | None) -> list[Result]:
        body = {"query": query, "limit": limit, "filters": filters}
        found = await self._send("POST", "/v1/retrieval", json=body)
        return RetrievalResponse.model_validate(found).results

    async def ask(self, question: str) -> QueryResponse:
        return QueryResponse.model_validate(await self._send("POST", "/query", json={"question": question}))

    async def text(self, document_id: str) -> TextView:
        return TextView.model_validate(await self._send("GET", f"{_path(document_id)}/text"))

    async def chunks(self, document_id: str) -> ChunkList:
        return ChunkList.model_validate(await self._send("GET", f"{_path(document_id)}/chunks"))

    async def _send(self, method: str, path: str, **given: Any) -> Any:
        try:
            answer = await self._http.request(method, path, **given)
        except httpx.TransportError as error:
            raise Unavailable(
                f"The service at {self._http.base_url} does not answer ({type(error).__name__}); start it and try again."
            ) from None
        if answer.is_success:
            return answer.json()
        raise _raised(answer)


def serve_stdio(settings: Settings) -> None:
    """Speak MCP over stdin and stdout until stdin ends. Raises StartError when no service can be had."""
    with ExitStack() as held:

        def leave(number: int, frame: FrameType | None) -> None:
            # A thread waits for the next line of stdin and would hold up any other way out.
            held.close()
            os._exit(128 + number)

        signal.signal(signal.SIGTERM, leave)
        signal.signal(signal.SIGINT, leave)
        url = held.enter_context(service_address(settings))
        sys.stderr.write(f"MCP over stdio for the documents of {url}.\n")
        asyncio.run(_serve(url, settings.api_key.get_secret_value()))


async def _serve(url: str, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with (
        httpx.AsyncClient(base_url=url, headers=headers, timeout=_TIMEOUT, trust_env=False) as http,
        stdio_server() as (incoming, outgoing),
    ):
        knowledge = RemoteKnowledge(http)
        server = tool_server(lambda _: knowledge)
        await server.run(incoming, outgoing, server.create_initialization_options())


def _path(document_id: str) -> str:
    return f"/v1/documents/{quote(document_id, safe='')}"


def _raised(answer: httpx.Response) -> GenaiError:
    """The problem that the service told, as the error it was."""
    try:
        problem = answer.json()
        detail, code = str(problem["detail"]), str(problem["code"])
    except (ValueError, KeyError, TypeError):
        detail, code = f"The service answered with HTTP {answer.status_code}.", "internal_error"
    return _KINDS.get(answer.status_code, GenaiError)(detail, code=code)
