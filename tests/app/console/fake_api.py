"""A fake of the HTTP API in memory, as strict as the contract: the double for the console's client and pages.

It reads UTF-8 text only, a form feed starts a new page, and it answers with the sentence that shares most words.
"""

import json
import re
import secrets
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse

_WORD = re.compile(r"\w{4,}")
_SENTENCE = re.compile(r"[^.!?\n\f]+[.!?]?")


@dataclass
class FakeDocument:
    document_id: str
    filename: str
    text: str
    size: int
    sha256: str
    job_id: str
    status: str = "ready"
    version: int = 1
    failure: dict[str, str] | None = None
    moment: str = field(default_factory=lambda: datetime.now(UTC).isoformat())

    def shown(self) -> dict[str, Any]:
        return {
            "document_id": self.document_id, "filename": self.filename, "status": self.status,
            "version": self.version, "pages": self.text.count("\f") + 1, "chunks": 1 + len(self.text) // 800,
            "size": self.size, "created_at": self.moment, "updated_at": self.moment, "error": self.failure,
        }  # fmt: skip


class FakeState:
    """What the fake holds; tests look inside and set `down`, `refusal` or `cut_answers`."""

    def __init__(self) -> None:
        self.documents: dict[str, FakeDocument] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.queries: list[dict[str, Any]] = []
        self.down: dict[str, str] = {}
        self.cut_answers = False
        self.cut_job_streams = 0
        self.keys: set[str] = set()
        self.refusal: tuple[int, str, str] | None = None
        self.conversations: dict[str, list[dict[str, Any]]] = {}

    def add(self, filename: str, content: bytes, *, document_id: str = "", version: int = 1) -> FakeDocument:
        document_id = document_id or f"doc_{secrets.token_hex(4)}"
        job_id = f"job_{secrets.token_hex(4)}"
        try:
            text, failure = content.decode(), None
        except UnicodeDecodeError:
            text, failure = (
                "",
                {"code": "document_unreadable", "detail": f"{filename} is broken; save it again."},
            )
        found = FakeDocument(
            document_id, filename, text, len(content), sha256(content).hexdigest(), job_id, version=version,
            status="failed" if failure else "ready", failure=failure,
        )  # fmt: skip
        self.documents[document_id] = found
        self._job(job_id, found, kind="ingest", failure=failure)
        return found

    def delete(self, document_id: str) -> str:
        found = self.documents.pop(document_id)
        job_id = f"job_{secrets.token_hex(4)}"
        self._job(job_id, found, kind="delete", failure=None)
        return job_id

    def _job(self, job_id: str, of: FakeDocument, *, kind: str, failure: dict[str, str] | None) -> None:
        self.jobs[job_id] = {
            "job_id": job_id, "document_id": of.document_id, "filename": of.filename, "kind": kind,
            "status": "failed" if failure else "done", "step": "", "attempts": 1, "error": failure, "updated_at": of.moment,
        }  # fmt: skip


def problem(status: int, code: str, detail: str) -> JSONResponse:
    body = {
        "title": code,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": "req_1",
        "errors": [],
    }
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def fake_api(state: FakeState) -> FastAPI:
    """The routes that the console uses, no others."""
    api = FastAPI(title="fake", version="9.9")

    @api.middleware("http")
    async def keys(request: Request, call_next: Any) -> Any:
        sent = request.headers.get("authorization", "").removeprefix("Bearer ")
        if state.keys and sent not in state.keys and request.url.path not in ("/readyz", "/healthz"):
            return problem(401, "unauthenticated", "This key is not known here.")
        if state.refusal and request.url.path not in ("/readyz", "/healthz"):
            return problem(*state.refusal)
        return await call_next(request)

    @api.get("/readyz")
    async def readyz() -> JSONResponse:
        dependencies = {
            name: {"ok": name not in state.down, "latency_ms": 0.4, "detail": state.down.get(name, "")}
            for name in ("objects", "records", "work", "index", "embedder", "chat", "cache")
        }
        ready = not state.down.keys() - {"cache"}
        return JSONResponse({"ready": ready, "dependencies": dependencies}, status_code=200 if ready else 503)

    @api.get("/v1/documents")
    async def documents(limit: int = 100, after: str | None = None) -> dict[str, Any]:
        ids = sorted(found for found in state.documents if after is None or found > after)
        page = ids[:limit]
        return {
            "documents": [state.documents[found].shown() for found in page],
            "after": page[-1] if len(ids) > limit else None,
        }

    @api.get("/v1/documents/{document_id}")
    async def document(document_id: str) -> Any:
        found = state.documents.get(document_id)
        return found.shown() if found else problem(404, "document_not_found", f"No document {document_id!r}.")

    @api.get("/v1/documents/{document_id}/text")
    async def text(document_id: str) -> Any:
        found = state.documents.get(document_id)
        if found is None:
            return problem(404, "document_not_found", f"No document {document_id!r}.")
        return {"document_id": document_id, "version": found.version, "text": found.text}

    @api.get("/v1/documents/{document_id}/residue")
    async def residue(document_id: str) -> dict[str, Any]:
        left = int(document_id in state.documents)
        return {
            "document_id": document_id,
            "objects": left,
            "records": left,
            "index": left,
            "caches": 0,
            "total": 3 * left,
        }

    @api.post("/upload")
    async def upload(file: UploadFile) -> JSONResponse:
        content = await file.read()
        same = [found for found in state.documents.values() if found.sha256 == sha256(content).hexdigest()]
        found = same[0] if same else state.add(file.filename or "", content)
        return _accepted(found, duplicate=bool(same))

    @api.put("/v1/documents/{document_id}")
    async def put(document_id: str, file: UploadFile) -> JSONResponse:
        old = state.documents[document_id]
        content = await file.read()
        found = state.add(file.filename or "", content, document_id=document_id, version=old.version + 1)
        return _accepted(found, duplicate=False)

    @api.delete("/v1/documents/{document_id}")
    async def delete(document_id: str) -> JSONResponse:
        if document_id not in state.documents:
            return problem(404, "document_not_found", f"No document {document_id!r}.")
        return JSONResponse(state.jobs[state.delete(document_id)] | {"status": "queued"}, status_code=202)

    @api.get("/v1/jobs")
    async def jobs(limit: int = 100) -> dict[str, Any]:
        return {"jobs": list(state.jobs.values())[-limit:][::-1], "after": None}

    @api.get("/v1/jobs/{job_id}")
    async def job(job_id: str) -> Any:
        return state.jobs.get(job_id) or problem(404, "job_not_found", f"No job {job_id!r}.")

    @api.get("/v1/jobs/{job_id}/events")
    async def events(job_id: str) -> StreamingResponse:
        async def told() -> AsyncIterator[str]:
            yield ": ping\n\n"
            for status, step in (("queued", ""), ("running", "reading"), ("running", "embedding")):
                yield _frame("progress", state.jobs[job_id] | {"status": status, "step": step, "error": None})
            if state.cut_job_streams:
                state.cut_job_streams -= 1
                return
            yield _frame(state.jobs[job_id]["status"], state.jobs[job_id])

        return StreamingResponse(told(), media_type="text/event-stream")

    @api.post("/query")
    async def query(request: Request) -> Any:
        body = await request.json()
        state.queries.append(body)
        if not body["question"].strip():
            return problem(422, "invalid_request", "question: is empty")
        return StreamingResponse(_answer(state, body), media_type="text/event-stream")

    @api.get("/v1/conversations/{session_id}")
    async def conversation(session_id: str, limit: int = 100, order: str = "oldest") -> Any:
        if session_id.startswith("."):
            return problem(422, "invalid_request", "session_id: begins with a dot")
        turns = state.conversations.get(session_id)
        if turns is None:
            return problem(404, "conversation_not_found", f"No conversation {session_id!r}.")
        asked = turns[::-1] if order == "newest" else turns
        return {"session_id": session_id, "items": asked[:limit], "after": None}

    @api.get("/plain")
    async def plain() -> PlainTextResponse:
        return PlainTextResponse("not JSON")

    return api


def _accepted(found: FakeDocument, *, duplicate: bool) -> JSONResponse:
    body = {
        "document_id": found.document_id, "job_id": found.job_id, "sha256": found.sha256,
        "status": "done" if duplicate else "queued",
    }  # fmt: skip
    if duplicate:
        body["duplicate_of"] = found.document_id
    return JSONResponse(body, status_code=200 if duplicate else 202)


def _frame(name: str, value: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(value)}\n\n"


async def _answer(state: FakeState, body: dict[str, Any]) -> AsyncIterator[str]:
    wanted = set(_WORD.findall(body["question"].lower()))
    allowed = (body.get("filters") or {}).get("document_id")
    best: tuple[int, FakeDocument | None, int, int] = (0, None, 0, 0)
    for found in state.documents.values():
        for sentence in _SENTENCE.finditer(found.text) if not allowed or found.document_id in allowed else ():
            start = sentence.start() + len(sentence[0]) - len(sentence[0].lstrip())
            shared = len(wanted & set(_WORD.findall(sentence[0].lower())))
            best = max(best, (shared, found, start, sentence.end()), key=lambda item: item[0])
    shared, document, start, end = best
    earlier = [one for one in state.queries[:-1] if one.get("session_id") == body.get("session_id")]
    leans = body.get("session_id") and earlier and "it" in body["question"].split()
    yield _frame(
        "meta", {"trace_id": "trace_1", "standalone_question": f"About {body['question']}" if leans else None}
    )
    abstained = document is None or shared < 2
    answer = "I cannot tell from these documents."
    if document is not None and not abstained:
        quote = document.text[start:end]
        answer = f"{quote} [1]"
        for word in answer.split(" ")[:-1]:
            yield _frame("delta", {"text": word + " "})
        if state.cut_answers:
            return
        yield _frame("delta", {"text": "[1]"})
        yield _frame("citation", {
            "document_id": document.document_id, "filename": document.filename, "version": document.version,
            "page": document.text.count("\f", 0, start) + 1, "start": start, "end": end, "quote": quote,
            "chunk_id": f"{document.document_id}:1:0", "verified": True, "number": 1,
        })  # fmt: skip
    yield _frame("usage", {"input_tokens": 120, "output_tokens": 20, "cost_usd": 0.0, "model": "extractive"})
    yield _frame("done", {
        "abstained": abstained, "timings_ms": {"retrieval": 3.0, "total": 5.0}, "trace_id": "trace_1",
    })  # fmt: skip


@contextmanager
def served(state: FakeState, *, port: int = 0) -> Iterator[str]:
    """The fake on a port of this machine, 0 for any that is free; its base URL."""
    config = uvicorn.Config(fake_api(state), host="127.0.0.1", port=port, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
