"""The script of the index job, beside a server that answers as OpenSearch does: it rebuilds once, and again after a loss."""

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from infra.workloads import index_once


class Store(ThreadingHTTPServer):
    """Documents by path, and how often the cluster still says that it is electing somebody."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.held: dict[str, Any] = {}
        self.electing = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Store

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path == "/_cluster/health":
            self.server.electing -= 1
            return self.answer(503 if self.server.electing >= 0 else 200, {"timed_out": False})
        if path in self.server.held:
            return self.answer(200, {"found": True, "_source": self.server.held[path]})
        return self.answer(404, {"found": False})

    def do_PUT(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.held[self.path.split("?")[0]] = body
        return self.answer(201, {})

    def answer(self, status: int, body: Any) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    server = Store()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("GENAI_OPENSEARCH_URL", server.url)
    monkeypatch.setenv("GENAI_EMBEDDER", "wordllama")
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def run(log: Path, *, code: int = 0, patience_s: float = 5) -> int:
    """With a command in place of the rebuild that writes down that it was called."""
    script = f"open({str(log)!r}, 'a').write('rebuilt '); raise SystemExit({code})"
    rebuild = (sys.executable, "-c", script)
    return index_once.main(rebuild, pause=lambda _: None, patience_s=patience_s)


def calls(log: Path) -> int:
    return len(log.read_text().split()) if log.exists() else 0


def test_an_empty_cluster_is_filled_once_and_left_alone_after(store: Store, tmp_path: Path):
    log = tmp_path / "log"
    assert run(log) == 0 and calls(log) == 1
    assert store.held["/rebuilt/_doc/embedder"] == {"name": "wordllama"}
    assert store.held["/rebuilt"]["settings"]["index"]["auto_expand_replicas"] == "0-all"
    assert run(log) == 0 and calls(log) == 1


def test_a_cluster_that_lost_what_it_held_is_filled_again(store: Store, tmp_path: Path):
    log = tmp_path / "log"
    run(log)
    store.held.clear()
    assert run(log) == 0 and calls(log) == 2


def test_another_embedder_is_another_index(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    log = tmp_path / "log"
    run(log)
    monkeypatch.setenv("GENAI_EMBEDDER", "bedrock")
    assert run(log) == 0 and calls(log) == 2
    assert store.held["/rebuilt/_doc/embedder"] == {"name": "bedrock"}


def test_a_rebuild_that_failed_marks_nothing_and_says_so(store: Store, tmp_path: Path):
    assert run(tmp_path / "log", code=3) == 3
    assert "/rebuilt/_doc/embedder" not in store.held


def test_a_cluster_that_is_still_electing_is_waited_for(store: Store, tmp_path: Path):
    store.electing = 3
    assert run(tmp_path / "log") == 0 and calls(tmp_path / "log") == 1


def test_a_cluster_that_never_answers_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("GENAI_OPENSEARCH_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("GENAI_EMBEDDER", "wordllama")
    assert run(tmp_path / "log", patience_s=0) == 1
    assert calls(tmp_path / "log") == 0
    assert "did not answer" in capsys.readouterr().err
