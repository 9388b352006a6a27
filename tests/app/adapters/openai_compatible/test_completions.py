import pytest

from app.adapters.openai_compatible import OpenAIChat
from app.kernel.errors import ProviderRejected, ProviderThrottled, Unavailable
from app.kernel.ports.chat import CompletionRequest, Delta, Turn, Usage
from tests.app.adapters.openai_compatible.conftest import Opened
from tests.wire.replies import DONE, Body, HangUp, Status, Stream, chunk
from tests.wire.server import WireServer

pytestmark = pytest.mark.anyio

TURNS = (
    Turn("system", "Be brief."),
    Turn("user", "Hello?"),
    Turn("assistant", "Yes?"),
    Turn("user", "Which <passage> is this?"),
)


def _chat(server: WireServer, opened: Opened) -> OpenAIChat:
    chat = OpenAIChat(server.url, model="tiny")
    opened.append(chat)
    return chat


async def _read(chat: OpenAIChat, request: CompletionRequest) -> list[Delta | Usage]:
    return [item async for item in chat.complete(request)]


async def test_turns_go_out_word_for_word_with_their_roles(server: WireServer, opened: Opened) -> None:
    await _read(_chat(server, opened), CompletionRequest(TURNS))
    [body] = server.asked("/v1/chat/completions")
    assert [(message["role"], message["content"]) for message in body["messages"]] == [
        (turn.role, turn.text) for turn in TURNS
    ]
    assert body["model"] == "tiny" and "stop" not in body and body["temperature"] == 0


async def test_what_the_caller_asks_for_is_what_the_server_gets(server: WireServer, opened: Opened) -> None:
    server.models.add("large")
    request = CompletionRequest(TURNS, max_tokens=7, temperature=0.9, stop=("###", "END"), model="large")
    await _read(_chat(server, opened), request)
    [body] = server.asked("/v1/chat/completions")
    assert (body["max_tokens"], body["temperature"], body["stop"], body["model"]) == (
        7, 0.9, ["###", "END"], "large",
    )  # fmt: skip


async def test_a_completion_is_deltas_and_one_usage(server: WireServer, opened: Opened) -> None:
    server.script(Stream([chunk("Hi"), chunk(" there"), chunk(finish="stop"), chunk(usage=(9, 2)), DONE]))
    assert await _read(_chat(server, opened), CompletionRequest(TURNS)) == [
        Delta("Hi"), Delta(" there"), Usage(9, 2),
    ]  # fmt: skip


async def test_a_model_that_the_server_does_not_have_is_rejected(server: WireServer, opened: Opened) -> None:
    with pytest.raises(ProviderRejected):
        await _read(_chat(server, opened), CompletionRequest(TURNS, model="unknown"))


async def test_models_are_those_of_the_server_the_configured_one_first(
    server: WireServer, opened: Opened
) -> None:
    server.models = {"aaa", "tiny", "zzz"}
    assert await _chat(server, opened).models() == ["tiny", "aaa", "zzz"]


@pytest.mark.parametrize(
    "listed",
    [
        b'{"object": "list"}',
        b'{"data": null}',
        b'{"data": [{}, 1, {"id": 5}]}',
        b'{"data": 5}',
        b'{"data": "abc"}',
        b'{"data": [{"id": "\\ud83d"}]}',
    ],
)
async def test_a_server_that_lists_nothing_still_has_the_configured_model(
    server: WireServer, opened: Opened, listed: bytes
) -> None:
    server.script(Body(listed))
    assert await _chat(server, opened).models() == ["tiny"]


async def test_a_list_that_cannot_be_had_is_an_error_of_ours(server: WireServer, opened: Opened) -> None:
    chat = _chat(server, opened)
    server.script(Status(429, headers={"Retry-After": "3"}), Status(401), HangUp(), Body(b"[]"))
    with pytest.raises(ProviderThrottled) as raised:
        await chat.models()
    assert raised.value.retry_after_s == 3
    with pytest.raises(ProviderRejected):
        await chat.models()
    with pytest.raises(Unavailable):
        await chat.models()
    with pytest.raises(ProviderRejected):
        await chat.models()
