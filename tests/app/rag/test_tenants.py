"""No route tells one tenant about another: somebody else's id is answered exactly as one that never was."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.adapters.embedded.wordllama import WordLlamaEmbedder
from tests.app.rag.running import Running, running, upload_body

pytestmark = pytest.mark.anyio

_SECRET = "The merger with Quibblesworth closes in March."


@pytest.fixture
async def theirs(rag: Running) -> AsyncIterator[dict[str, Any]]:
    """A ready document of globex, a failed one, and a queued one."""
    taken = await rag.upload(_SECRET, filename="merger.txt", metadata={"source": "deal"}, client=rag.other)
    failed = await rag.upload(b"\x89PNG\r\n\x1a\n" + bytes(64), filename="x.pdf", client=rag.other)
    queued = await rag.upload("Another secret.", client=rag.other, ingest=False)
    yield {"ready": taken, "failed": failed, "queued": queued}


def _requests(document_id: str, job_id: str) -> list[tuple[str, str, dict[str, Any]]]:
    document, job = f"/v1/documents/{document_id}", f"/v1/jobs/{job_id}"
    return [
        ("GET", document, {}),
        ("GET", f"{document}/chunks", {}),
        ("GET", f"{document}/text", {}),
        ("GET", f"{document}/residue", {}),
        ("PUT", document, {"json": {"metadata": {"a": 1}}}),
        ("PUT", document, {"json": {"filename": "mine.txt"}}),
        ("PUT", document, {"json": upload_body(_SECRET)}),
        ("DELETE", document, {}),
        ("GET", job, {}),
        ("GET", f"{job}/events", {}),
        ("POST", f"{job}/retry", {}),
        ("POST", f"{job}/cancel", {}),
        ("GET", f"/v1/jobs?document_id={document_id}", {}),
        ("GET", f"/v1/documents?after={document_id}", {}),
        ("GET", f"/v1/jobs?after={job_id}", {}),
        ("POST", "/v1/retrieval", {"json": {"query": "merger", "filters": {"document_id": document_id}}}),
        ("POST", "/query", {"json": {"question": "When does it close?", "filters": {"document_id": document_id}}}),
    ]  # fmt: skip


def _told(answer: httpx.Response, *ids: str) -> tuple[int, str, dict[str, str]]:
    """The answer without what differs by request: the ids that were asked for, request ids, times."""
    text = answer.text
    for name in ids:
        text = text.replace(name, "ID")
    if answer.headers["content-type"].startswith("application/") and text.startswith("{"):
        body = answer.json()
        for name in ("request_id", "trace_id", "timings_ms"):
            if isinstance(body, dict) and name in body:
                text = text.replace(str(body[name]), "").replace(
                    httpx.Response(200, json=body[name]).text, ""
                )
    headers = {
        key: value for key, value in answer.headers.items() if key not in ("x-request-id", "content-length")
    }
    return answer.status_code, text, headers


@pytest.mark.parametrize("which", ["ready", "failed", "queued"])
async def test_an_id_of_another_tenant_is_answered_as_one_that_never_was(
    rag: Running, theirs: dict[str, Any], which: str
) -> None:
    await rag.upload("Our own document.")
    real = theirs[which]["document_id"], theirs[which]["job_id"]
    never = "doc_" + "0" * 27, "job_" + "0" * 27 + "_000001"
    for ours, made_up in zip(_requests(*real), _requests(*never), strict=True):
        one = await rag.http.request(ours[0], ours[1], **ours[2])
        two = await rag.http.request(made_up[0], made_up[1], **made_up[2])
        assert _told(one, *real) == _told(two, *never), ours[:2]
        assert "Quibblesworth" not in one.text and "merger" not in one.text
    document = await rag.get(f"/v1/documents/{theirs['ready']['document_id']}", client=rag.other)
    assert (document["status"], document["filename"], document["metadata"]) == (
        "ready",
        "merger.txt",
        {"source": "deal"},
    )


async def test_searches_and_answers_of_a_tenant_hold_nothing_of_another(
    rag: Running, theirs: dict[str, Any]
) -> None:
    await rag.upload("The canteen closes in April.")
    for mode in ("hybrid", "lexical", "vector"):
        hits = await rag.found("merger Quibblesworth closes March", mode=mode, limit=100)
        assert {hit["filename"] for hit in hits} <= {"note.txt"}
    answer = await rag.http.post("/query", json={"question": "When does the merger close?", "min_score": 0})
    assert "Quibblesworth" not in answer.text and "March" not in answer.text


async def test_scores_of_a_tenant_do_not_move_with_the_documents_of_another(rag: Running) -> None:
    await rag.upload("The canteen closes in April. " * 3)
    await rag.upload("Nobody knows the opening hours.")
    before = await rag.found("canteen closes")
    for number in range(5):
        await rag.upload(f"The canteen number {number} closes late.", client=rag.other)
    assert await rag.found("canteen closes") == before


async def test_how_long_a_query_took_does_not_tell_that_another_tenant_asked_it(tmp_path: Path) -> None:
    asked: list[str] = []

    class Counting(WordLlamaEmbedder):
        async def embed(self, texts, *, kind="passage"):  # type: ignore[no-untyped-def]
            asked.extend(texts)
            return await super().embed(texts, kind=kind)

    async with running(tmp_path, embedder=Counting()) as rag:
        for client in (rag.http, rag.http, rag.other, rag.other):
            await rag.found("Will we be sold?", client=client)
    assert asked == ["Will we be sold?"] * 2


async def test_metrics_name_no_tenant_and_no_document(rag: Running, theirs: dict[str, Any]) -> None:
    await rag.http.get(f"/v1/documents/{theirs['ready']['document_id']}")
    await rag.http.get("/v1/documents/../../secret-path")
    exposed = (await rag.nobody.get("/metrics")).text
    assert "genai_http_requests_total" in exposed
    for name in ("globex", "acme", theirs["ready"]["document_id"], "merger", "secret-path"):
        assert name not in exposed


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer key-of-acm"},
        {"Authorization": "Bearer key-of-acme2"},
        {"Authorization": "Basic key-of-acme"},
        {"Authorization": "Bearer "},
        {"X-API-Key": "KEY-OF-ACME"},
        {"Authorization": b"Bearer \xff\xfe"},
    ],
)
async def test_every_route_but_the_probes_wants_a_key(rag: Running, headers: dict[str, Any]) -> None:
    told = set()
    for method, path, arguments in _requests("doc_1", "job_1"):
        answer = await rag.nobody.request(method, path, headers=headers, **arguments)
        told.add((answer.status_code, answer.json()["code"], answer.json()["detail"]))
        assert answer.headers["www-authenticate"] == "Bearer"
    assert len(told) == 1 and next(iter(told))[:2] == (401, "unauthenticated")
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"):
        assert (await rag.nobody.get(path, headers=headers)).status_code == 200


async def test_without_a_key_not_even_the_body_is_read(rag: Running) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in itertools.count():
            yield b"x" * 65_536

    answer = await rag.nobody.post("/upload", content=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 401


async def test_a_key_may_come_in_either_header_and_scheme_names_have_no_case(rag: Running) -> None:
    taken = await rag.upload("Mine.")
    for headers in (
        {"authorization": "bearer key-of-acme"},
        {"Authorization": "BEARER   key-of-acme  "},
        {"x-api-key": "key-of-acme"},
    ):
        answer = await rag.nobody.get(f"/v1/documents/{taken['document_id']}", headers=headers)
        assert answer.status_code == 200, headers


async def test_a_key_may_hold_any_character(tmp_path: Path) -> None:
    async with running(tmp_path, keys="acme:schlüssel–1") as rag:
        answer = await rag.nobody.get(
            "/v1/documents", headers={"Authorization": "Bearer schlüssel–1".encode()}
        )
    assert answer.status_code == 200


async def test_without_keys_any_bearer_token_is_ignored(open_rag: Running) -> None:
    taken = await open_rag.upload("Open.", client=open_rag.nobody)
    for headers in ({}, {"Authorization": "Bearer whatever"}, {"X-API-Key": "x"}, {"Authorization": b"\xff"}):
        answer = await open_rag.nobody.get(f"/v1/documents/{taken['document_id']}", headers=headers)
        assert answer.status_code == 200
