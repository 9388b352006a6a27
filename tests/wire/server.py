"""An OpenAI-compatible server on a free port of 127.0.0.1: chat completions, embeddings, models.

Left alone it behaves: it checks the key, refuses unknown paths, models and fields, streams word by word and counts
tokens. `script` queues replies that are given instead, first come first served. Everything asked is kept in
`requests`.
"""

import asyncio
import base64
import hashlib
import json
import math
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.wire.replies import DONE, Body, HangUp, Reply, Silence, Status, Stream, chunk, usage_of

CHAT_FIELDS = {
    "model": str, "messages": list, "max_tokens": int, "max_completion_tokens": int, "temperature": (int, float),
    "stream": bool, "stream_options": dict, "stop": list,
}  # fmt: skip
EMBEDDING_FIELDS = {"model": str, "input": list, "encoding_format": str, "dimensions": int}
Model = Callable[[list[dict[str, str]]], str]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


class WireServer:
    """Runs in a thread of its own. Attributes may be changed between requests."""

    def __init__(self) -> None:
        self.key = ""
        self.models = {"tiny", "tiny-embed"}
        self.answer: Model = lambda messages: "Oslo is the capital of Norway [1]."
        self.dimensions = 8
        self.reversed_embeddings = False
        self.floats_only = False
        self.refused_fields: set[str] = set()
        self.reports_usage = True
        self.requests: list[Request] = []
        self.connections = 0
        self.open_streams = 0
        self._script: deque[Reply] = deque()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wire", daemon=True)
        self._thread.start()
        self._ready.wait(timeout=30)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def script(self, *replies: Reply) -> None:
        self._script.extend(replies)

    @property
    def unused_replies(self) -> int:
        return len(self._script)

    def asked(self, path: str) -> list[Any]:
        """The bodies posted to a path, in order."""
        return [request.body for request in self.requests if request.path == path]

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=30)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._connection, "127.0.0.1", 0))
        self.port: int = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while (request := await _read_request(reader)) is not None:
                self.requests.append(request)
                await self._give(self._reply(request), writer)
        except (ConnectionError, asyncio.IncompleteReadError, _Closed):
            pass
        finally:
            writer.transport.abort()

    def _reply(self, request: Request) -> Reply:
        if self._script:
            return self._script.popleft()
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            return Status(
                401, "invalid_api_key", f"Incorrect API key {request.headers.get('authorization')}."
            )
        routes = {
            ("GET", "/v1/models"): self._list_models,
            ("POST", "/v1/chat/completions"): self._chat,
            ("POST", "/v1/embeddings"): self._embeddings,
        }
        route = routes.get((request.method, request.path))
        return (
            route(request)
            if route
            else Status(404, "unknown_url", f"Unknown {request.method} {request.path}.")
        )

    def _list_models(self, _: Request) -> Reply:
        return _json(
            {"object": "list", "data": [{"id": name, "object": "model"} for name in sorted(self.models)]}
        )

    def _chat(self, request: Request) -> Reply:
        body = request.body
        if problem := self._problem(request, CHAT_FIELDS, required=("model", "messages")):
            return problem
        if not body["messages"] or not all(
            isinstance(message, dict)
            and set(message) == {"role", "content"}
            and message["role"] in ("system", "user", "assistant")
            and isinstance(message["content"], str)
            for message in body["messages"]
        ):
            return Status(400, "invalid_messages", "Messages need a role and a content each.")
        if "stream_options" in body and not body.get("stream"):
            return Status(400, "invalid_stream_options", "stream_options needs stream.")
        text = self.answer(body["messages"])
        usage = (sum(len(message["content"].split()) for message in body["messages"]), len(text.split()))
        if not body.get("stream"):
            choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            return _json({"object": "chat.completion", "choices": [choice], "usage": usage_of(*usage)})
        pieces = [
            chunk("", role="assistant"),
            *(chunk(word) for word in _in_words(text)),
            chunk(finish="stop"),
        ]
        if self.reports_usage and body.get("stream_options", {}).get("include_usage"):
            pieces.append(chunk(usage=usage))
        return Stream([*pieces, DONE])

    def _embeddings(self, request: Request) -> Reply:
        body = request.body
        if problem := self._problem(request, EMBEDDING_FIELDS, required=("model", "input")):
            return problem
        texts = body["input"]
        if not texts or len(texts) > 32 or not all(isinstance(text, str) and text for text in texts):
            return Status(422, "invalid_input", "input takes 1 to 32 texts that are not empty.")
        length = body.get("dimensions", self.dimensions)
        as_base64 = body.get("encoding_format") == "base64" and not self.floats_only
        data = [
            {"object": "embedding", "index": index, "embedding": _encoded(vector_of(text, length), as_base64)}
            for index, text in enumerate(texts)
        ]
        return _json(
            {
                "object": "list",
                "model": body["model"],
                "data": data[::-1] if self.reversed_embeddings else data,
            }
        )

    def _problem(
        self, request: Request, fields: dict[str, Any], *, required: tuple[str, ...]
    ) -> Status | None:
        body = request.body
        if not isinstance(body, dict) or request.headers.get("content-type") != "application/json":
            return Status(400, "invalid_json", "The body is not a JSON object.")
        for name in required:
            if name not in body:
                return Status(400, "missing_field", f"{name} is missing.")
        for name, value in body.items():
            if name not in fields or name in self.refused_fields:
                return Status(400, "unsupported_parameter", f"Unsupported parameter: '{name}'.")
            if not isinstance(value, fields[name]) or (fields[name] is int and isinstance(value, bool)):
                return Status(400, "invalid_type", f"{name} has the wrong type.")
        if body["model"] not in self.models:
            return Status(404, "model_not_found", f"No model {body['model']}.")
        return None

    async def _give(self, reply: Reply, writer: asyncio.StreamWriter) -> None:
        if isinstance(reply, HangUp):
            raise _Closed
        if isinstance(reply, Silence):
            await asyncio.sleep(3600)
        elif isinstance(reply, Status):
            _write(writer, reply.status, "application/json", reply.body, **reply.headers)
        elif isinstance(reply, Body):
            _write(writer, 200, reply.content_type, reply.content)
        elif isinstance(reply, Stream):
            await self._stream(reply, writer)
        await writer.drain()

    async def _stream(self, reply: Stream, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        self.open_streams += 1
        try:
            for piece in reply.pieces:
                writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                await writer.drain()
                await asyncio.sleep(reply.pause_s)
        finally:
            self.open_streams -= 1
        if reply.cut:
            raise _Closed
        writer.write(b"0\r\n\r\n")


class _Closed(Exception):
    """The connection ends here."""


@contextmanager
def wire_server() -> Iterator[WireServer]:
    server = WireServer()
    try:
        yield server
    finally:
        server.close()


def vector_of(text: str, length: int) -> list[float]:
    """A vector that depends on the text alone and is not of unit length, as servers give them."""
    digest = hashlib.sha256(text.encode()).digest() * math.ceil(length / 32)
    return [byte / 16 - 8 for byte in digest[:length]]


def _encoded(vector: list[float], as_base64: bool) -> str | list[float]:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode() if as_base64 else vector


def _in_words(text: str) -> list[str]:
    words = text.split(" ")
    return [word if place == 0 else f" {word}" for place, word in enumerate(words)]


def _json(value: Any) -> Body:
    return Body(json.dumps(value).encode())


def _write(
    writer: asyncio.StreamWriter, status: int, content_type: str, content: bytes, **headers: str
) -> None:
    lines = [
        f"HTTP/1.1 {status} Whatever",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(content)}",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode() + content)


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    content = await reader.readexactly(int(headers.get("content-length", "0")))
    try:
        body = json.loads(content) if content else None
    except ValueError:
        body = content
    return Request(method, path, headers, body)
