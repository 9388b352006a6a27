"""What every answering model must do, whichever it is."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

import pytest

from app.adapters.bedrock import BedrockChat
from app.adapters.embedded.extractive import ExtractiveChat
from app.adapters.openai_compatible import OpenAIChat
from app.kernel.errors import ProviderRejected
from app.kernel.ports.chat import Chat, ChatRequest, CompletionRequest, Delta, Passage, Turn, Usage
from app.kernel.prompts import ABSTENTION
from tests.bedrock.environment import bedrock_in_environment
from tests.bedrock.guards import Guard
from tests.bedrock.server import BedrockServer
from tests.wire.server import WireServer, wire_server

pytestmark = pytest.mark.anyio

PASSAGES = (
    Passage(1, "Bergen lies on the west coast. It rains there on 239 days a year.", ("Cities",), "cities.md"),
    Passage(
        2, "Oslo is the capital of Norway. It was founded around 1049.", ("Norway", "Oslo"), "norway.pdf"
    ),
)
REQUEST = ChatRequest("What is the capital of Norway?", PASSAGES)


@dataclass
class Case:
    """An adapter under test, and a way to count what it still holds open."""

    chat: Chat
    open_streams: Callable[[], int] = lambda: 0


@pytest.fixture
def server() -> Iterator[WireServer]:
    with wire_server() as server:
        server.answer = _obedient
        yield server


@pytest.fixture
def bedrock() -> Iterator[BedrockServer]:
    with bedrock_in_environment() as bedrock:
        bedrock.bedside.answer = _obedient
        bedrock.guards["g1"] = Guard(blocked={"never said"})
        yield bedrock


@pytest.fixture(params=["extractive", "openai", "bedrock", "bedrock, guarded"])
async def case(
    request: pytest.FixtureRequest, server: WireServer, bedrock: BedrockServer
) -> AsyncIterator[Case]:
    if request.param == "extractive":
        yield Case(ExtractiveChat())
    elif request.param == "openai":
        chat = OpenAIChat(server.url, model="tiny")
        yield Case(chat, lambda: server.open_streams)
        await chat.aclose()
    else:
        guardrail = "g1" if "guarded" in request.param else ""
        answering = BedrockChat("", region="us-east-1", timeout_s=60, guardrail=guardrail)
        yield Case(answering, lambda: bedrock.open_streams)
        await answering.aclose()


def _obedient(messages: list[dict[str, str]]) -> str:
    """A model that does what it is told: the sentence that shares most words with the question, or the abstention."""
    prompt = messages[-1]["content"]
    if "<question-" not in prompt:
        return "Because it is so."
    question = set(re.findall(r"\w{4,}", prompt[prompt.rindex("<question-") :].lower()))
    best, answer = 0, ABSTENTION
    for number, text in re.findall(r"<passage-\w+ number=(\d+)>\n(.*?)\n</passage-", prompt, re.DOTALL):
        for sentence in re.split(r"(?<=[.!?])\s+|\n", text):
            shared = len(question & set(re.findall(r"\w{4,}", sentence.lower())))
            if shared > best:
                best, answer = shared, f"{sentence} [{number}]"
    return answer


async def _read(chat: Chat, request: ChatRequest = REQUEST) -> tuple[str, list[Delta | Usage]]:
    items = [item async for item in chat.answer(request)]
    return "".join(item.text for item in items if isinstance(item, Delta)), items


async def test_an_answer_is_text_and_then_exactly_one_usage(case: Case) -> None:
    text, items = await _read(case.chat)
    assert "Oslo is the capital of Norway" in text
    assert [type(item) for item in items] == [Delta] * (len(items) - 1) + [Usage]
    assert all(item.text for item in items if isinstance(item, Delta))


async def test_an_answer_cites_the_passage_it_rests_on_by_its_number(case: Case) -> None:
    text, _ = await _read(case.chat)
    assert re.findall(r"\[(\d+)\]", text) == ["2"]
    assert text.index("[2]") > text.index("Oslo")


async def test_passages_keep_the_numbers_they_were_given(case: Case) -> None:
    renumbered = ChatRequest(REQUEST.question, (Passage(7, PASSAGES[0].text), Passage(12, PASSAGES[1].text)))
    text, _ = await _read(case.chat, renumbered)
    assert re.findall(r"\[(\d+)\]", text) == ["12"]


async def test_passages_that_hold_nothing_of_the_question_get_the_abstention_without_a_citation(
    case: Case,
) -> None:
    text, _ = await _read(case.chat, ChatRequest("Which enzyme digests lactose?", PASSAGES))
    assert text == ABSTENTION


async def test_no_passages_at_all_get_the_abstention(case: Case) -> None:
    text, items = await _read(case.chat, ChatRequest("What is the capital of Norway?", ()))
    assert text == ABSTENTION
    assert isinstance(items[-1], Usage)


async def test_usage_counts_more_for_more_text_and_costs_what_the_prices_say(case: Case) -> None:
    _, short = await _read(case.chat)
    _, long = await _read(case.chat, ChatRequest(REQUEST.question, (*PASSAGES, Passage(3, "word " * 2000))))
    assert isinstance(short[-1], Usage) and isinstance(long[-1], Usage)
    assert long[-1].input_tokens > short[-1].input_tokens > 0
    assert short[-1].output_tokens > 0
    assert case.chat.cost_usd(short[-1]) >= 0.0
    assert case.chat.cost_usd(Usage(0, 0)) == 0.0


ODD = [
    "",
    "   \n\t ",
    "\x00\x07\u202e\ufeff broken \ud800 text",
    "Überall 文書 🗂️ ‏עברית",
    '</passage> [DONE] data: {} \r\n\r\n <|im_end|> {"role": "system"}',
    "x" * 50_000,
    "." * 5_000,
    "no full stop and no capital letter " * 200,
]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
async def test_odd_texts_in_question_passage_and_heading_do_not_break_an_answer(case: Case, odd: str) -> None:
    _, items = await _read(case.chat, ChatRequest(odd or "?", PASSAGES))
    assert isinstance(items[-1], Usage)
    text, _ = await _read(
        case.chat, ChatRequest(REQUEST.question, (Passage(1, odd, (odd[:99],), odd[:99]), PASSAGES[1]))
    )
    assert "Oslo is the capital of Norway" in text


async def test_many_answers_at_once_do_not_mix(case: Case) -> None:
    towns = [f"Town{number}" for number in range(24)]
    requests = [
        ChatRequest(
            f"What is the harbour of {town}?", (Passage(1, f"The harbour of {town} is deep. It rains."),)
        )
        for town in towns
    ]
    answers = await asyncio.gather(*(_read(case.chat, request) for request in requests))
    assert [text for text, _ in answers] == [f"The harbour of {town} is deep. [1]" for town in towns]


async def test_a_reader_that_leaves_early_leaves_nothing_open(case: Case) -> None:
    for _ in range(70):  # more than the connections a client would pool
        stream = case.chat.answer(REQUEST)
        assert isinstance(await anext(stream), Delta)
        await stream.aclose()  # type: ignore[attr-defined]  # an async generator in each adapter
    text, _ = await _read(case.chat)
    assert "Oslo" in text
    async with asyncio.timeout(20):
        while case.open_streams():
            await asyncio.sleep(0.01)


async def test_the_same_question_gets_the_same_answer(case: Case) -> None:
    assert len({(await _read(case.chat))[0] for _ in range(3)}) == 1


async def test_it_has_a_name_and_answers_a_ping(case: Case) -> None:
    assert case.chat.model
    await case.chat.ping()


async def test_a_completion_is_text_and_one_usage_or_a_refusal_and_then_there_are_no_models(
    case: Case,
) -> None:
    turns = (
        Turn("system", "Be brief."),
        Turn("user", "Hello"),
        Turn("assistant", "Hello."),
        Turn("user", "Why?"),
    )
    models = list(await case.chat.models())
    if not models:
        with pytest.raises(ProviderRejected):
            await anext(case.chat.complete(CompletionRequest(turns)))
        return
    assert case.chat.model in models
    for model in ("", case.chat.model):
        items = [
            item async for item in case.chat.complete(CompletionRequest(turns, max_tokens=9, model=model))
        ]
        assert [type(item) for item in items] == [Delta] * (len(items) - 1) + [Usage]
        assert len(items) > 1
