"""POST /v1/chat/completions: answers from the documents under our models' names, the provider's under its own."""

import time
from collections.abc import AsyncIterator
from functools import partial

from fastapi import APIRouter, Request, Response

from app.kernel.errors import BadInput
from app.kernel.ports.chat import CompletionRequest, Turn, Usage
from app.rag.conversation.converse import session_of_user
from app.rag.openai_wire.chores import do_chore, is_chore
from app.rag.openai_wire.completion import Envelope, chunks, primed, stream, whole
from app.rag.openai_wire.messages import read_conversation, read_turns, refuse_unsupported
from app.rag.openai_wire.models import Models, no_such_model
from app.rag.openai_wire.schemas import ChatBody, ChatCompletion
from app.rag.openai_wire.shape import error_responses
from app.rag.openai_wire.spoken import Cited, Ended, Said, Spoken, from_documents, from_model
from app.rag.routes.parameters import Tenant
from app.rag.service import RagService
from app.web.problems import request_id_of
from app.web.rates import charge_tokens
from app.web.replies import Reply

# Enough for a long answer; a client that wants more says so.
_MAX_TOKENS = 2_048


def add_chat(router: APIRouter, service: RagService, models: Models) -> None:
    @router.post(
        "/chat/completions", tags=["openai"], response_model=ChatCompletion,
        responses=error_responses(400, 404, 502, 503),
    )  # fmt: skip
    async def chat_completions(body: ChatBody, request: Request, tenant: Tenant) -> Response:
        """Answer the last user message. With `stream`, server-sent chat.completion.chunk events and [DONE]."""
        refuse_unsupported(body)
        spoken = await primed(await _spoken(service, models, body, tenant))

        async def charge(usage: Usage) -> None:
            await charge_tokens(request, usage.input_tokens + usage.output_tokens)

        trace_id = request_id_of(request)
        envelope = Envelope(trace_id, int(time.time()), body.model, charge)
        if not body.stream:
            return Reply(await whole(spoken, envelope))
        include_usage = body.stream_options is not None and body.stream_options.include_usage
        return stream(chunks(spoken, envelope, include_usage=include_usage), request_id=trace_id)


async def _spoken(service: RagService, models: Models, body: ChatBody, tenant: str) -> Spoken:
    turns = read_turns(body.messages)
    bound = body.max_completion_tokens or body.max_tokens
    ask = models.asks.get(body.model)
    if ask is None:
        return await _passed_through(models, body, turns, bound)
    if is_chore(turns):
        return do_chore(ask.chat, turns, max_tokens=bound)
    talk = read_conversation(turns)
    events = service.converse(
        talk.question,
        partial(ask, tenant=tenant, max_tokens=bound, style=talk.style),
        tenant=tenant,
        session_id=session_of_user(body.user) if body.user else None,
        earlier=talk.exchanges or None,
    )
    return from_documents(events, stop=_stop(body), max_tokens=bound)


async def _passed_through(
    models: Models, body: ChatBody, turns: tuple[Turn, ...], bound: int | None
) -> AsyncIterator[Said | Cited | Ended]:
    if body.model == models.embedder:
        raise BadInput(
            f"{body.model!r} embeds texts and does not chat; use it with /v1/embeddings.",
            code="model_not_supported", field="model",
        )  # fmt: skip
    if not await models.passes_through(body.model):
        raise no_such_model(body.model)
    asked = CompletionRequest(
        turns,
        max_tokens=bound or _MAX_TOKENS,
        temperature=1.0 if body.temperature is None else body.temperature,
        stop=_stop(body),
        model=body.model,
    )
    return from_model(models.chat.chat, asked, max_tokens=asked.max_tokens)


def _stop(body: ChatBody) -> tuple[str, ...]:
    return (body.stop,) if isinstance(body.stop, str) else tuple(body.stop or ())
