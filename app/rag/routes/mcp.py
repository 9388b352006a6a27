"""The MCP server at /mcp, in this process: the same keys, tenants, origins and limits as every other route."""

import logging
from typing import Any

from fastapi import APIRouter
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.kernel.filters import parse_filter
from app.rag.mcp_server.tools import tool_server
from app.rag.routes.answers import charged, collected
from app.rag.routes.documents import read_chunks, read_text
from app.rag.schemas import ChunkList, QueryResponse, Result, TextView
from app.rag.search import check_query
from app.rag.service import RagService
from app.rag.views import result
from app.web.authentication import tenant as tenant_of
from app.web.problems import request_id_of

PATH = "/mcp"
_MAX_BODY_BYTES = 1_000_000


class _Within:
    """The Knowledge of one request's tenant in this process."""

    def __init__(self, service: RagService, request: Request) -> None:
        self._service, self._request = service, request
        self._tenant: str = request.state.tenant

    async def search(self, query: str, *, limit: int, filters: dict[str, Any] | None) -> list[Result]:
        where = parse_filter(filters)
        found = await self._service.search(query, tenant=self._tenant, limit=limit, where=where)
        return [Result.model_validate(result(hit)) for hit in found.hits]

    async def ask(self, question: str) -> QueryResponse:
        check_query(question)
        events = self._service.converse(
            question, lambda alone: self._service.ask(alone, tenant=self._tenant), tenant=self._tenant
        )
        whole = await collected(charged(events, self._request), request_id_of(self._request))
        return QueryResponse.model_validate(whole)

    async def text(self, document_id: str) -> TextView:
        return await read_text(self._service, self._tenant, document_id)

    async def chunks(self, document_id: str) -> ChunkList:
        return await read_chunks(self._service, self._tenant, document_id)


class _Endpoint:
    """Streamable HTTP without sessions: any process of the service can answer any request.

    The SDK's own check of Host and Origin is not used: tenant_of refuses pages from elsewhere as for all routes.
    """

    def __init__(self, service: RagService) -> None:
        self._server = tool_server(lambda request: _knowledge_of(service, request))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        request.state.tenant = await tenant_of(request)
        # A manager lives as long as its request: nothing to start with the process, nothing left of a cut request.
        manager = StreamableHTTPSessionManager(
            self._server, stateless=True, max_request_body_size=_MAX_BODY_BYTES
        )
        async with manager.run():
            await manager.handle_request(scope, receive, send)


def _knowledge_of(service: RagService, request: Request | None) -> _Within:
    if request is None:
        raise RuntimeError("A call over HTTP came without its request.")
    return _Within(service, request)


def add_mcp(router: APIRouter, service: RagService) -> None:
    # A line for the start and the end of each request's manager says nothing that the access log does not.
    logging.getLogger("mcp").setLevel(logging.WARNING)
    # No GET: without sessions there is nothing to listen to between requests.
    router.routes.append(Route(PATH, _Endpoint(service), methods=["POST"], include_in_schema=False))
