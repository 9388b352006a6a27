"""A provider that keeps failing is left alone for a moment, then tried by one at a time, then trusted again."""

import asyncio

import pytest
from prometheus_client import REGISTRY

from app.kernel.errors import ProviderRejected, ProviderUnavailable, Unavailable
from app.resilience.breaker import Breaker, GuardedChat, GuardedEmbedder
from tests.app.resilience.scripted import REQUEST, SILENT, Attempt, ScriptedChat, ScriptedEmbedder, Time, read

pytestmark = pytest.mark.anyio

DOWN = ProviderUnavailable("down")


def _breaker(time: Time, provider: str = "p") -> Breaker:
    return Breaker(provider, most_failures=3, window_s=30, open_s=2, clock=lambda: time.now)


def _gauge(provider: str) -> float | None:
    return REGISTRY.get_sample_value("genai_breaker_open", {"provider": provider})


def test_it_opens_with_the_last_failure_that_is_one_too_many_and_shows_it() -> None:
    time = Time()
    breaker = _breaker(time, "shown")
    for _ in range(2):
        breaker.failed()
    breaker.check()
    assert (breaker.state, _gauge("shown")) == ("closed", 0)
    breaker.failed()
    with pytest.raises(ProviderUnavailable) as raised:
        breaker.check()
    assert raised.value.retry_after_s == 2
    assert (breaker.state, _gauge("shown")) == ("open", 1)


def test_failures_that_are_old_or_few_among_many_successes_do_not_open_it() -> None:
    time = Time()
    breaker = _breaker(time)
    for _ in range(2):
        breaker.failed()
    time.now = 31
    breaker.failed()
    assert breaker.state == "closed"
    for _ in range(4):
        breaker.succeeded()
    for _ in range(2):
        breaker.failed()
    breaker.check()
    for _ in range(2):
        breaker.failed()
    with pytest.raises(ProviderUnavailable):
        breaker.check()


def test_half_open_it_lets_one_through_at_a_time_and_a_success_closes_it() -> None:
    time = Time()
    breaker = _breaker(time, "half")
    for _ in range(3):
        breaker.failed()
    time.now = 2
    assert breaker.state == "half-open"
    breaker.check()
    with pytest.raises(ProviderUnavailable):
        breaker.check()
    breaker.succeeded()
    breaker.check()
    assert (breaker.state, _gauge("half")) == ("closed", 0)


def test_a_failed_attempt_opens_it_again_and_one_that_hangs_does_not_keep_it_shut() -> None:
    time = Time()
    breaker = _breaker(time)
    for _ in range(3):
        breaker.failed()
    time.now = 2
    breaker.check()
    breaker.failed()
    time.now = 3.9
    assert breaker.state == "open"
    time.now = 4
    breaker.check()  # hangs
    time.now = 6
    breaker.check()


async def test_an_open_breaker_asks_the_provider_nothing_and_its_ping_says_why() -> None:
    time = Time()
    chat, embedder = ScriptedChat(*[[DOWN]] * 3), ScriptedEmbedder(*[DOWN] * 3)
    guarded_chat = GuardedChat(chat, _breaker(time))
    guarded_embedder = GuardedEmbedder(embedder, _breaker(time))
    for _ in range(4):
        with pytest.raises(ProviderUnavailable):
            await read(guarded_chat.answer(REQUEST))
        with pytest.raises(ProviderUnavailable):
            await guarded_embedder.embed(["a"])
    assert (len(chat.asked), len(embedder.asked)) == (3, 3)
    for guarded in (guarded_chat, guarded_embedder):
        with pytest.raises(Unavailable, match="left alone"):
            await guarded.ping()
    time.now = 2
    await guarded_chat.ping()
    await guarded_embedder.ping()
    assert (await read(guarded_chat.answer(REQUEST)))[0] == "fine"
    assert (await guarded_embedder.embed(["a"])).shape == (1, 3)


async def test_refusals_and_readers_that_leave_count_for_nothing_and_cut_answers_count() -> None:
    time = Time()
    refusing = _breaker(time)
    chat = GuardedChat(ScriptedChat(*[[ProviderRejected("no")]] * 5), refusing)
    for _ in range(5):
        with pytest.raises(ProviderRejected):
            await read(chat.answer(REQUEST))
    leaving = asyncio.ensure_future(read(GuardedChat(ScriptedChat(SILENT), refusing).answer(REQUEST)))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    assert refusing.state == "closed" and not refusing._outcomes
    cutting = _breaker(time)
    cut: Attempt = ["Half", DOWN]
    chat = GuardedChat(ScriptedChat(cut, cut, cut), cutting)
    for _ in range(3):
        with pytest.raises(ProviderUnavailable):
            await read(chat.answer(REQUEST))
    assert cutting.state == "open"
