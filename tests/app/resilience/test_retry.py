"""What may pass is asked for again after a pause drawn by lot, until the first piece is there; nothing else is."""

import pytest

from app.kernel.errors import (
    BadInput,
    GenaiError,
    ProviderDenied,
    ProviderRejected,
    ProviderThrottled,
    ProviderTimeout,
    ProviderUnavailable,
)
from app.kernel.ports.chat import CompletionRequest, Delta, Turn
from app.resilience.retry import PatientChat, PatientEmbedder
from tests.app.resilience.scripted import REQUEST, ScriptedChat, ScriptedEmbedder, Time, read

pytestmark = pytest.mark.anyio

DOWN = ProviderUnavailable("down")


@pytest.mark.parametrize("error", [DOWN, ProviderThrottled("slow"), ProviderTimeout("late")])
async def test_a_failure_before_the_first_piece_is_tried_again_three_times_at_most(error: GenaiError) -> None:
    time = Time()
    chat = ScriptedChat([error], [error], [error])
    assert (await read(PatientChat(chat, time.patience()).answer(REQUEST)))[0] == "fine"
    assert time.pauses == [0.25, 0.5, 1.0]
    chat = ScriptedChat([error], [error], [error], [error])
    with pytest.raises(type(error)):
        await read(PatientChat(chat, time.patience()).answer(REQUEST))
    assert len(chat.asked) == chat.closed == 4


async def test_pauses_are_drawn_between_nothing_and_a_bound_that_doubles_to_four_seconds() -> None:
    time = Time()
    chat = ScriptedChat(*[[DOWN]] * 7)
    await read(PatientChat(chat, time.patience(chance=0.5, retries=7)).answer(REQUEST))
    assert time.pauses == [0.125, 0.25, 0.5, 1.0, 2.0, 2.0, 2.0]


async def test_the_pause_that_a_provider_asks_for_is_kept_unless_it_is_too_long() -> None:
    time = Time()
    chat = ScriptedChat([ProviderThrottled("x", retry_after_s=7)], [ProviderThrottled("x", retry_after_s=0)])
    await read(PatientChat(chat, time.patience()).answer(REQUEST))
    assert time.pauses == [7, 0]
    chat = ScriptedChat([ProviderThrottled("x", retry_after_s=3600)])
    with pytest.raises(ProviderThrottled) as raised:
        await read(PatientChat(chat, time.patience()).answer(REQUEST))
    assert raised.value.retry_after_s == 3600 and len(chat.asked) == 1


async def test_no_pause_begins_that_would_end_behind_the_deadline() -> None:
    time = Time()
    chat = ScriptedChat([ProviderThrottled("x", retry_after_s=6)], [ProviderThrottled("x", retry_after_s=6)])
    with pytest.raises(ProviderThrottled):
        await read(PatientChat(chat, time.patience(whole_s=10)).answer(REQUEST))
    assert time.pauses == [6]


async def test_after_the_first_piece_a_failure_is_told_and_nothing_is_said_twice() -> None:
    time = Time()
    chat = ScriptedChat(["Half", DOWN])
    seen = []
    with pytest.raises(ProviderUnavailable):
        async for piece in PatientChat(chat, time.patience()).answer(REQUEST):
            seen.append(piece)
    assert seen == [Delta("Half")] and len(chat.asked) == 1 and time.pauses == []


@pytest.mark.parametrize("error", [ProviderRejected("no"), ProviderDenied("no"), BadInput("no")])
async def test_what_waiting_will_not_mend_is_asked_once(error: GenaiError) -> None:
    time = Time()
    chat, embedder = ScriptedChat([error]), ScriptedEmbedder(error)
    with pytest.raises(type(error)):
        await read(PatientChat(chat, time.patience()).answer(REQUEST))
    with pytest.raises(type(error)):
        await PatientEmbedder(embedder, time.patience()).embed(["a"])
    assert (len(chat.asked), len(embedder.asked), time.pauses) == (1, 1, [])


async def test_completions_are_tried_again_as_answers_are() -> None:
    time = Time()
    request = CompletionRequest((Turn("user", "Hi"),))
    chat = ScriptedChat([DOWN])
    assert (await read(PatientChat(chat, time.patience()).complete(request)))[0] == "fine"
    assert chat.asked == [request, request]


async def test_a_silent_model_is_not_asked_again_where_somebody_else_is_left() -> None:
    time = Time()
    chat = ScriptedChat([ProviderTimeout("late")])
    with pytest.raises(ProviderTimeout):
        await read(PatientChat(chat, time.patience(after_timeouts=False)).answer(REQUEST))
    assert len(chat.asked) == 1


async def test_a_reader_that_leaves_closes_the_stream_it_read() -> None:
    chat = ScriptedChat(["one", "two"])
    stream = PatientChat(chat, Time().patience()).answer(REQUEST)
    assert await anext(stream) == Delta("one")
    await stream.aclose()  # type: ignore[attr-defined] # it is a generator
    assert chat.closed == 1


async def test_an_embedding_is_tried_again_with_the_same_texts_and_kind() -> None:
    time = Time()
    embedder = ScriptedEmbedder(DOWN, ProviderThrottled("x", retry_after_s=2))
    matrix = await PatientEmbedder(embedder, time.patience()).embed(["a", "b"], kind="query")
    assert matrix.shape == (2, 3) and embedder.asked == [(["a", "b"], "query")] * 3
    assert time.pauses == [0.25, 2]
