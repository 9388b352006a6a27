"""Conversations: listed, read, taken away as one file, deleted."""

from collections.abc import AsyncIterator
from typing import Any

import orjson
from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from app.rag.conversation.exchange import Exchange
from app.rag.conversation.shapes import (
    ConversationList,
    ConversationView,
    ConversationWithTurns,
    conversation_view,
    turn_view,
)
from app.rag.conversation.store import Conversation
from app.rag.routes.parameters import After, Order, PageSize, Tenant
from app.rag.service import RagService
from app.web.problems import problem_responses

_EXPORT: dict[int | str, dict[str, Any]] = {200: {"model": ConversationWithTurns}}


def add_conversations(router: APIRouter, service: RagService) -> None:
    kept = service.converse.conversations

    @router.get("/v1/conversations", tags=["conversations"], responses=problem_responses(422))
    async def conversations(
        tenant: Tenant, limit: PageSize = 100, after: After = None, order: Order = "newest"
    ) -> ConversationList:
        """The tenant's conversations by the time they began."""
        page, following = await kept.page(tenant, after=after, limit=limit, newest_first=order == "newest")
        return ConversationList(conversations=[conversation_view(one) for one in page], after=following)

    @router.get(
        "/v1/conversations/{session_id}", tags=["conversations"], responses=problem_responses(404, 422)
    )
    async def conversation(
        session_id: str, tenant: Tenant, limit: PageSize = 100, after: After = None, order: Order = "oldest"
    ) -> ConversationWithTurns:
        """A conversation and a page of its turns."""
        found = await kept.find(tenant, session_id)
        page, following = await kept.turns(
            tenant, found, after=after, limit=limit, newest_first=order == "newest"
        )
        view = conversation_view(found).model_dump()
        return ConversationWithTurns(**view, items=[turn_view(one) for one in page], after=following)

    @router.get(
        "/v1/conversations/{session_id}/export", tags=["conversations"], response_class=Response,
        responses={**_EXPORT, **problem_responses(404, 422)},
    )  # fmt: skip
    async def export(session_id: str, tenant: Tenant) -> Response:
        """The whole conversation as a JSON file."""
        found = await kept.find(tenant, session_id)
        return StreamingResponse(
            _file(conversation_view(found), kept.all_turns(tenant, found)),
            media_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="{_filename(found)}"'},
        )

    @router.delete(
        "/v1/conversations/{session_id}", tags=["conversations"], status_code=204,
        responses=problem_responses(404, 422),
    )  # fmt: skip
    async def delete(session_id: str, tenant: Tenant) -> None:
        """Remove a conversation with all its turns; the same session_id begins another one."""
        await kept.delete(tenant, session_id)


async def _file(head: ConversationView, turns: AsyncIterator[Exchange]) -> AsyncIterator[bytes]:
    """The JSON of a ConversationWithTurns piece by piece: a long conversation is never whole in memory."""
    yield orjson.dumps(head.model_dump())[:-1] + b',"after":null,"items":['
    separator = b""
    async for exchange in turns:
        yield separator + orjson.dumps(turn_view(exchange).model_dump())
        separator = b","
    yield b"]}"


def _filename(conversation: Conversation) -> str:
    return f"{conversation.conversation_id}.json"
