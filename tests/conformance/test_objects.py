"""What every object store must do, whichever it is."""

import asyncio
import os
import queue
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from app.adapters.embedded.objects import FolderObjects
from app.adapters.s3 import S3Objects
from app.kernel.errors import BadInput, NotFound, Unavailable
from app.kernel.ports.objects import Objects
from tests.conformance.children import SPAWN, child, put_for_ever

pytestmark = pytest.mark.anyio

MB = 1 << 20
ODD_KEYS = [
    "t/with space/a b.txt",
    "t/umlaut/Größe–ß.pdf",
    "t/cjk/文書.md",
    "t/emoji/🗂️",
    "t/percent/100%25%2Fdone",
    "t/marks/a+b&c=d?e#f;g,h'i\"j@k!l~m^n",
    "t/.hidden/.file",
    "t/colon/a:b",
    "t/back\\slash",
    "t/long/" + "x" * 200,
    "t/trailing./dot.",
]
BAD_KEYS = ["../x", "a/../b", "a/..", "..", "/etc/passwd", "", "a//b", "a/./b", "a\x00b"]


@dataclass
class Store:
    """An adapter under test: `open` can travel to another process; `destroy` takes the store itself away."""

    open: Callable[[], Objects]
    destroy: Callable[[], None]
    old_versions: bool = False


@pytest.fixture(params=["folder", "s3", "s3-versioned"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        folder = tmp_path / "objects"
        return Store(partial(FolderObjects, folder), partial(_remove_folder, folder))
    endpoint: str = request.getfixturevalue("aws_endpoint")
    bucket = f"objects-{uuid4().hex[:12]}"
    client = boto3.client("s3", endpoint_url=endpoint)
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    versioned = request.param == "s3-versioned"
    if versioned:
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return Store(
        partial(S3Objects, bucket, endpoint_url=endpoint),
        partial(_remove_bucket, endpoint, bucket),
        versioned,
    )


def _remove_folder(folder: Path) -> None:
    """Gone, and a plain file in its place, so that nothing can quietly make it again."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_bytes(b"")


def _remove_bucket(endpoint: str, bucket: str) -> None:
    boto3.client("s3", endpoint_url=endpoint).delete_bucket(Bucket=bucket)


@pytest.fixture
def objects(store: Store) -> Iterator[Objects]:
    yield store.open()


async def _keys(objects: Objects, prefix: str) -> list[str]:
    return [key async for key in objects.keys(prefix)]


@pytest.mark.parametrize(
    "content", [b"", b"x", bytes(range(256)), b"\r\n\x00\xff" * 9, os.urandom(9 * MB)], ids=len
)
async def test_what_was_put_comes_back_byte_for_byte(objects: Objects, content: bytes) -> None:
    await objects.put("t/a.bin", content)
    assert await objects.get("t/a.bin") == content


async def test_the_last_put_wins_also_when_it_is_shorter(objects: Objects) -> None:
    await objects.put("t/a", b"long content" * 1000)
    await objects.put("t/a", b"short")
    assert await objects.get("t/a") == b"short"
    assert await _keys(objects, "t/") == ["t/a"]


async def test_a_missing_key_is_not_found_and_is_named(objects: Objects) -> None:
    with pytest.raises(NotFound, match="t/nowhere"):
        await objects.get("t/nowhere")


async def test_the_folder_above_an_object_is_not_an_object(objects: Objects) -> None:
    await objects.put("t/folder/a", b"1")
    with pytest.raises(NotFound):
        await objects.get("t/folder")
    assert await _keys(objects, "t/") == ["t/folder/a"]


@pytest.mark.parametrize("key", ODD_KEYS)
async def test_odd_keys_are_kept_apart_and_listed_as_they_were_given(objects: Objects, key: str) -> None:
    await objects.put("t/other", b"other")
    await objects.put(key, key.encode())
    assert await objects.get(key) == key.encode()
    assert sorted([key, "t/other"]) == await _keys(objects, "t/")
    assert await objects.purge(key) == 1
    assert await _keys(objects, "t/") == ["t/other"]


@pytest.mark.parametrize("key", BAD_KEYS)
async def test_a_key_that_could_leave_its_place_is_refused_everywhere(objects: Objects, key: str) -> None:
    with pytest.raises(BadInput):
        await objects.put(key, b"x")
    with pytest.raises(BadInput):
        await objects.get(key)


@pytest.mark.parametrize("prefix", ["../", "a/../b", "..", "/etc"])
async def test_a_prefix_that_could_leave_its_place_is_refused_everywhere(
    objects: Objects, prefix: str
) -> None:
    with pytest.raises(BadInput):
        await _keys(objects, prefix)
    with pytest.raises(BadInput):
        await objects.purge(prefix)
    with pytest.raises(BadInput):
        await objects.residue(prefix)


async def test_keys_come_in_the_order_of_the_whole_key(objects: Objects) -> None:
    # "-" sorts before "/": a walk folder by folder gets this wrong.
    given = ["t/b/1", "t/b-c/1", "t/b.d", "t/a", "t/B", "t/é", "t/z/1/2/3", "t/10", "t/9", "t/😀", "t/\uffee"]
    for key in given:
        await objects.put(key, b"x")
    assert await _keys(objects, "t/") == sorted(given, key=lambda key: key.encode())


async def test_a_prefix_takes_only_what_is_under_it(objects: Objects) -> None:
    for key in ("t/doc_1/1/a", "t/doc_1/2/a", "t/doc_10/1/a", "u/doc_1/1/a"):
        await objects.put(key, b"x")
    assert await _keys(objects, "t/doc_1/") == ["t/doc_1/1/a", "t/doc_1/2/a"]
    assert await objects.residue("t/doc_1/") == 2
    assert await objects.purge("t/doc_1/") == 2
    assert await _keys(objects, "t/") == ["t/doc_10/1/a"]
    assert await _keys(objects, "u/") == ["u/doc_1/1/a"]


async def test_nothing_under_a_prefix_is_no_error(objects: Objects) -> None:
    assert await _keys(objects, "nothing/") == []
    assert await objects.residue("nothing/") == 0
    assert await objects.purge("nothing/") == 0


async def test_purge_leaves_no_residue_and_the_key_can_be_used_again(objects: Objects) -> None:
    await objects.put("t/d/a", b"1")
    await objects.put("t/d/sub/b", b"2")
    assert await objects.purge("t/d/") == 2
    assert await objects.residue("t/d/") == 0
    assert await _keys(objects, "t/") == []
    with pytest.raises(NotFound):
        await objects.get("t/d/a")
    await objects.put("t/d/a", b"again")
    assert await objects.get("t/d/a") == b"again"


async def test_old_versions_and_delete_markers_are_residue_until_they_are_purged(store: Store) -> None:
    if not store.old_versions:
        pytest.skip("this store keeps no old versions")
    objects = store.open()
    assert isinstance(objects, S3Objects)
    for content in (b"1", b"2", b"3"):
        await objects.put("t/d/a", content)
    objects.client.delete_object(Bucket=objects.bucket, Key="t/d/a")
    assert await _keys(objects, "t/d/") == []
    assert await objects.residue("t/d/") == 4
    assert await objects.purge("t/d/") == 4
    assert await objects.residue("t/d/") == 0


async def test_more_objects_than_one_listing_holds(store: Store) -> None:
    objects = store.open()
    if isinstance(objects, S3Objects):
        # Straight into the server of this process: a thousand requests are ten seconds of a processor.
        bucket = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
        for number in range(1_003):
            bucket.put_object(objects.bucket, f"t/{number:05d}", b"")
    else:
        for number in range(1_003):
            await objects.put(f"t/{number:05d}", b"")
    assert await _keys(objects, "t/") == [f"t/{number:05d}" for number in range(1_003)]
    assert await objects.residue("t/") == 1_003
    assert await objects.purge("t/") == 1_003
    assert await objects.residue("t/") == 0


async def test_many_puts_at_once_all_arrive(objects: Objects) -> None:
    await asyncio.gather(*(objects.put(f"t/{n % 8}/{n}", str(n).encode()) for n in range(64)))
    assert await asyncio.gather(*(objects.get(f"t/{n % 8}/{n}") for n in range(64))) == [
        str(n).encode() for n in range(64)
    ]


async def test_puts_to_one_key_at_once_leave_one_of_them_whole(objects: Objects) -> None:
    contents = [bytes([n]) * 50_000 for n in range(16)]
    await asyncio.gather(*(objects.put("t/one", content) for content in contents))
    assert await objects.get("t/one") in contents
    assert await _keys(objects, "t/") == ["t/one"]


async def test_a_reader_never_sees_half_an_object(objects: Objects) -> None:
    old, new = b"o" * MB, b"n" * (2 * MB)
    await objects.put("t/a", old)
    seen: list[bytes] = []

    async def read() -> None:
        for _ in range(10):
            seen.append(await objects.get("t/a"))

    async def write() -> None:
        for turn in range(6):
            await objects.put("t/a", old if turn % 2 else new)

    await asyncio.gather(read(), read(), write())
    assert all(content in (old, new) for content in seen)


async def test_purge_and_puts_at_once_never_fail_and_end_clean(objects: Objects) -> None:
    await asyncio.gather(
        *(objects.put(f"t/d/{n}/a", b"x") for n in range(20)), *(objects.purge("t/d/") for _ in range(3))
    )
    await objects.purge("t/d/")
    assert await objects.residue("t/d/") == 0


def test_a_writer_killed_at_any_point_leaves_whole_objects_only(store: Store) -> None:
    # The delays spread the kill over a put of 8 MB; they decide nothing about the outcome.
    size = 8 * MB
    for delay_s in (0.0, 0.005, 0.012, 0.03):
        said = SPAWN.Queue()
        with child(put_for_ever, store.open, "t/k/", size, said) as writer:
            said.get(timeout=60)
            time.sleep(delay_s)
            writer.kill()
            writer.join(timeout=30)
        acknowledged = {"t/k/0"}
        try:
            while True:
                acknowledged.add(said.get_nowait())
        except queue.Empty:
            asyncio.run(_whole(store, acknowledged, size))
    assert asyncio.run(store.open().residue("t/k/")) == 0


async def _whole(store: Store, acknowledged: set[str], size: int) -> None:
    objects = store.open()
    keys = await _keys(objects, "t/k/")
    assert acknowledged <= set(keys) <= {"t/k/0", "t/k/1", "t/k/2"}
    for key in keys:
        content = await objects.get(key)
        assert len(content) == size and len(set(content)) == 1
    await objects.purge("t/k/")
    assert await objects.residue("t/k/") == 0


async def test_what_one_opened_store_put_another_one_reads(store: Store) -> None:
    await store.open().put("t/a", b"shared")
    assert await store.open().get("t/a") == b"shared"


async def test_ping_is_silent_while_the_store_is_there_and_unavailable_when_it_is_gone(store: Store) -> None:
    objects = store.open()
    await objects.ping()
    store.destroy()
    with pytest.raises(Unavailable):
        await objects.ping()
    with pytest.raises(Unavailable):
        await objects.put("t/a", b"x")
