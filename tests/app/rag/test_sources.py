"""Where documents are found: files, folders and buckets, each named the same from one import to the next."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from app.adapters.s3 import S3Objects
from app.kernel.errors import BadInput, GenaiError
from app.rag.sources import find_sources


def _nowhere(bucket: str) -> Any:
    raise AssertionError(f"asked for {bucket}")


def _names(*places: Path) -> list[str]:
    return [source.name for source in find_sources([str(place) for place in places], open_bucket=_nowhere)]


def test_a_folder_gives_its_documents_below_its_own_name_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    for name in ("b.txt", "a.PDF", "x/c.md", "x/.hidden.txt", ".git/d.txt", "e.png", "f", "größe 文.html"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    assert _names(folder) == ["docs/a.PDF", "docs/b.txt", "docs/größe 文.html", "docs/x/c.md"]
    assert _names(folder, folder / "b.txt") == [
        "b.txt",
        "docs/a.PDF",
        "docs/b.txt",
        "docs/größe 文.html",
        "docs/x/c.md",
    ]


def test_the_folder_one_stands_in_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    monkeypatch.chdir(folder)
    assert _names(Path()) == _names(folder) == ["docs/a.txt"]


def test_a_file_that_was_named_is_taken_whatever_its_ending(tmp_path: Path) -> None:
    (tmp_path / "README").write_text("read me")
    [source] = find_sources([str(tmp_path / "README")], open_bucket=_nowhere)
    assert (source.name, source.filename, source.read()) == ("README", "README", b"read me")


@pytest.mark.parametrize("place", ["nowhere", "s3://", "s3:///x"])
def test_a_place_that_is_not_there_is_named(tmp_path: Path, place: str) -> None:
    with pytest.raises(BadInput) as raised:
        find_sources([place if place.startswith("s3") else str(tmp_path / place)], open_bucket=_nowhere)
    assert place in raised.value.detail


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, address: str) -> Any:
    for name, value in (
        ("ACCESS_KEY_ID", "testing"),
        ("SECRET_ACCESS_KEY", "testing"),
        ("ENDPOINT_URL", address),
    ):
        monkeypatch.setenv(f"AWS_{name}", value)
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="papers")
    return s3


def test_a_prefix_of_a_bucket_gives_its_documents_by_their_address(bucket: Any) -> None:
    for key in ("in/a.txt", "in/deep/b.md", "in/c.png", "inside.txt", "out/d.txt"):
        bucket.put_object(Bucket="papers", Key=key, Body=key.encode())
    found = find_sources(["s3://papers/in/"], open_bucket=lambda name: S3Objects(name, region="us-east-1"))
    assert [(source.name, source.filename, source.read()) for source in found] == [
        ("s3://papers/in/a.txt", "a.txt", b"in/a.txt"),
        ("s3://papers/in/deep/b.md", "b.md", b"in/deep/b.md"),
    ]


def test_a_bucket_that_is_not_there_is_an_error_of_ours(bucket: Any) -> None:
    with pytest.raises(GenaiError):
        find_sources(["s3://other/x"], open_bucket=lambda name: S3Objects(name, region="us-east-1"))
