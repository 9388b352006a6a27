"""`import` brings folders in step: what is new, changed, the same, gone or broken, and what the summary says of it."""

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from app.kernel.errors import BadInput, Unavailable
from app.rag import importing
from app.rag.assembly import assemble_service, assemble_worker
from app.rag.importing import Summary, import_sources
from app.rag.routes import rag_router
from app.rag.sources import find_sources
from app.settings import read_settings
from app.web.service import create_app
from app.wiring import build
from tests.app.rag.running import InlineReader


class Silent(io.StringIO):
    """A terminal that nobody looks at."""

    def isatty(self) -> bool:
        return True


def _nowhere(bucket: str) -> Any:
    raise AssertionError(f"asked for {bucket}")


@pytest.fixture
def http(tmp_path: Path) -> Iterator[TestClient]:
    """A service with a worker on a thread of its own, as a process of its own would be."""
    import asyncio

    settings = read_settings({"GENAI_DATA_DIR": str(tmp_path / "data")})
    api, writing = build(settings, role="api"), build(settings, role="worker")
    app = create_app(
        [rag_router(assemble_service(settings, api))], title="t", keys={}, pings={}, max_body_bytes=10**7
    )
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    worker = assemble_worker(writing, InlineReader())
    thread = threading.Thread(target=lambda: loop.run_until_complete(worker.run(stop)))
    thread.start()
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.run_until_complete(writing.aclose())
    loop.run_until_complete(api.aclose())
    loop.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "handbook"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text("Alpha is first.")
    (folder / "deep" / "b.txt").write_text("Beta is second.")
    return folder


def _import(http: httpx.Client, *places: Path, **options: Any) -> Summary:
    sources = find_sources([str(place) for place in places], open_bucket=_nowhere)
    return import_sources(http, sources, **{"metadata": {}, "out": Silent(), **options})


def _counts(summary: Summary) -> tuple[int, int, int, int, int, int]:
    return (
        summary.new, summary.changed, summary.unchanged, summary.duplicates, summary.removed, len(summary.failed),
    )  # fmt: skip


def _documents(http: httpx.Client) -> dict[str, dict[str, Any]]:
    return {item["metadata"]["source"]: item for item in http.get("/v1/documents").json()["documents"]}


def test_a_folder_comes_in_whole_and_a_second_time_nothing_happens(http: TestClient, folder: Path) -> None:
    first = _import(http, folder, metadata={"team": "hr"})
    assert _counts(first) == (2, 0, 0, 0, 0, 0) and first.exit_code == 0
    documents = _documents(http)
    assert set(documents) == {"handbook/a.txt", "handbook/deep/b.txt"}
    assert {item["status"] for item in documents.values()} == {"ready"}
    assert {item["metadata"]["team"] for item in documents.values()} == {"hr"}
    assert _counts(_import(http, folder, metadata={"team": "hr"})) == (0, 0, 2, 0, 0, 0)
    assert len(http.get("/v1/jobs").json()["jobs"]) == 2


def test_only_what_changed_is_sent_and_keeps_its_document(http: TestClient, folder: Path) -> None:
    _import(http, folder)
    before = _documents(http)
    (folder / "a.txt").write_text("Alpha is last now.")
    (folder / "c.txt").write_text("Gamma is new.")
    assert _counts(_import(http, folder)) == (1, 1, 1, 0, 0, 0)
    after = _documents(http)
    assert after["handbook/a.txt"]["document_id"] == before["handbook/a.txt"]["document_id"]
    assert after["handbook/a.txt"]["version"] == 2
    assert _counts(_import(http, folder, metadata={"team": "law"})) == (0, 3, 0, 0, 0, 0)
    assert {item["metadata"]["team"] for item in _documents(http).values()} == {"law"}


def test_prune_removes_what_is_gone_and_nothing_that_was_uploaded_by_hand(
    http: TestClient, folder: Path
) -> None:
    http.post("/upload", json={"filename": "hand.txt", "content_base64": "SGFuZA=="})
    _import(http, folder)
    (folder / "a.txt").unlink()
    assert _counts(_import(http, folder)) == (0, 0, 1, 0, 0, 0)
    assert _counts(_import(http, folder, prune=True)) == (0, 0, 1, 0, 1, 0)
    assert [item["filename"] for item in http.get("/v1/documents").json()["documents"]] == [
        "hand.txt",
        "b.txt",
    ]


def test_a_file_that_was_renamed_survives_a_prune(http: TestClient, folder: Path) -> None:
    """Its bytes are held by the document of the old name until that one goes."""
    _import(http, folder)
    (folder / "a.txt").rename(folder / "z.txt")
    assert _counts(_import(http, folder, prune=True)) == (1, 0, 1, 0, 1, 0)
    assert set(_documents(http)) == {"handbook/z.txt", "handbook/deep/b.txt"}
    assert _documents(http)["handbook/z.txt"]["status"] == "ready"


def test_the_same_bytes_under_two_names_are_one_document(http: TestClient, folder: Path) -> None:
    (folder / "copy.txt").write_bytes((folder / "a.txt").read_bytes())
    assert _counts(_import(http, folder)) == (2, 0, 0, 1, 0, 0)
    assert len(_documents(http)) == 2


def test_a_document_that_cannot_be_read_is_named_and_the_rest_comes_in(
    http: TestClient, folder: Path
) -> None:
    (folder / "broken.pdf").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    (folder / "empty.txt").write_bytes(b"")
    summary = _import(http, folder)
    assert summary.exit_code == 1
    assert {name for name, _ in summary.failed} == {"handbook/broken.pdf", "handbook/empty.txt"}
    lines = list(summary.lines())
    assert "2 failed" in lines[0] and any("handbook/broken.pdf: " in line for line in lines)
    assert {
        item["status"] for name, item in _documents(http).items() if name.endswith(("a.txt", "b.txt"))
    } == {"ready"}
    (folder / "broken.pdf").write_text("text again")
    (folder / "broken.pdf").rename(folder / "broken.txt")
    (folder / "empty.txt").write_text("No longer empty.")
    assert _import(http, folder).exit_code == 0


def test_a_file_that_vanishes_or_may_not_be_read_fails_alone(http: TestClient, folder: Path) -> None:
    sources = find_sources([str(folder)], open_bucket=_nowhere)
    (folder / "a.txt").unlink()
    summary = import_sources(http, sources, metadata={}, out=Silent())
    assert _counts(summary) == (1, 0, 0, 0, 0, 1)


def test_a_terminal_sees_a_bar_and_a_log_sees_none(http: TestClient, folder: Path) -> None:
    terminal, log = Silent(), io.StringIO()
    _import(http, folder, out=terminal)
    assert "2/2 ready" in terminal.getvalue() and terminal.getvalue().endswith("\n")
    _import(http, folder, out=log)
    assert log.getvalue() == ""


def test_many_jobs_are_followed_over_several_pages(
    http: TestClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_PAGE", 3)
    for number in range(10):
        (folder / f"{number}.txt").write_text(f"Document number {number}.")
    assert _counts(_import(http, folder)) == (12, 0, 0, 0, 0, 0)
    assert _counts(_import(http, folder)) == (0, 0, 12, 0, 0, 0)


def test_a_document_deleted_during_the_import_does_not_hang_it(http: TestClient, folder: Path) -> None:
    class Deleting(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            answer = http.request(
                request.method, str(request.url), content=request.read(), headers=request.headers
            )
            if request.method == "POST":
                http.delete(f"/v1/documents/{answer.json()['document_id']}")
            return httpx.Response(answer.status_code, content=answer.content)

    client = httpx.Client(transport=Deleting(), base_url="http://127.0.0.1")
    summary = _import(client, folder)
    assert len(summary.failed) == 2 and "deleted" in summary.failed[0][1]


class _Answers(httpx.BaseTransport):
    """Answers in turn, then the last one for ever."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = list(answers)
        self.asked = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (httpx.ConnectError("no"), Unavailable, "does not answer"),
        (httpx.Response(503, json={"detail": "Down."}), Unavailable, "Down."),
        (httpx.Response(401, json={"detail": "Key."}), BadInput, "GENAI_API_KEY"),
        (httpx.Response(502, content=b"<html>"), Unavailable, "HTTP 502"),
        (httpx.Response(404, json=[]), BadInput, "HTTP 404"),
    ],
)
def test_a_service_that_refuses_is_told_in_its_own_words(
    monkeypatch: pytest.MonkeyPatch, answer: Any, error: type[Exception], words: str
) -> None:
    monkeypatch.setattr(importing.time, "sleep", lambda _: None)
    client = httpx.Client(transport=_Answers(answer), base_url="http://127.0.0.1")
    with pytest.raises(error) as raised:
        import_sources(client, [], metadata={}, out=Silent())
    assert words in str(raised.value)


def test_a_service_that_is_only_busy_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing.time, "sleep", lambda _: None)
    busy = httpx.Response(503, json={"detail": "Busy."}, headers={"Retry-After": "1"})
    transport = _Answers(
        httpx.ReadError("cut"), busy, httpx.Response(200, json={"documents": [], "after": None})
    )
    client = httpx.Client(transport=transport, base_url="http://127.0.0.1")
    assert import_sources(client, [], metadata={}, out=Silent()).exit_code == 0
    assert transport.asked == 3


def test_a_key_that_has_used_up_its_minute_waits_as_long_as_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(importing.time, "sleep", slept.append)
    limited = [httpx.Response(429, json={"detail": "Wait."}, headers={"Retry-After": "37"}) for _ in range(7)]
    transport = _Answers(*limited, httpx.Response(200, json={"documents": [], "after": None}))
    client = httpx.Client(transport=transport, base_url="http://127.0.0.1")
    assert import_sources(client, [], metadata={}, out=Silent()).exit_code == 0
    assert slept == [37.0] * 7


def test_a_limit_that_never_lets_up_ends_in_the_words_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(importing.time, "sleep", slept.append)
    limited = httpx.Response(429, json={"detail": "Used up."}, headers={"Retry-After": "soon"})
    client = httpx.Client(transport=_Answers(limited), base_url="http://127.0.0.1")
    with pytest.raises(BadInput, match="Used up"):
        import_sources(client, [], metadata={}, out=Silent())
    assert sum(slept) == 600
