"""The Cache port: what every adapter of it does, on a file and on a real server."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.adapters.embedded.cache import SqliteCache
from app.adapters.valkey import ValkeyCache
from app.kernel.ports.cache import Cache
from tests.conformance.cache_children import add_many, put_one
from tests.conformance.children import child
from tests.conformance.valkey_server import ValkeyServer, valkey_server

pytestmark = pytest.mark.anyio

Opener = Callable[[], Cache]
_SOON_S = 20.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    with valkey_server(tmp_path_factory.mktemp("valkey")) as started:
        yield started


async def _close(cache: Cache) -> None:
    if isinstance(cache, ValkeyCache):
        await cache.aclose()
    elif isinstance(cache, SqliteCache):
        cache.close()


@pytest.fixture(params=["sqlite", "valkey"])
async def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Opens the same, empty cache again, also in another process."""
    if request.param == "sqlite":
        return partial(SqliteCache, tmp_path / "cache.db")
    url = SecretStr(request.getfixturevalue("server").url)
    emptied = ValkeyCache(url)
    await emptied._redis.flushall()
    await emptied.aclose()
    return partial(ValkeyCache, url)


@pytest.fixture
async def cache(opener: Opener) -> AsyncIterator[Cache]:
    opened = opener()
    yield opened
    await _close(opened)


async def _until(condition: Callable[[], Awaitable[bool]], *, what: str) -> None:
    deadline = time.monotonic() + _SOON_S
    while not await condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {_SOON_S:g} s"
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "value", [b"", b"\x00\xff\r\n$-1\r\n", b"x" * 1_000_000], ids=["empty", "bytes", "large"]
)
async def test_what_was_put_comes_back_byte_for_byte(cache: Cache, value: bytes) -> None:
    assert await cache.get("a") is None
    await cache.put("a", value, ttl_s=60)
    assert await cache.get("a") == value


@pytest.mark.parametrize("key", ["k" * 512, "Größe 文書 🗂️", "a b\r\nc", "*", "a[b]?\\", "/", "%"])
async def test_a_key_is_any_text_and_names_one_entry(cache: Cache, key: str) -> None:
    await cache.put(key, b"one", ttl_s=60)
    await cache.put(key + "x" if len(key) < 512 else key[:-1], b"other", ttl_s=60)
    assert await cache.get(key) == b"one"
    assert await cache.purge(key) >= 1
    assert await cache.get(key) is None


async def test_a_second_value_takes_the_place_and_the_time_of_the_first(cache: Cache) -> None:
    await cache.put("a", b"one", ttl_s=0.05)
    await cache.put("a", b"two", ttl_s=60)
    await asyncio.sleep(0.2)
    assert await cache.get("a") == b"two"


async def test_an_entry_is_gone_after_its_time_and_counts_no_more(cache: Cache) -> None:
    await cache.put("a", b"short", ttl_s=0.05)
    await cache.put("b", b"long", ttl_s=60)

    async def gone() -> bool:
        return await cache.get("a") is None

    await _until(gone, what="The end of the entry")
    assert await cache.residue("") == 1 and await cache.get("b") == b"long"


async def test_purge_drops_what_begins_so_and_nothing_else_and_tells_how_many(cache: Cache) -> None:
    for key in ("answers/acme/1", "answers/acme/2", "answers/acmex/1", "answers/ac*/1", "quotes/acme/1"):
        await cache.put(key, b"v", ttl_s=60)
    assert await cache.residue("answers/acme/") == 2
    assert await cache.purge("answers/ac*/") == 1
    assert await cache.purge("answers/acme/") == 2
    assert await cache.purge("answers/acme/") == await cache.residue("answers/acme/") == 0
    assert await cache.residue("") == 2


async def test_more_entries_than_one_look_takes_are_all_counted_and_purged(cache: Cache) -> None:
    for start in range(0, 2_500, 50):
        await asyncio.gather(*(cache.put(f"many/{n}", b"v", ttl_s=600) for n in range(start, start + 50)))
    assert await cache.residue("many/") == 2_500
    assert await cache.purge("many/") == 2_500
    assert await cache.residue("many/") == 0


async def test_a_counter_adds_up_and_its_window_begins_with_the_first_addition(cache: Cache) -> None:
    first = await cache.add("c", 3, window_s=60)
    assert first.total == 3 and 0 < first.resets_in_s <= 60
    second = await cache.add("c", 4, window_s=600)
    assert second.total == 7 and 0 < second.resets_in_s <= first.resets_in_s
    assert (await cache.add("c", 0, window_s=60)).total == 7
    assert (await cache.add("other", 1, window_s=60)).total == 1


async def test_a_counter_starts_from_nothing_after_its_window(cache: Cache) -> None:
    await cache.add("c", 5, window_s=0.05)

    async def afresh() -> bool:
        return (await cache.add("c", 0, window_s=0.05)).total == 0

    await _until(afresh, what="The end of the window")


async def test_counters_and_entries_of_one_name_do_not_meet(cache: Cache) -> None:
    await cache.put("a", b"text", ttl_s=60)
    assert (await cache.add("a", 1, window_s=60)).total == 1
    assert await cache.get("a") == b"text"
    assert await cache.purge("") == 1
    assert (await cache.add("a", 1, window_s=60)).total == 2


async def test_no_addition_is_lost_between_tasks_and_processes(opener: Opener, cache: Cache) -> None:
    with child(add_many, opener, "c", 100) as one, child(add_many, opener, "c", 100) as other:
        await asyncio.gather(*(cache.add("c", 1, window_s=600) for _ in range(100)))
        for process in (one, other):
            await asyncio.to_thread(process.join, 60)
            assert process.exitcode == 0
    assert (await cache.add("c", 0, window_s=600)).total == 300


async def test_another_process_sees_what_was_put(opener: Opener, cache: Cache) -> None:
    with child(put_one, opener, "a", b"from elsewhere") as process:
        await asyncio.to_thread(process.join, 60)
        assert process.exitcode == 0
    assert await cache.get("a") == b"from elsewhere"


async def test_ping_answers(cache: Cache) -> None:
    await cache.ping()
