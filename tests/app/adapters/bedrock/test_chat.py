import asyncio
import logging
import threading
import traceback
from typing import Any

import pytest

from app.adapters.bedrock import BedrockChat
from app.adapters.bedrock.prices import PRICES
from app.kernel.errors import (
    GenaiError,
    ProviderDenied,
    ProviderRejected,
    ProviderThrottled,
    ProviderTimeout,
    ProviderUnavailable,
    SettingsError,
    Unavailable,
)
from app.kernel.ports.chat import ChatRequest, CompletionRequest, Delta, Passage, Turn, Usage
from tests.bedrock.framing import event
from tests.bedrock.replies import Broken, Fail, Frames, HangUp, Json, Reply, Silence, Slow
from tests.bedrock.server import BedrockServer

pytestmark = pytest.mark.anyio

REQUEST = ChatRequest("The secret question?", (Passage(1, "The secret passage.", ("Heading",), "a.txt"),))
CLAUDE = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
LLAMA = "meta.llama3-8b-instruct-v1:0"


def _chat(
    model: str = "", *, region: str = "us-east-1", timeout_s: float = 30.0, **options: Any
) -> BedrockChat:
    return BedrockChat(model, region=region, timeout_s=timeout_s, **options)


async def _read(chat: BedrockChat, request: ChatRequest | CompletionRequest = REQUEST) -> tuple[str, Usage]:
    text, usage = "", Usage(0, 0)
    told = chat.complete(request) if isinstance(request, CompletionRequest) else chat.answer(request)
    async for item in told:
        if isinstance(item, Delta):
            text += item.text
        else:
            usage = item
    return text, usage


def _reading_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "bedrock" and thread.is_alive()]


async def _until(done: Any) -> None:
    async with asyncio.timeout(30):
        while not done():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("region", "model"),
    [
        ("us-west-2", "us.amazon.nova-2-lite-v1:0"),
        ("eu-central-1", "eu.amazon.nova-2-lite-v1:0"),
        ("ap-northeast-1", "jp.amazon.nova-2-lite-v1:0"),
        ("ap-south-1", "global.amazon.nova-2-lite-v1:0"),
    ],
)
async def test_without_a_model_nova_2_lite_answers_from_the_geography_of_the_region(
    server: BedrockServer, region: str, model: str
) -> None:
    chat = _chat(region=region)
    assert (await _read(chat))[0] == "Oslo is the capital of Norway [1]."
    assert chat.model == model == server.asked("ConverseStream")[0]["modelId"]


async def test_the_request_has_the_rules_alone_in_its_system_part_and_a_cache_point_behind_them(
    server: BedrockServer,
) -> None:
    chat = _chat()
    await _read(chat, ChatRequest("Why?", REQUEST.passages, max_tokens=55))
    await _read(chat)
    one, two = server.asked("ConverseStream")
    assert one["system"] == two["system"] and one["messages"] != two["messages"]
    assert [set(block) for block in one["system"]] == [{"text"}, {"cachePoint"}]
    assert "secret" not in one["system"][0]["text"]
    [message] = one["messages"]
    assert "The secret passage." in message["content"][0]["text"] and "Why?" in message["content"][1]["text"]
    assert one["inferenceConfig"] == {"maxTokens": 55, "temperature": 0.0}
    assert "guardrailConfig" not in one


@pytest.mark.parametrize(("model", "points"), [(CLAUDE, 1), ("nova-2-pro", 1), (LLAMA, 0)])
async def test_only_models_that_cache_get_a_cache_point(
    server: BedrockServer, model: str, points: int
) -> None:
    assert (await _read(_chat(model)))[0]
    [body] = server.asked("ConverseStream")
    assert str(body).count("cachePoint") == points


async def test_a_long_conversation_is_read_from_the_cache_the_second_time_and_costs_less(
    server: BedrockServer,
) -> None:
    chat = _chat()
    turns = [
        Turn("system", "rule " * 1_200),
        Turn("user", "Hello?"),
        Turn("assistant", "Yes."),
        Turn("user", "Why?"),
    ]
    _, first = await _read(chat, CompletionRequest(tuple(turns)))
    _, second = await _read(chat, CompletionRequest(tuple(turns)))
    assert (first.cache_read_tokens, first.cache_written_tokens) == (0, 1_203)
    assert (second.cache_read_tokens, second.cache_written_tokens) == (1_203, 0)
    assert first.input_tokens == second.input_tokens == 1_203
    price = PRICES[chat.model]
    assert chat.cost_usd(first) == pytest.approx((1_203 * price.input_usd + 7 * price.output_usd) / 1e6)
    assert chat.cost_usd(second) == pytest.approx((1_203 * price.cache_read_usd + 7 * price.output_usd) / 1e6)


async def test_a_single_question_marks_no_more_than_its_system_part(server: BedrockServer) -> None:
    await _read(_chat(), CompletionRequest((Turn("system", "Be brief."), Turn("user", "Hello?"))))
    [body] = server.asked("ConverseStream")
    assert "cachePoint" in str(body["system"]) and "cachePoint" not in str(body["messages"])


async def test_a_completion_sends_what_was_asked_for_to_the_model_that_was_named(
    server: BedrockServer,
) -> None:
    chat = _chat()
    turns = (Turn("user", "One"), Turn("user", "Two"), Turn("assistant", "Three"), Turn("user", "Four"))
    request = CompletionRequest(turns, max_tokens=7, temperature=0.5, stop=("END",), model="nova-2-pro")
    _, usage = await _read(chat, request)
    [body] = server.asked("ConverseStream")
    assert body["modelId"] == usage.model == "us.amazon.nova-2-pro-preview-20251202-v1:0"
    assert body["inferenceConfig"] == {"maxTokens": 7, "temperature": 0.5, "stopSequences": ["END"]}
    assert [message["role"] for message in body["messages"]] == ["user", "assistant", "user"]
    assert usage.cost_usd == pytest.approx((usage.input_tokens * 1.375 + usage.output_tokens * 11) / 1e6)


async def test_a_model_without_a_price_answers_and_says_so_once(
    server: BedrockServer, caplog: pytest.LogCaptureFixture
) -> None:
    chat = _chat(LLAMA)
    _, usage = await _read(chat)
    assert chat.cost_usd(usage) == 0.0 and usage.input_tokens > 0
    assert [LLAMA in record.getMessage() for record in caplog.records] == [True]


async def test_the_models_are_those_of_the_region_and_the_configured_one(server: BedrockServer) -> None:
    models = await _chat(CLAUDE, region="eu-west-1").models()
    assert models[0] == CLAUDE and "eu.amazon.nova-2-lite-v1:0" in models
    assert not any(name.startswith(("us.amazon", "amazon.titan")) for name in models)
    assert server.requests == []


FAILURES: dict[str, tuple[Reply, type[GenaiError]]] = {
    "throttled": (Fail("ThrottlingException"), ProviderThrottled),
    "loading": (Fail("ModelNotReadyException"), ProviderUnavailable),
    "500": (Fail("InternalServerException"), ProviderUnavailable),
    "503": (Fail("ServiceUnavailableException"), ProviderUnavailable),
    "timed out": (Fail("ModelTimeoutException"), ProviderTimeout),
    "denied": (Fail("AccessDeniedException"), ProviderDenied),
    "stale sign-in": (Fail("ExpiredTokenException", status=403), ProviderDenied),
    "unknown to us": (Fail("TeapotException", status=418), ProviderRejected),
    "a gateway's 502": (Fail("BadGateway", status=502), ProviderUnavailable),
    "not there": (Fail("ResourceNotFoundException"), ProviderDenied),
    "invalid": (Fail("ValidationException"), ProviderRejected),
    "hang up": (HangUp(), ProviderUnavailable),
    "cut at once": (Broken(0, "cut"), ProviderUnavailable),
    "not a stream": (Json(b"{}"), ProviderUnavailable),
    "no events": (Frames([]), ProviderUnavailable),
    "an event of the future": (Frames([event("surprise", {})]), ProviderUnavailable),
}


@pytest.mark.parametrize(("reply", "kind"), FAILURES.values(), ids=FAILURES)
async def test_a_failure_before_the_first_word_is_one_of_ours_after_one_attempt(
    server: BedrockServer, reply: Reply, kind: type[GenaiError]
) -> None:
    server.script(reply)
    with pytest.raises(kind):
        await _read(_chat())
    assert len(server.requests) == 1
    assert (await _read(_chat()))[0]


async def test_throttling_says_when_to_come_back(server: BedrockServer) -> None:
    server.script(Fail("ThrottlingException", headers={"Retry-After": "7"}), Fail("ThrottlingException"))
    for pause_s in (7.0, 1.0):
        with pytest.raises(ProviderThrottled) as raised:
            await _read(_chat())
        assert raised.value.retry_after_s == pause_s


@pytest.mark.parametrize(
    ("then", "kind"),
    [
        ("cut", ProviderUnavailable),
        ("ended", ProviderUnavailable),
        ("corrupt", ProviderUnavailable),
        ("throttlingException", ProviderThrottled),
        ("internalServerException", ProviderUnavailable),
        ("modelStreamErrorException", ProviderUnavailable),
        ("serviceUnavailableException", ProviderUnavailable),
        ("validationException", ProviderRejected),
    ],
)
async def test_a_stream_that_breaks_is_told_with_what_was_said_before_and_asked_once(
    server: BedrockServer, then: str, kind: type[GenaiError]
) -> None:
    server.script(Broken(3, then))
    seen = []
    with pytest.raises(kind):
        async for item in _chat().answer(REQUEST):
            seen.append(item)
    assert seen == [Delta("Oslo"), Delta(" is")]
    assert len(server.requests) == 1


async def test_an_answer_that_was_not_counted_is_not_taken_for_whole(server: BedrockServer) -> None:
    whole = list(
        server.bedside.converse({"messages": [{"role": "user", "content": [{"text": "x"}]}]}).frames()
    )
    server.script(Frames(whole[:-1]))
    with pytest.raises(ProviderUnavailable, match="counted"):
        await _read(_chat())


async def test_a_question_that_is_too_long_for_the_model_has_a_code_of_its_own(server: BedrockServer) -> None:
    server.script(
        Fail("ValidationException", "Input Tokens Exceeded: Number of input tokens exceeds maximum length.")
    )
    with pytest.raises(ProviderRejected) as raised:
        await _read(_chat())
    assert raised.value.code == "context_length_exceeded"


async def test_nova_2_without_its_profile_is_rejected_with_the_reason(server: BedrockServer) -> None:
    with pytest.raises(ProviderRejected, match="inference profile"):
        await _read(_chat("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-2-lite-v1:0"))


async def test_an_inference_profile_may_be_named_by_its_arn(server: BedrockServer) -> None:
    arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-2-lite-v1:0"
    chat = _chat(arn)
    assert (await _read(chat))[0]
    assert server.asked("ConverseStream")[0]["modelId"] == arn
    assert chat.cost_usd(Usage(1_000_000, 0)) == pytest.approx(0.33)


async def test_a_silent_model_runs_into_the_deadline(server: BedrockServer) -> None:
    server.script(Silence())
    with pytest.raises(ProviderTimeout):
        await _read(_chat(timeout_s=0.3))


async def test_the_deadline_holds_for_the_whole_answer_however_steadily_it_drips(
    server: BedrockServer,
) -> None:
    server.bedside.answer = lambda _: "word " * 2_000
    server.script(Slow(0.02))
    with pytest.raises(ProviderTimeout):
        await _read(_chat(timeout_s=0.8))
    await _until(lambda: not server.open_streams)


async def test_a_slow_answer_keeps_nobody_waiting(server: BedrockServer) -> None:
    chat = _chat()
    server.bedside.answer = lambda _: "word " * 500
    server.script(Slow(0.05))
    slow = asyncio.create_task(_read(chat))
    await _until(lambda: server.open_streams)
    for _ in range(5):
        assert (await _read(chat))[0]
    assert not slow.done()
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow


async def test_who_leaves_stops_the_reading_and_its_thread(server: BedrockServer) -> None:
    before = len(_reading_threads())
    server.bedside.answer = lambda _: "word " * 2_000
    server.script(Slow(0.05))
    stream = _chat().answer(REQUEST)
    assert isinstance(await anext(stream), Delta)
    await stream.aclose()  # type: ignore[attr-defined]  # an async generator
    await _until(lambda: not server.open_streams)
    await _until(lambda: len(_reading_threads()) <= before)


async def test_who_leaves_before_the_first_word_is_free_at_once(server: BedrockServer) -> None:
    server.script(Silence())
    waiting = asyncio.create_task(_read(_chat(timeout_s=1.0)))
    await _until(lambda: server.requests)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await _until(lambda: not _reading_threads())  # the read time limit ends the thread


async def test_one_connection_serves_one_answer_after_the_other(server: BedrockServer) -> None:
    chat = _chat()
    for _ in range(3):
        await _read(chat)
    assert server.connections == 1


async def test_a_filtered_answer_is_a_refusal_and_a_broken_one_a_failure(server: BedrockServer) -> None:
    def stream(reason: str) -> Frames:
        usage = {"inputTokens": 1, "outputTokens": 0, "totalTokens": 1}
        return Frames(
            [
                event("messageStart", {"role": "assistant"}),
                event("messageStop", {"stopReason": reason}),
                event("metadata", {"usage": usage, "metrics": {"latencyMs": 1}}),
            ]
        )

    server.script(stream("content_filtered"), stream("malformed_model_output"), stream("end_turn"))
    with pytest.raises(ProviderRejected, match="content filter"):
        await _read(_chat())
    with pytest.raises(ProviderUnavailable, match="malformed_model_output"):
        await _read(_chat())
    assert await _read(_chat()) == ("", Usage(1, 0))


async def test_a_ping_needs_neither_a_model_nor_the_right_to_ask(server: BedrockServer) -> None:
    chat = _chat()
    await chat.ping()
    server.script(Fail("AccessDeniedException"), Fail("ExpiredTokenException", status=403), HangUp())
    await chat.ping()
    with pytest.raises(Unavailable):
        await chat.ping()
    with pytest.raises(Unavailable):
        await chat.ping()
    assert {request.operation for request in server.requests} == {"ListAsyncInvokes"}


async def test_nothing_listening_is_unavailable(server: BedrockServer) -> None:
    chat = _chat(endpoint_url="http://127.0.0.1:9")
    with pytest.raises(ProviderUnavailable):
        await _read(chat)
    with pytest.raises(Unavailable):
        await chat.ping()


async def test_missing_credentials_are_a_refusal_that_other_providers_do_not_share(
    server: BedrockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(ProviderDenied, match="credentials"):
        await _read(_chat())
    with pytest.raises(Unavailable):
        await _chat().ping()


def test_without_a_region_the_service_says_what_to_set(
    server: BedrockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(SettingsError, match="GENAI_REGION"):
        _chat(region="")


async def test_a_bedrock_key_never_goes_over_a_line_without_tls(
    server: BedrockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "bedrock-key")
    with pytest.raises(ProviderRejected, match="InvalidEndpointConfigurationError"):
        await _read(_chat())
    assert server.requests == []


@pytest.mark.parametrize(
    "reply",
    [
        Fail("ValidationException", "The secret question? The secret passage."),
        Fail("AccessDeniedException", "testing-secret-key"),
        Broken(3, "modelStreamErrorException", "The secret passage."),
        Frames([event("surprise", {"text": "The secret passage."})]),
        HangUp(),
    ],
    ids=["invalid", "denied", "in the stream", "unknown event", "hang up"],
)
async def test_keys_question_and_passages_are_in_no_error_and_no_log(
    server: BedrockServer, caplog: pytest.LogCaptureFixture, reply: Reply
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script(reply)
    with pytest.raises(GenaiError) as raised:
        await _read(_chat())
    told = "".join(traceback.format_exception(raised.value)) + repr(raised.value) + caplog.text
    for secret in ("testing-secret-key", "secret question", "secret passage"):
        assert secret not in told
