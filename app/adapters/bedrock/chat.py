"""The Chat port over Bedrock's ConverseStream, through langchain-aws in a thread for each answer."""

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from langchain_aws import ChatBedrockConverse
from langchain_core.messages import AIMessageChunk, BaseMessage

from app.adapters.bedrock.client import ping, runtime_client
from app.adapters.bedrock.errors import CAUGHT, of_error
from app.adapters.bedrock.guardrail import Guardrail, is_block
from app.adapters.bedrock.messages import of_prompt, of_turns
from app.adapters.bedrock.prices import callable_from, foundation_of, price_of, profile_of
from app.adapters.bedrock.threads import called, streamed
from app.kernel.errors import GenaiError, ProviderRejected, ProviderTimeout, ProviderUnavailable
from app.kernel.ports.chat import ChatRequest, CompletionRequest, Delta, Usage
from app.kernel.prompts import render

_T = TypeVar("_T")
_log = logging.getLogger(__name__)
_PING_S = 5.0


class BedrockChat:
    """One model of Bedrock: a short name (`nova-2-lite`, `nova-2-pro`; empty: the former), an id or an ARN.

    With a guardrail, the question of `answer` is checked by ApplyGuardrail before anything else is sent, and the
    answer by ConverseStream, with the passages as the sources it must be grounded in. The passages themselves are
    not checked: they are the tenant's own. `complete` has all turns and the answer checked by ConverseStream. What
    it masks goes on masked; what it blocks raises ProviderRejected with the code `guardrail_intervened`, in place of
    the guardrail's own message. A guardrail that cannot be asked stops the answer.
    """

    def __init__(
        self,
        model: str,
        *,
        region: str,
        timeout_s: float,
        guardrail: str = "",
        guardrail_version: str = "DRAFT",
        endpoint_url: str | None = None,
    ) -> None:
        self._client = runtime_client(region=region, timeout_s=timeout_s, endpoint_url=endpoint_url)
        self._region = self._client.meta.region_name
        self._timeout_s = timeout_s
        self._guardrail = Guardrail(guardrail, guardrail_version) if guardrail else None
        self._model = profile_of(model, region=self._region)
        self._converse = self._opened(self._model)
        if price_of(self._model) is None:
            _log.warning("No price is known for the model %r; its cost_usd will be 0.", self._model)

    @property
    def model(self) -> str:
        return self._model

    def cost_usd(self, usage: Usage) -> float:
        """By the table in prices.py, less what came from the prompt cache; 0.0 for a model that is not in it."""
        return _cost_usd(usage.model or self._model, usage)

    async def answer(self, request: ChatRequest) -> AsyncIterator[Delta | Usage]:
        """Raises ProviderUnavailable for an answer that is cut, whatever was said before."""
        deadline = asyncio.get_running_loop().time() + self._timeout_s
        guardrail = self._guardrail
        if guardrail is not None:
            asked = request.question
            checked = await self._within(called(lambda: guardrail.checked(self._client, asked)), deadline)
            request = replace(request, question=checked)
        prompt = render(request, fence=secrets.token_hex(12))
        messages = of_prompt(prompt, model=self._model, guarded=guardrail is not None)
        options = {"max_tokens": request.max_tokens, "temperature": 0.0}
        async with aclosing(self._told(self._converse, messages, options, deadline)) as told:
            async for item in told:
                yield item

    async def complete(self, request: CompletionRequest) -> AsyncIterator[Delta | Usage]:
        """The turns as they are; runs of one role are joined, as Bedrock wants roles to alternate."""
        deadline = asyncio.get_running_loop().time() + self._timeout_s
        model = profile_of(request.model, region=self._region) if request.model else self._model
        options: dict[str, Any] = {"max_tokens": request.max_tokens, "temperature": request.temperature}
        if request.stop:
            options["stop"] = list(request.stop)
        converse = self._converse if model == self._model else self._opened(model)
        messages = of_turns(request.turns, model=model)
        async with aclosing(self._told(converse, messages, options, deadline)) as told:
            async for item in told:
                if isinstance(item, Usage) and model != self._model:
                    item = replace(item, model=model, cost_usd=_cost_usd(model, item))
                yield item

    async def models(self) -> Sequence[str]:
        """The model that was set, and the priced ones that this region can call; no call is made."""
        return list(dict.fromkeys([self._model, *callable_from(self._region)]))

    async def ping(self) -> None:
        deadline = asyncio.get_running_loop().time() + min(_PING_S, self._timeout_s)
        await self._within(called(lambda: ping(self._client)), deadline)

    async def aclose(self) -> None:
        self._client.close()

    def _opened(self, model: str) -> ChatBedrockConverse:
        """Both clients and the names are given, or langchain would ask AWS for them while it is being built."""
        foundation = foundation_of(model)
        return ChatBedrockConverse(
            client=self._client,
            bedrock_client=self._client,
            model_id=model,
            base_model_id=foundation,
            provider=foundation.partition(".")[0],
            disable_streaming=False,  # langchain's list of models that stream lacks Nova 2 Pro
            guardrail_config=self._guardrail.config if self._guardrail else None,
        )

    async def _told(
        self,
        converse: ChatBedrockConverse,
        messages: list[BaseMessage],
        options: dict[str, Any],
        deadline: float,
    ) -> AsyncGenerator[Delta | Usage, None]:
        said = _Said(self._guardrail)

        def read() -> Iterator[AIMessageChunk]:
            # Anything but a message chunk would be a change of langchain's that no test has seen.
            return (chunk for chunk in converse.stream(messages, **options))

        async with aclosing(streamed(read)) as chunks:
            while (chunk := await self._within(anext(chunks, None), deadline)) is not None:
                if text := said.take(chunk):
                    yield Delta(text)
        if text := said.rest():
            yield Delta(text)
        yield said.usage()

    async def _within(self, awaitable: Awaitable[_T], deadline: float) -> _T:
        """Await with the deadline; the SDK's errors come out as ours, without their text."""
        try:
            async with asyncio.timeout_at(deadline):
                return await awaitable
        except TimeoutError:
            raise ProviderTimeout(
                f"Bedrock took more than {self._timeout_s:g} s; try again or raise GENAI_CHAT_TIMEOUT_S."
            ) from None
        except GenaiError:
            raise
        except CAUGHT as error:
            raise of_error(error, what=self._model) from None


@dataclass
class _Said:
    """What the stream has told so far.

    Under a guardrail the latest piece is held back until the next one: the last of a blocked answer is the
    guardrail's own message, which is no answer.
    """

    guardrail: Guardrail | None
    held: str = ""
    written: bool = False
    stopped: str = ""
    trace: Any = None
    counts: Usage | None = None

    def take(self, chunk: AIMessageChunk) -> str:
        """The text that may be told now."""
        metadata = chunk.response_metadata
        self.stopped = metadata.get("stopReason", self.stopped)
        self.trace = metadata.get("trace", self.trace)
        if chunk.usage_metadata is not None:
            self.counts = _counted(chunk.usage_metadata)
        text = str(chunk.text)
        if text and self.guardrail is not None:
            text, self.held = self.held, text
        self.written = self.written or bool(text)
        return text

    def rest(self) -> str:
        """What was held back. Raises for an answer that is none."""
        if self.stopped == "guardrail_intervened" and self.guardrail is not None and is_block(self.trace):
            raise self.guardrail.intervened("answer")
        if self.stopped == "content_filtered" and not (self.written or self.held):
            raise ProviderRejected("Bedrock's content filter refused the question; word it otherwise.")
        if self.stopped.startswith("malformed_"):
            raise ProviderUnavailable(f"The model broke its answer off ({self.stopped}); ask again.")
        return self.held

    def usage(self) -> Usage:
        if self.counts is None:
            raise ProviderUnavailable("Bedrock cut its answer off before it had counted it; ask again.")
        return self.counts


def _counted(counts: Any) -> Usage:
    """langchain splits what was written to the cache by how long it is kept, and leaves the sum at 0 then."""
    details = counts.get("input_token_details", {})
    return Usage(
        counts["input_tokens"],
        counts["output_tokens"],
        cache_read_tokens=details.get("cache_read", 0),
        cache_written_tokens=details.get("cache_creation", 0)
        or details.get("ephemeral_5m_input_tokens", 0) + details.get("ephemeral_1h_input_tokens", 0),
    )


def _cost_usd(model: str, usage: Usage) -> float:
    price = price_of(model)
    return price.of(usage) if price else 0.0
