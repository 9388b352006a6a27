"""Fetching a model: every byte checked, broken downloads go on, nothing half is ever used."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.kernel.errors import StartError
from app.rag.model import PublishedFile, fetch, published_files

CONTENT = bytes(range(256)) * 1_000


@dataclass
class Source:
    """A small file server: sends `content`, at most `cut` bytes of it, and notes what was asked for."""

    content: bytes = CONTENT
    cut: int | None = None
    asked: list[str] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def source() -> Iterator[Source]:
    serving = Source()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            serving.asked.append(wanted)
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
            body = serving.content[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: serving.cut])
            self.close_connection = True

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    serving.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield serving
    server.shutdown()
    server.server_close()


FILE = PublishedFile("model.onnx", "onnx/model.onnx", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


def test_a_file_is_fetched_verified_and_then_left_alone(source: Source, tmp_path: Path) -> None:
    [path] = fetch(tmp_path, files=(FILE,), source=source.url)
    assert path == tmp_path / "model.onnx" and path.read_bytes() == CONTENT
    fetch(tmp_path, files=(FILE,), source=source.url)
    assert len(source.asked) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["model.onnx"]


def test_a_broken_download_goes_on_where_it_stopped(source: Source, tmp_path: Path) -> None:
    source.cut = 100_000
    with pytest.raises(StartError, match="goes on where it stopped"):
        fetch(tmp_path, files=(FILE,), source=source.url)
    assert not (tmp_path / "model.onnx").exists()
    source.cut = None
    fetch(tmp_path, files=(FILE,), source=source.url)
    assert source.asked[1].startswith("bytes=") and source.asked[1] != "bytes=0-"
    assert (tmp_path / "model.onnx").read_bytes() == CONTENT


def test_other_bytes_than_the_published_ones_are_refused_and_not_kept(source: Source, tmp_path: Path) -> None:
    source.content = CONTENT[:-1] + b"!"
    with pytest.raises(StartError, match="not the published file"):
        fetch(tmp_path, files=(FILE,), source=source.url)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_in_place_is_replaced(source: Source, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"damaged")
    fetch(tmp_path, files=(FILE,), source=source.url)
    assert (tmp_path / "model.onnx").read_bytes() == CONTENT


def test_without_a_network_the_error_names_the_ways_out(tmp_path: Path) -> None:
    with pytest.raises(StartError) as failed:
        fetch(tmp_path, files=(FILE,), source="http://127.0.0.1:9")
    assert "GENAI_MODEL_DIR" in str(failed.value) and "by hand" in str(failed.value)


@pytest.mark.parametrize(("machine", "path"), [("x86_64", "avx2"), ("aarch64", "arm64"), ("arm64", "arm64")])
def test_each_processor_gets_the_file_made_for_it(machine: str, path: str) -> None:
    tokenizer, model = published_files(machine)
    assert tokenizer.name == "tokenizer.json" and path in model.path
