"""Calls that come together travel together, and never suffer for each other."""

import asyncio
from collections.abc import Sequence

import pytest

from app.kernel.errors import ProviderRejected, Unavailable
from app.rag.batching import Batcher

pytestmark = pytest.mark.anyio


class Upper:
    """Turns texts to upper case; remembers its batches; refuses what begins with `bad`."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    async def __call__(self, texts: list[str]) -> Sequence[str]:
        self.batches.append(texts)
        await asyncio.sleep(0.001)
        if refused := [text for text in texts if text.startswith("bad")]:
            raise ProviderRejected(f"refused {refused}")
        return [text.upper() for text in texts]


async def test_a_lone_call_goes_at_once_and_those_that_come_meanwhile_share_the_next() -> None:
    upper = Upper()
    batcher = Batcher(upper, max_items=8)
    results = await asyncio.gather(*(batcher(letter) for letter in "abcdefghij"))
    assert results == list("ABCDEFGHIJ")
    assert max(map(len, upper.batches)) <= 8 and len(upper.batches) <= 3


async def test_one_bad_item_fails_alone_and_nobody_reads_of_it() -> None:
    batcher = Batcher(Upper(), max_items=8)
    results = await asyncio.gather(*map(batcher, ["a", "bad secret", "c"]), return_exceptions=True)
    assert (results[0], results[2]) == ("A", "C")
    assert isinstance(results[1], ProviderRejected)


async def test_an_absent_dependency_is_not_asked_once_for_each_item() -> None:
    calls = 0

    async def away(items: list[str]) -> Sequence[str]:
        nonlocal calls
        calls += 1
        raise Unavailable("away")

    batcher = Batcher(away, max_items=8)
    results = await asyncio.gather(*map(batcher, "abcdefgh"), return_exceptions=True)
    assert all(isinstance(result, Unavailable) for result in results)
    assert calls == 1


async def test_a_caller_that_gave_up_is_left_out_and_the_others_are_served() -> None:
    upper = Upper()
    batcher = Batcher(upper, max_items=1)
    first, second, third = (asyncio.create_task(batcher(letter)) for letter in "xyz")
    await asyncio.sleep(0)
    second.cancel()
    assert (await first, await third) == ("X", "Z")
    assert ["y"] not in upper.batches


async def test_a_batcher_works_again_after_a_failure() -> None:
    batcher = Batcher(Upper(), max_items=8)
    with pytest.raises(ProviderRejected):
        await batcher("bad")
    assert await batcher("good") == "GOOD"


async def test_batches_run_side_by_side_as_far_as_allowed() -> None:
    inside = most = 0

    async def handle(items: list[str]) -> Sequence[str]:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.001)
        inside -= 1
        return items

    batcher = Batcher(handle, max_items=2, most_running=3)
    assert await asyncio.gather(*map(batcher, "abcdefghijklmnop")) == list("abcdefghijklmnop")
    assert most == 3


async def test_a_batch_waits_for_company_only_while_some_is_promised() -> None:
    upper, promised = Upper(), True
    batcher = Batcher(upper, max_items=8, linger_s=0.05, more_than=lambda waiting: promised)
    first = asyncio.create_task(batcher("a"))
    await asyncio.sleep(0.01)
    assert await asyncio.gather(first, batcher("b")) == ["A", "B"]
    assert upper.batches == [["a", "b"]]
    promised = False
    assert await batcher("c") == "C"
