"""The Chat port over POST /chat/completions, streamed."""

import asyncio
import math
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic import SecretStr

from app.adapters.openai_compatible.errors import error_code, of_status
from app.adapters.openai_compatible.sse import data_events
from app.adapters.openai_compatible.wire import Wire, expect_object, parse_json
from app.kernel.errors import GenaiError, ProviderRejected, ProviderUnavailable
from app.kernel.ports.chat import ChatRequest, CompletionRequest, Delta, Usage
from app.kernel.prompts import render

_SERVICE = "chat"
_LINGER_S = 0.5
_MOST_TOKENS = 1_000_000_000  # of one answer; what claims more counts something else
_CHARS_PER_TOKEN = 3.5  # English prose has about 4.5; code and other languages less


@dataclass(slots=True)
class _Progress:
    """What the stream has told so far."""

    written: int = 0
    usage: Usage | None = None
    finished: str = ""
    done: bool = False


class OpenAIChat:
    """One model behind one base URL (`/v1` included)."""

    def __init__(
        self,
        url: str,
        *,
        model: str,
        key: SecretStr = SecretStr(""),  # noqa: B008 - immutable
        timeout_s: float = 60.0,
        input_usd_per_mtok: float = 0.0,
        output_usd_per_mtok: float = 0.0,
    ) -> None:
        self._wire = Wire(url, key=key, service=_SERVICE, timeout_s=timeout_s)
        self._model = model
        self._prices = (input_usd_per_mtok, output_usd_per_mtok)

    @property
    def model(self) -> str:
        return self._model

    def cost_usd(self, usage: Usage) -> float:
        input_usd, output_usd = self._prices
        return (usage.input_tokens * input_usd + usage.output_tokens * output_usd) / 1_000_000

    async def ping(self) -> None:
        await self._wire.ping()

    async def aclose(self) -> None:
        await self._wire.aclose()

    def answer(self, request: ChatRequest) -> AsyncIterator[Delta | Usage]:
        """The rules and the passages as two messages; what follows is the same as for complete."""
        prompt = render(request, fence=secrets.token_hex(12))
        messages = [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}]
        return self._told(self._body(messages, max_tokens=request.max_tokens))

    def complete(self, request: CompletionRequest) -> AsyncIterator[Delta | Usage]:
        """The turns as they are, to `request.model` where one is named."""
        body = self._body(
            [{"role": turn.role, "content": turn.text} for turn in request.turns],
            max_tokens=request.max_tokens,
        )
        body["temperature"] = request.temperature
        if request.model:
            body["model"] = request.model
        if request.stop:
            body["stop"] = list(request.stop)
        return self._told(body)

    async def models(self) -> Sequence[str]:
        """What GET /models lists, and in any case the model that was set: some servers list none."""
        listed = (await self._wire.get("/models")).get("data")
        named = (
            [item.get("id") for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
        )
        names = [name for name in named if isinstance(name, str) and name and name == _whole(name)]
        return list(dict.fromkeys([self._model, *names]))

    async def _told(self, body: Mapping[str, Any]) -> AsyncIterator[Delta | Usage]:
        progress, deadline = _Progress(), self._wire.deadline()
        async with _Stream(self._wire, dict(body), progress) as stream:
            text = await self._wire.within(stream.first(), deadline=deadline)
            while text:
                progress.written += len(text)
                yield Delta(text)
                text = await self._wire.within(stream.next(), deadline=deadline)
        yield progress.usage or _estimate(body["messages"], progress.written)

    def _body(self, messages: Sequence[Mapping[str, str]], *, max_tokens: int) -> dict[str, Any]:
        return {
            "model": self._model,
            "messages": list(messages),
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
        }


@dataclass
class _Stream:
    """One answer being read. `first` opens the connection anew each time it is called, `next` reads on."""

    wire: Wire
    body: dict[str, Any]
    progress: _Progress
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)
    _texts: AsyncIterator[str] | None = None

    async def __aenter__(self) -> "_Stream":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def first(self) -> str:
        """The first piece of text, "" when the model has nothing to say."""
        await self._open.aclose()
        self._open = AsyncExitStack()
        response = await self._open.enter_async_context(self.wire.post("/chat/completions", self.body))
        if response.headers.get("content-type", "").startswith("application/json"):
            self._texts = self._whole(await response.aread())
        else:
            self._texts = self._pieces(response.aiter_bytes())
        return await self.next()

    async def next(self) -> str:
        if self._texts is None:
            return ""
        return await anext(self._texts, "")

    async def _pieces(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
        events = data_events(chunks)
        async for event in events:
            if event.strip() == "[DONE]":
                self.progress.done = True
                await _read_out(events)
                break
            for text in self._of_event(event):
                yield text
        if not self.progress.done and not self.progress.finished:
            raise ProviderUnavailable("The chat service cut its answer off; ask again.")
        self._refused()

    async def _whole(self, content: bytes) -> AsyncIterator[str]:
        """A server that does not stream sends the completion in one piece."""
        answer = expect_object(parse_json(content), service=_SERVICE)
        for text in self._of_chunk(answer):
            yield text
        self._refused()

    def _of_event(self, event: str) -> list[str]:
        chunk = parse_json(event)
        if chunk is not None:
            return self._of_chunk(chunk)
        # Servers that put no blank line between events: each line is one.
        lines = [line for line in event.split("\n") if line.strip()]
        if len(lines) < 2:
            raise ProviderUnavailable("The chat service sent an event that is not JSON; ask again.")
        texts: list[str] = []
        for line in lines:
            if line.strip() == "[DONE]":
                self.progress.done = True
            else:
                texts += self._of_event(line)
        return texts

    def _of_chunk(self, chunk: Any) -> list[str]:
        if not isinstance(chunk, dict):
            raise ProviderUnavailable("The chat service sent an event that is not an object; ask again.")
        if chunk.get("error"):
            raise _error_inside(chunk)
        self.progress.usage = _usage(chunk.get("usage")) or self.progress.usage
        texts = []
        choices = chunk.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if not isinstance(choice, dict) or choice.get("index", 0) not in (0, None):
                continue
            self.progress.finished = choice.get("finish_reason") or self.progress.finished
            said = choice.get("delta") or choice.get("message") or {}
            text = said.get("content") or said.get("refusal") if isinstance(said, dict) else None
            if isinstance(text, str) and text:
                texts.append(_whole(text))
        return texts

    def _refused(self) -> None:
        if self.progress.finished == "content_filter" and not self.progress.written:
            raise ProviderRejected(
                "The chat service's content filter refused the question; word it otherwise."
            )


async def _read_out(events: AsyncIterator[str]) -> None:
    """Take the end of a finished stream, so that its connection serves the next answer; wait for it but shortly."""
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(_LINGER_S):
            async for _ in events:
                pass


def _error_inside(chunk: dict[str, Any]) -> GenaiError:
    """An error that arrives in the stream, after a 200."""
    error = chunk["error"]
    status = error.get("code") if isinstance(error, dict) else None
    if isinstance(status, int) and not isinstance(status, bool) and 400 <= status < 600:
        return of_status(status, service=_SERVICE, body=chunk)
    code = error_code(chunk)
    if code in ("rate_limit_exceeded", "rate_limit_error"):
        return of_status(429, service=_SERVICE, body=chunk)
    if code in ("invalid_request_error", "context_length_exceeded", "content_filter"):
        return of_status(400, service=_SERVICE, body=chunk)
    return ProviderUnavailable(
        f"The chat service failed in the middle of its answer ({code or 'no code'}); ask again."
    )


def _whole(text: str) -> str:
    """Half of a surrogate pair, as servers send them that cut an emoji in two, can be told to nobody."""
    return text.encode("utf-8", "replace").decode()


def _usage(raw: Any) -> Usage | None:
    """None for what is no count: it is estimated then."""
    if not isinstance(raw, dict):
        return None
    read, written = raw.get("prompt_tokens"), raw.get("completion_tokens")
    if isinstance(read, int) and isinstance(written, int) and 0 <= read <= _MOST_TOKENS >= written >= 0:
        return Usage(read, written)
    return None


def _estimate(messages: Sequence[Mapping[str, str]], written: int) -> Usage:
    """For servers that do not count: by length, rather too much than too little."""
    read = sum(len(message["content"]) for message in messages)
    return Usage(math.ceil(read / _CHARS_PER_TOKEN), math.ceil(written / _CHARS_PER_TOKEN))
