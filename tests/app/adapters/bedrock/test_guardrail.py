from typing import Any

import pytest

from app.adapters.bedrock import BedrockChat
from app.adapters.bedrock.guardrail import is_block
from app.kernel.errors import ProviderRejected, ProviderThrottled
from app.kernel.ports.chat import ChatRequest, CompletionRequest, Delta, Passage, Turn
from tests.bedrock.guards import Guard
from tests.bedrock.replies import Fail
from tests.bedrock.server import BedrockServer

pytestmark = pytest.mark.anyio

REQUEST = ChatRequest("What is the capital?", (Passage(1, "Oslo is the capital of Norway. A bomb fell."),))


@pytest.fixture
def guard(server: BedrockServer) -> Guard:
    server.guards["g1"] = Guard()
    return server.guards["g1"]


def _chat(identifier: str = "g1", version: str = "1") -> BedrockChat:
    return BedrockChat("", region="us-east-1", timeout_s=30, guardrail=identifier, guardrail_version=version)


async def _text(request: ChatRequest | CompletionRequest, chat: BedrockChat | None = None) -> str:
    chat = chat or _chat()
    told = chat.complete(request) if isinstance(request, CompletionRequest) else chat.answer(request)
    return "".join([item.text async for item in told if isinstance(item, Delta)])


async def test_a_question_that_passes_is_answered_from_passages_that_are_sources_only(
    server: BedrockServer, guard: Guard
) -> None:
    guard.blocked = {"bomb"}  # stands in a passage, which is the tenant's own
    assert await _text(REQUEST) == "Oslo is the capital of Norway [1]."
    [checked] = server.asked("ApplyGuardrail")
    assert checked["source"] == "INPUT" and checked["content"] == [{"text": {"text": REQUEST.question}}]
    [body] = server.asked("ConverseStream")
    assert body["guardrailConfig"] == {
        "guardrailIdentifier": "g1", "guardrailVersion": "1", "trace": "enabled",
    }  # fmt: skip
    blocks = [block["guardContent"]["text"] for block in body["messages"][0]["content"]]
    assert [block["qualifiers"] for block in blocks] == [["grounding_source"], ["query"]]


async def test_a_question_that_is_blocked_is_refused_before_any_passage_leaves(
    server: BedrockServer, guard: Guard
) -> None:
    guard.blocked = {"capital"}
    with pytest.raises(ProviderRejected) as raised:
        await _text(REQUEST)
    assert raised.value.code == "guardrail_intervened" and "'g1'" in raised.value.detail
    assert [request.operation for request in server.requests] == ["ApplyGuardrail"]


async def test_a_question_that_is_masked_goes_on_masked(server: BedrockServer, guard: Guard) -> None:
    guard.masked = {"Ada"}
    await _text(ChatRequest("Where does Ada live?", REQUEST.passages))
    [body] = server.asked("ConverseStream")
    assert "Where does {NAME} live?" in str(body) and "Ada" not in str(body)


async def test_an_answer_that_is_blocked_is_refused_and_the_guardrails_own_message_not_told(
    server: BedrockServer, guard: Guard
) -> None:
    guard.blocked = {"Norway"}
    seen = []
    with pytest.raises(ProviderRejected) as raised:
        async for item in _chat().answer(REQUEST):
            seen.append(item)
    assert raised.value.code == "guardrail_intervened"
    assert seen == []


async def test_an_answer_that_is_masked_is_an_answer(server: BedrockServer, guard: Guard) -> None:
    guard.masked = {"Norway"}
    assert await _text(REQUEST) == "Oslo is the capital of {NAME} [1]."


async def test_an_answer_that_no_passage_supports_is_refused(server: BedrockServer, guard: Guard) -> None:
    guard.grounded = True
    assert await _text(REQUEST)
    server.bedside.answer = lambda _: "Paris surely is."
    with pytest.raises(ProviderRejected):
        await _text(REQUEST)


@pytest.mark.parametrize(("question", "passage"), [("why? " * 300, "Oslo."), ("Why?", "Oslo. " * 20_000)])
async def test_what_is_too_long_to_be_held_against_sources_is_still_checked(
    server: BedrockServer, guard: Guard, question: str, passage: str
) -> None:
    await _text(ChatRequest(question, (Passage(1, passage),)))
    content = server.asked("ConverseStream")[0]["messages"][0]["content"]
    assert "text" in content[0] and content[1]["guardContent"]["text"]["qualifiers"] == ["guard_content"]


async def test_a_completion_is_checked_as_a_whole(server: BedrockServer, guard: Guard) -> None:
    turns = (Turn("user", "A bomb?"), Turn("assistant", "No."), Turn("user", "Why?"))
    assert await _text(CompletionRequest(turns))
    guard.blocked = {"bomb"}
    with pytest.raises(ProviderRejected) as raised:
        await _text(CompletionRequest(turns))
    assert raised.value.code == "guardrail_intervened"
    assert server.asked("ApplyGuardrail") == []


@pytest.mark.parametrize(("identifier", "version"), [("unknown", "1"), ("g1", "7")])
async def test_a_guardrail_that_is_not_there_stops_the_answer(
    server: BedrockServer, guard: Guard, identifier: str, version: str
) -> None:
    with pytest.raises(ProviderRejected):
        await _text(REQUEST, _chat(identifier, version))
    assert server.asked("ConverseStream") == []


async def test_a_guardrail_that_cannot_be_asked_stops_the_answer(server: BedrockServer, guard: Guard) -> None:
    server.script(Fail("ThrottlingException"))
    with pytest.raises(ProviderThrottled):
        await _text(REQUEST)
    assert server.asked("ConverseStream") == []


@pytest.mark.parametrize(
    ("assessments", "blocked"),
    [
        ([], True),
        (None, True),
        ({"wordPolicy": {"customWords": [{"match": "x", "action": "BLOCKED"}]}}, True),
        ([{"sensitiveInformationPolicy": {"piiEntities": [{"action": "ANONYMIZED"}]}}], False),
        (
            [
                {"sensitiveInformationPolicy": {"piiEntities": [{"action": "ANONYMIZED"}]}},
                {"topicPolicy": {"topics": [{"action": "BLOCKED"}]}},
            ],
            True,
        ),
        ([{"contentPolicy": {"filters": [{"action": "NONE"}]}}], True),
    ],
)
def test_only_what_masks_and_blocks_nothing_is_no_block(assessments: Any, blocked: bool) -> None:
    assert is_block(assessments) is blocked
