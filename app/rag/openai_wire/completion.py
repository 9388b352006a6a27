"""Writes what is said as a chat.completion, whole or in chunks."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from starlette.responses import StreamingResponse

from app.kernel.ports.chat import Usage
from app.rag.openai_wire.shape import error_body
from app.rag.openai_wire.spoken import Cited, Ended, Said, Spoken
from app.web import events
from app.web.problems import Problem

DONE = "[DONE]"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every chunk of one completion repeats. `on_end` is told the usage, before the last chunk is sent."""

    trace_id: str
    created: int
    model: str
    on_end: Callable[[Usage], Awaitable[None]]

    def fields(self, kind: str) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-{self.trace_id}", "object": kind, "created": self.created, "model": self.model,
            "system_fingerprint": None,
        }  # fmt: skip

    def extension(self, ended: Ended) -> dict[str, Any]:
        return {**ended.x_genai, "trace_id": self.trace_id}


async def whole(spoken: Spoken, envelope: Envelope) -> dict[str, Any]:
    """One chat.completion."""
    texts, annotations, ended = [], [], Ended(Usage(0, 0), "stop")
    async for item in spoken:
        match item:
            case Said():
                texts.append(item.text)
            case Cited():
                annotations.append(item.annotation)
            case Ended():
                ended = item
    await envelope.on_end(ended.usage)
    message = {
        "role": "assistant",
        "content": "".join(texts).rstrip(),
        "refusal": None,
        "annotations": annotations,
    }
    return {
        **envelope.fields("chat.completion"),
        "choices": [{"index": 0, "message": message, "finish_reason": ended.finish, "logprobs": None}],
        "usage": _usage(ended.usage),
        "x_genai": envelope.extension(ended),
    }


async def chunks(
    spoken: Spoken, envelope: Envelope, *, include_usage: bool
) -> AsyncIterator[dict[str, Any] | str]:
    """chat.completion.chunk after chunk: the role, text, citations, the reason it ended, usage if asked for, [DONE]."""
    head = envelope.fields("chat.completion.chunk") | ({"usage": None} if include_usage else {})

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {
            **head,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}],
        }

    yield chunk({"role": "assistant", "content": ""})
    annotations = []
    async for item in spoken:
        match item:
            case Said():
                yield chunk({"content": item.text})
            case Cited():
                annotations.append(item.annotation)
            case Ended():
                await envelope.on_end(item.usage)
                if annotations:
                    yield chunk({"content": "", "annotations": annotations})
                yield chunk({}, item.finish) | {"x_genai": envelope.extension(item)}
                if include_usage:
                    yield {**head, "choices": [], "usage": _usage(item.usage)}
    yield DONE


async def primed(items: AsyncIterator[_T], *, wait_s: float = events.PING_S) -> AsyncIterator[_T]:
    """The same items, once the first is there: what fails before it is an error with a status, which clients retry.

    After `wait_s` it is not waited for any longer: the answer begins, and pings keep it open.
    """
    first = asyncio.ensure_future(_next(items))
    await asyncio.wait({first}, timeout=wait_s)
    if first.done():
        first.result()
    return _from_first(first, items)


async def _from_first(first: "asyncio.Future[_T | None]", items: AsyncIterator[_T]) -> AsyncIterator[_T]:
    try:
        item = await first
        if item is not None:
            yield item
        async for item in items:
            yield item
    finally:
        first.cancel()
        if isinstance(items, AsyncGenerator):
            await items.aclose()


async def _next(items: AsyncIterator[_T]) -> _T | None:
    return await anext(items, None)


def stream(
    parts: AsyncIterator[dict[str, Any] | str], *, request_id: str, ping_s: float | None = None
) -> StreamingResponse:
    """An answer that breaks ends with OpenAI's error event and without [DONE]: nobody takes it for a whole one."""
    return events.frame_stream(
        parts,
        frame=lambda part: _data(part if isinstance(part, str) else orjson.dumps(part).decode()),
        last_words=lambda problem: _data(_error(problem)),
        request_id=request_id,
        ping_s=events.PING_S if ping_s is None else ping_s,
    )


def _error(problem: Problem) -> str:
    return orjson.dumps(error_body(problem)).decode()


def _data(text: str) -> bytes:
    return f"data: {text}\n\n".encode()


def _usage(usage: Usage) -> dict[str, int]:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }
