"""A cache file that is deleted, damaged, locked or full while it is used costs what it held and never a request."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from app.adapters.embedded import cache as module
from app.adapters.embedded.cache import SqliteCache
from app.kernel.errors import Unavailable

pytestmark = pytest.mark.anyio


def _delete(path: Path) -> None:
    path.unlink()


def _delete_folder(path: Path) -> None:
    shutil.rmtree(path.parent)


def _overwrite(path: Path) -> None:
    path.write_bytes(b"no database" * 1_000)


def _scribble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(bytes(content))


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5_000])


def _replace(path: Path) -> None:
    path.unlink()
    sqlite3.connect(path).execute("CREATE TABLE entry (other TEXT)")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "cache.db"


_HARM = [_delete, _delete_folder, _overwrite, _scribble, _empty, _cut, _replace]


@pytest.mark.parametrize("harm", _HARM, ids=lambda harm: harm.__name__)
async def test_whatever_happens_to_the_file_it_goes_on_without_what_it_held(
    path: Path, harm: Callable[[Path], None]
) -> None:
    one, other = SqliteCache(path), SqliteCache(path)
    for number in range(50):
        await one.put(f"k{number}", b"v" * 1_000, ttl_s=60)
    assert await other.get("k1") == b"v" * 1_000
    await one.add("c", 1, window_s=60)
    harm(path)
    assert await one.get("k1") in (None, b"v" * 1_000)
    for cache in (one, other):  # one may see the harm later than the other, by what it has in memory
        await cache.put("early", b"e", ttl_s=60)
        assert await cache.get("early") in (None, b"e")
    await one.put("new", b"n", ttl_s=60)
    assert await other.get("new") == await one.get("new") == b"n"
    assert (await other.add("d", 1, window_s=60)).total + 1 == (await one.add("d", 1, window_s=60)).total
    assert await one.residue("new") == await other.purge("new") == 1
    await one.ping()
    one.close()
    other.close()


@pytest.mark.parametrize("harm", [_overwrite, _empty], ids=lambda harm: harm.__name__)
async def test_a_file_that_was_no_use_before_the_start_is_begun_anew(
    path: Path, harm: Callable[[Path], None]
) -> None:
    path.parent.mkdir()
    harm(path)
    cache = SqliteCache(path)
    await cache.put("a", b"v", ttl_s=60)
    assert await cache.get("a") == b"v"
    cache.close()


async def test_a_file_that_somebody_holds_is_unavailable_and_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BUSY_S", 0.05)
    cache = SqliteCache(path)
    await cache.put("a", b"v", ttl_s=60)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    for asked in (cache.get("a"), cache.put("b", b"v", ttl_s=60), cache.add("c", 1, window_s=60)):
        with pytest.raises(Unavailable):
            await asked
    holder.execute("ROLLBACK")
    holder.close()
    assert await cache.get("a") == b"v"
    cache.close()


async def test_a_place_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    cache = SqliteCache(tmp_path / "cache" / "cache.db")
    with pytest.raises(Unavailable, match="nothing is remembered"):
        await cache.get("a")
    cache.close()


async def test_it_never_grows_beyond_its_bound_and_drops_what_would_go_soonest(path: Path) -> None:
    cache = SqliteCache(path, max_mb=1)
    await cache.put("long", b"v" * 10_000, ttl_s=6_000)
    for number in range(300):
        await cache.put(f"k{number}", b"v" * 10_000, ttl_s=60 + number)
        assert path.stat().st_size < 1_300_000
    assert await cache.get("long") and await cache.get("k299")
    assert await cache.get("k0") is None
    await cache.put("huge", b"v" * 500_000, ttl_s=6_000)
    assert await cache.get("huge") is None and await cache.get("k299")
    cache.close()


async def test_what_was_purged_cannot_be_read_from_the_file(path: Path) -> None:
    cache = SqliteCache(path)
    await cache.put("a", b"a secret sentence", ttl_s=60)
    assert b"a secret sentence" in path.read_bytes()
    await cache.purge("a")
    left = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"a secret sentence" not in left
    cache.close()
