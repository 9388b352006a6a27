"""The next model answers when the one before cannot begin; who it was and what it cost stands in the usage."""

import pytest

from app.kernel.errors import (
    BadInput,
    GenaiError,
    ProviderDenied,
    ProviderRejected,
    ProviderThrottled,
    ProviderTimeout,
    ProviderUnavailable,
    Unavailable,
)
from app.kernel.ports.chat import CompletionRequest, Delta, Turn, Usage
from app.resilience import steady_chat, steady_embedder
from app.resilience.fallback import FallbackChat
from tests.app.resilience.scripted import REQUEST, SILENT, ScriptedChat, ScriptedEmbedder, Time, read

pytestmark = pytest.mark.anyio

DOWN = ProviderUnavailable("down")


def _two(*first: object) -> tuple[ScriptedChat, ScriptedChat, FallbackChat]:
    one = ScriptedChat(first, model="one", usd=1.0)  # type: ignore[arg-type] # steps
    two = ScriptedChat(["from two"], model="two", usd=0.5)
    return one, two, FallbackChat([one, two])


@pytest.mark.parametrize(
    "error", [DOWN, ProviderTimeout("x"), ProviderThrottled("x"), Unavailable("x"), ProviderDenied("key")]
)
async def test_the_next_one_answers_under_its_own_name_and_price(error: GenaiError) -> None:
    _, _, chat = _two(error)
    text, usage = await read(chat.answer(REQUEST))
    assert text == "from two"
    assert (usage.model, chat.cost_usd(usage)) == ("two", 1.0)


async def test_the_first_choice_answers_under_its_name_while_it_can() -> None:
    _, two, chat = _two("from one")
    text, usage = await read(chat.answer(REQUEST))
    assert (text, usage.model, chat.cost_usd(usage), two.asked) == ("from one", "one", 2.0, [])
    assert chat.model == "one" and chat.cost_usd(Usage(0, 3)) == 3.0


@pytest.mark.parametrize("error", [ProviderRejected("filtered"), BadInput("bad")])
async def test_what_one_refuses_for_what_it_says_is_not_asked_elsewhere(error: GenaiError) -> None:
    _, two, chat = _two(error)
    with pytest.raises(type(error)):
        await read(chat.answer(REQUEST))
    assert two.asked == []


async def test_after_the_first_piece_nobody_else_goes_on() -> None:
    _, two, chat = _two("Half", DOWN)
    seen = []
    with pytest.raises(ProviderUnavailable):
        async for piece in chat.answer(REQUEST):
            seen.append(piece)
    assert seen == [Delta("Half")] and two.asked == []


async def test_when_nobody_can_the_last_one_tells() -> None:
    chat = FallbackChat([ScriptedChat([DOWN]), ScriptedChat([ProviderThrottled("x", retry_after_s=9)])])
    with pytest.raises(ProviderThrottled) as raised:
        await read(chat.answer(REQUEST))
    assert raised.value.retry_after_s == 9


async def test_a_model_asked_for_by_name_has_no_stand_in() -> None:
    one, two, chat = _two(DOWN)
    request = CompletionRequest((Turn("user", "Hi"),), model="another")
    with pytest.raises(ProviderUnavailable):
        await read(chat.complete(request))
    assert two.asked == []
    assert (await read(chat.complete(request)))[1].model == "another"
    one.script = [[DOWN]]
    assert (await read(chat.complete(CompletionRequest(request.turns))))[1].model == "two"
    assert await chat.models() == ["one", "another"]


async def test_ready_while_one_of_them_is_and_the_first_says_why_when_none_is() -> None:
    one, two, chat = _two()
    one.ping_error = Unavailable("one is away")
    await chat.ping()
    one.ping_error, one.ping_s = None, 3600
    await chat.ping()
    one.ping_error, one.ping_s, two.ping_error = Unavailable("one is away"), 0, Unavailable("two is away")
    with pytest.raises(Unavailable, match="one is away"):
        await chat.ping()


async def test_a_steady_chat_tries_the_first_twice_and_the_last_four_times() -> None:
    time = Time()
    one, two = ScriptedChat(*[[DOWN]] * 9, model="one"), ScriptedChat(*[[DOWN]] * 9, model="two")
    chat = steady_chat([one, two], first_token_s=5, whole_s=60, patience=time.patience())
    with pytest.raises(ProviderUnavailable):
        await read(chat.answer(REQUEST))
    assert (len(one.asked), len(two.asked)) == (2, 4)


async def test_a_steady_chat_goes_from_a_silent_model_to_the_next_within_its_time() -> None:
    one, two = ScriptedChat(SILENT, model="one"), ScriptedChat(model="two")
    chat = steady_chat([one, two], first_token_s=0.05, whole_s=30)
    assert (await read(chat.answer(REQUEST)))[1].model == "two"
    assert len(one.asked) == 1


async def test_a_steady_chat_is_done_by_its_deadline_whoever_answers() -> None:
    chat = steady_chat([ScriptedChat(SILENT), ScriptedChat(*[SILENT] * 9)], first_token_s=9, whole_s=0.2)
    with pytest.raises(ProviderTimeout):
        await read(chat.answer(REQUEST))


async def test_steady_ones_close_and_describe_what_they_hold() -> None:
    chats, embedder = [ScriptedChat(model="one"), ScriptedChat(model="two")], ScriptedEmbedder()
    await steady_chat(chats, first_token_s=1, whole_s=2).aclose()  # type: ignore[attr-defined] # what it holds has it
    steady = steady_embedder(embedder, question_timeout_s=1)
    await steady.aclose()  # type: ignore[attr-defined] # as above
    assert [chat.aclosed for chat in chats] == [1, 1] and embedder.aclosed == 1
    for name in ("fingerprint", "dimensions", "profile", "max_tokens", "counts_word_pieces"):
        assert getattr(steady, name) == getattr(embedder, name)
    assert steady.count_tokens("abc") == 6
    embedder.ping_error = Unavailable("away")
    with pytest.raises(Unavailable):
        await steady.ping()


async def test_a_question_that_fails_is_tried_again_within_its_time() -> None:
    time = Time()
    embedder = ScriptedEmbedder(DOWN, DOWN)
    steady = steady_embedder(embedder, question_timeout_s=10, patience=time.patience())
    assert (await steady.embed(["a"], kind="query")).shape == (1, 3)
    assert len(embedder.asked) == 3
