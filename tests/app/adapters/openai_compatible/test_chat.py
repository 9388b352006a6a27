import asyncio
import logging
import traceback
from email.utils import formatdate
from time import time
from typing import Any

import pytest
from pydantic import SecretStr

from app.adapters.openai_compatible import OpenAIChat
from app.kernel.errors import (
    GenaiError,
    ProviderDenied,
    ProviderRejected,
    ProviderThrottled,
    ProviderTimeout,
    ProviderUnavailable,
    Unavailable,
)
from app.kernel.ports.chat import ChatRequest, Delta, Passage, Usage
from tests.app.adapters.openai_compatible.conftest import Opened
from tests.wire.replies import DONE, Body, HangUp, Reply, Silence, Status, Stream, chunk, event
from tests.wire.server import WireServer

pytestmark = pytest.mark.anyio

KEY = "sk-very-secret-0123456789"
REQUEST = ChatRequest("The secret question?", (Passage(1, "The secret passage.", ("Heading",), "a.txt"),))


def _chat(server: WireServer, opened: Opened, **options: Any) -> OpenAIChat:
    given: dict[str, Any] = {"url": server.url, "key": SecretStr(KEY)} | options
    chat = OpenAIChat(model="tiny", **given)
    opened.append(chat)
    return chat


async def _read(chat: OpenAIChat, request: ChatRequest = REQUEST) -> tuple[str, Usage]:
    text, usage = "", Usage(0, 0)
    async for item in chat.answer(request):
        if isinstance(item, Delta):
            text += item.text
        else:
            usage = item
    return text, usage


async def test_the_request_carries_key_model_limit_and_both_messages(
    server: WireServer, opened: Opened
) -> None:
    server.key = KEY
    await _read(_chat(server, opened), ChatRequest("Why?", REQUEST.passages, max_tokens=55))
    [body] = server.asked("/v1/chat/completions")
    assert body["model"] == "tiny" and body["max_tokens"] == 55 and body["stream"] is True
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert "The secret passage." in body["messages"][1]["content"]
    assert "The secret passage." not in body["messages"][0]["content"]


async def test_without_a_key_no_authorization_is_sent(server: WireServer, opened: Opened) -> None:
    await _read(_chat(server, opened, key=SecretStr("")))
    assert "authorization" not in server.requests[0].headers


async def test_two_answers_are_fenced_by_different_words(server: WireServer, opened: Opened) -> None:
    chat = _chat(server, opened)
    await _read(chat)
    await _read(chat)
    one, two = (body["messages"][1]["content"] for body in server.asked("/v1/chat/completions"))
    assert one != two


async def test_one_connection_serves_one_answer_after_the_other(server: WireServer, opened: Opened) -> None:
    chat = _chat(server, opened)
    for _ in range(3):
        await _read(chat)
    assert len({request.headers.get("host") for request in server.requests}) == 1
    assert server.connections == 1


GOOD = "Größe [1] \u2028 next 🗂️."
STREAMS: dict[str, Stream] = {
    "as OpenAI": Stream(
        [chunk("", role="assistant"), chunk(GOOD[:5]), chunk(GOOD[5:]), chunk(finish="stop"), DONE]
    ),
    "role only first, null content": Stream(
        [chunk(role="assistant", content=None), chunk(GOOD), chunk(content=None, finish="stop"), DONE]
    ),
    "CR LF": Stream(
        [chunk(GOOD).replace(b"\n", b"\r\n"), chunk(finish="stop").replace(b"\n", b"\r\n"), DONE]
    ),
    "CR": Stream([chunk(GOOD).replace(b"\n", b"\r"), DONE]),
    "comments and other fields": Stream(
        [
            b": ping\n\n",
            b"event: x\nid: 1\nretry: 5\n",
            chunk(GOOD),
            b":\n\n: OPENROUTER PROCESSING\n\n",
            DONE,
        ]
    ),
    "no space after data": Stream([chunk(GOOD).replace(b"data: ", b"data:"), b"data:[DONE]\n\n"]),
    "no blank lines": Stream([chunk(GOOD)[:-1], DONE[:-1]]),
    "no blank line at the end": Stream([chunk(GOOD), b"data: [DONE]"]),
    "no DONE but a finish": Stream([chunk(GOOD), chunk(finish="stop")]),
    "byte by byte": Stream([bytes([byte]) for byte in chunk(GOOD) + DONE]),
    "all in one": Stream([chunk(GOOD) + chunk(finish="stop") + DONE]),
    "a second choice": Stream([chunk(GOOD), chunk("other").replace(b'"index": 0', b'"index": 1'), DONE]),
    "empty choices": Stream([event('{"choices": []}'), event('{"choices": null}'), chunk(GOOD), DONE]),
    "thinking apart": Stream([chunk(reasoning_content="hmm"), chunk(GOOD), DONE]),
    "tool calls null": Stream([chunk(GOOD, tool_calls=None, refusal=None), DONE]),
    "data behind DONE": Stream([chunk(GOOD), DONE, chunk("late")]),
    "cut behind DONE": Stream([chunk(GOOD), DONE], cut=True),
}


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
async def test_an_answer_is_read_from_every_kind_of_stream(
    server: WireServer, opened: Opened, stream: Stream
) -> None:
    server.script(stream)
    text, usage = await _read(_chat(server, opened))
    assert text == GOOD
    assert usage.input_tokens > 0 and usage.output_tokens > 0
    assert len(server.requests) == 1


async def test_a_server_that_does_not_stream_is_understood(server: WireServer, opened: Opened) -> None:
    server.script(
        Body(
            b'{"choices": [{"message": {"role": "assistant", "content": "Whole."}, "finish_reason": "stop"}],'
            b' "usage": {"prompt_tokens": 5, "completion_tokens": 2}}'
        )
    )
    assert await _read(_chat(server, opened)) == ("Whole.", Usage(5, 2))


@pytest.mark.parametrize(
    "choices", ["5", "true", "{}", '"abc"', '[1, "a", null]', '[{"delta": 1, "index": []}]']
)
async def test_choices_that_are_none_say_nothing(server: WireServer, opened: Opened, choices: str) -> None:
    server.script(Stream([event(f'{{"choices": {choices}}}'), chunk("Good."), DONE]))
    text, _ = await _read(_chat(server, opened))
    assert text == "Good."


async def test_an_emoji_that_is_cut_in_two_can_still_be_told(server: WireServer, opened: Opened) -> None:
    halves = [
        event(f'{{"choices": [{{"delta": {{"content": "{half}"}}}}]}}') for half in ("\\ud83d", "\\ude00")
    ]
    server.script(Stream([*halves, DONE]))
    text, _ = await _read(_chat(server, opened))
    assert text == "??"


@pytest.mark.parametrize("counts", [(10**30, 1), (1, 10**30), (-1, 1)])
async def test_counts_that_count_nothing_are_estimated(
    server: WireServer, opened: Opened, counts: tuple[int, int]
) -> None:
    server.script(Stream([chunk("x"), chunk(usage=counts), DONE]))
    _, usage = await _read(_chat(server, opened))
    assert 0 < usage.input_tokens < 10_000 and usage.output_tokens == 1


async def test_the_usage_of_the_server_is_taken_and_priced(server: WireServer, opened: Opened) -> None:
    server.script(Stream([chunk("x"), chunk(finish="stop"), chunk(usage=(1200, 34)), DONE]))
    chat = _chat(server, opened, input_usd_per_mtok=0.15, output_usd_per_mtok=0.6)
    _, usage = await _read(chat)
    assert usage == Usage(1200, 34)
    assert chat.cost_usd(usage) == pytest.approx((1200 * 0.15 + 34 * 0.6) / 1e6)


async def test_a_server_that_does_not_count_gets_an_estimate(server: WireServer, opened: Opened) -> None:
    server.reports_usage = False
    _, usage = await _read(_chat(server, opened))
    prompt = sum(len(message["content"]) for message in server.asked("/v1/chat/completions")[0]["messages"])
    assert prompt / 5 < usage.input_tokens < prompt
    assert 7 <= usage.output_tokens <= 20


@pytest.mark.parametrize("field", ["stream_options", "temperature", "max_tokens"])
async def test_a_field_that_the_server_refuses_is_dropped_once_and_for_all(
    server: WireServer, opened: Opened, field: str
) -> None:
    server.refused_fields = {field}
    chat = _chat(server, opened)
    for _ in range(2):
        assert (await _read(chat))[0]
    bodies = server.asked("/v1/chat/completions")
    assert [field in body for body in bodies] == [True, False, False]
    assert ("max_completion_tokens" in bodies[-1]) == (field == "max_tokens")


PASSING: dict[str, tuple[Reply, type[GenaiError]]] = {
    "429": (Status(429), ProviderThrottled),
    "500": (Status(500), ProviderUnavailable),
    "502 with HTML": (Status(502, raw=b"<html>bad gateway</html>"), ProviderUnavailable),
    "504": (Status(504), ProviderTimeout),
    "hang up": (HangUp(), ProviderUnavailable),
    "cut before the first word": (Stream([chunk("", role="assistant")], cut=True), ProviderUnavailable),
    "ended before the first word": (Stream([chunk("", role="assistant")]), ProviderUnavailable),
    "malformed before the first word": (Stream([event('{"choices": [')]), ProviderUnavailable),
    "error in the stream": (Stream([event('{"error": {"code": "server_error"}}')]), ProviderUnavailable),
    "throttled in the stream": (Stream([event('{"error": {"code": 429}}')]), ProviderThrottled),
}


@pytest.mark.parametrize(("reply", "kind"), PASSING.values(), ids=PASSING)
async def test_a_failure_before_the_first_word_is_asked_once_and_told_as_one_that_may_pass(
    server: WireServer, opened: Opened, reply: Reply, kind: type[GenaiError]
) -> None:
    chat = _chat(server, opened)
    server.script(reply)
    with pytest.raises(kind) as raised:
        await _read(chat)
    assert type(raised.value) is kind
    assert len(server.requests) == 1
    assert (await _read(chat))[0] == server.answer([])


@pytest.mark.parametrize("status", [400, 404, 413, 422])
async def test_a_refused_request_is_rejected(server: WireServer, opened: Opened, status: int) -> None:
    server.script(Status(status))
    with pytest.raises(ProviderRejected) as raised:
        await _read(_chat(server, opened))
    assert type(raised.value) is ProviderRejected


@pytest.mark.parametrize(
    "reply",
    [Status(401), Status(402), Status(403), Status(429, "insufficient_quota")],
    ids=lambda reply: reply.status,
)
async def test_a_refused_account_is_told_apart_from_a_refused_request(
    server: WireServer, opened: Opened, reply: Status
) -> None:
    server.script(reply)
    with pytest.raises(ProviderDenied):
        await _read(_chat(server, opened))


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("7", 7.0, 7.0), ("0", 0.0, 0.0), ("3600", 3600.0, 3600.0), ("-5", 0.0, 0.0),
        (formatdate(time() + 7_200, usegmt=True), 1.0, 7_200.0),  # counted from when the tests were collected
    ],
    ids=["seconds", "none", "an hour", "negative", "a date"],
)  # fmt: skip
async def test_the_pause_that_the_server_asks_for_is_told(
    server: WireServer, opened: Opened, header: str, least: float, most: float
) -> None:
    server.script(Status(429, headers={"Retry-After": header}))
    with pytest.raises(ProviderThrottled) as raised:
        await _read(_chat(server, opened))
    assert raised.value.retry_after_s is not None and least <= raised.value.retry_after_s <= most


@pytest.mark.parametrize("header", ["soon", "", "inf", "nan", "1e400"])
async def test_a_pause_that_makes_no_sense_is_ignored(
    server: WireServer, opened: Opened, header: str
) -> None:
    server.script(Status(429, headers={"Retry-After": header}))
    with pytest.raises(ProviderThrottled) as raised:
        await _read(_chat(server, opened))
    assert raised.value.retry_after_s is None


MID_STREAM: dict[str, Stream] = {
    "cut": Stream([chunk("Half")], cut=True),
    "ended without a finish": Stream([chunk("Half")]),
    "malformed": Stream([chunk("Half"), event("{nonsense")]),
    "not an object": Stream([chunk("Half"), event("[1]")]),
    "error": Stream([chunk("Half"), event('{"error": {"message": "boom", "code": "server_error"}}')]),
}


@pytest.mark.parametrize("stream", MID_STREAM.values(), ids=MID_STREAM)
async def test_after_the_first_word_a_failure_is_told_and_nothing_is_said_twice(
    server: WireServer, opened: Opened, stream: Stream
) -> None:
    server.script(stream)
    seen = []
    with pytest.raises(ProviderUnavailable):
        async for item in _chat(server, opened).answer(REQUEST):
            seen.append(item)
    assert seen == [Delta("Half")]
    assert len(server.requests) == 1


async def test_a_silent_server_runs_into_the_deadline(server: WireServer, opened: Opened) -> None:
    server.script(Silence())
    with pytest.raises(ProviderTimeout):
        await _read(_chat(server, opened, timeout_s=0.3))


async def test_the_deadline_holds_for_the_whole_answer_however_steadily_it_drips(
    server: WireServer, opened: Opened
) -> None:
    server.script(Stream([chunk("x")] * 2_000, pause_s=0.01))
    seen = 0
    with pytest.raises(ProviderTimeout):
        async for _ in _chat(server, opened, timeout_s=0.5).answer(REQUEST):
            seen += 1
    assert 0 < seen < 2_000


async def test_a_filtered_answer_is_a_refusal(server: WireServer, opened: Opened) -> None:
    server.script(Stream([chunk(finish="content_filter"), DONE]))
    with pytest.raises(ProviderRejected, match="content filter"):
        await _read(_chat(server, opened))


async def test_a_spoken_refusal_is_an_answer(server: WireServer, opened: Opened) -> None:
    server.script(Stream([chunk(content=None, refusal="I cannot."), chunk(finish="stop"), DONE]))
    assert (await _read(_chat(server, opened)))[0] == "I cannot."


async def test_nothing_listening_is_unavailable(server: WireServer, opened: Opened) -> None:
    chat = _chat(server, opened, url="http://127.0.0.1:9/v1")
    with pytest.raises(ProviderUnavailable):
        await _read(chat)
    with pytest.raises(Unavailable):
        await chat.ping()


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/v1", "127.0.0.1/v1"])
async def test_an_address_that_is_none_is_rejected_at_once(
    server: WireServer, opened: Opened, url: str
) -> None:
    with pytest.raises(ProviderRejected):
        await _read(_chat(server, opened, url=url))


async def test_a_ping_tells_a_refused_key_but_not_a_missing_list_of_models(
    server: WireServer, opened: Opened
) -> None:
    chat = _chat(server, opened)
    await chat.ping()
    server.script(Status(404))
    await chat.ping()
    for status in (401, 403, 500, 503):
        server.script(Status(status))
        with pytest.raises(Unavailable):
            await chat.ping()


@pytest.mark.parametrize(
    "reply",
    [
        Status(401, message=f"Incorrect API key provided: {KEY}", code=KEY),
        Status(400, message="The secret question? The secret passage.", code="The secret passage."),
        Status(500, raw=b"The secret passage. " + KEY.encode()),
        Stream([event("The secret passage. " + KEY)]),
        Stream([event(f'{{"error": {{"message": "The secret passage.", "code": "{KEY}"}}}}')]),
        Silence(),
        HangUp(),
    ],
    ids=["401", "400", "500", "malformed", "in the stream", "time-out", "hang up"],
)
async def test_key_question_and_passages_are_in_no_error_and_no_log(
    server: WireServer, opened: Opened, caplog: pytest.LogCaptureFixture, reply: Reply
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script(reply)
    with pytest.raises(GenaiError) as raised:
        await _read(_chat(server, opened, timeout_s=0.5))
    told = (
        "".join(traceback.format_exception(raised.value))
        + raised.value.detail
        + repr(raised.value)
        + caplog.text
    )
    for secret in (KEY, "secret question", "secret passage"):
        assert secret not in told.replace("def test_key_question", "")


async def test_answers_at_once_do_not_wait_for_each_other(server: WireServer, opened: Opened) -> None:
    chat = _chat(server, opened)
    server.script(Silence())
    silent = asyncio.create_task(_read(chat))
    async with asyncio.timeout(30):
        while not server.requests:
            await asyncio.sleep(0.01)
        assert (await _read(chat))[0]
    silent.cancel()
    await asyncio.gather(silent, return_exceptions=True)
