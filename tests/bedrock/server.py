"""The server: HTTP on a free port of 127.0.0.1, in a thread of its own."""

import asyncio
import hashlib
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.bedrock.converse import Answer, Bedside
from tests.bedrock.framing import corrupted, exception
from tests.bedrock.guards import Guard, find, judge
from tests.bedrock.replies import Broken, Fail, Frames, HangUp, Json, Reply, Silence, Slow
from tests.bedrock.rules import (
    TITAN,
    Refusal,
    check_conversation,
    check_model,
    check_shape,
    check_signature,
)
from tests.bedrock.wire import Raw, operation_of, read_request, refuse, write, write_chunk

_LONGEST_TEXT, _LONGEST_TOKENS = 50_000, 8_192
_EVENT_STREAM = "application/vnd.amazon.eventstream"


@dataclass(frozen=True)
class Request:
    operation: str
    headers: dict[str, str]
    body: dict[str, Any]


class BedrockServer:
    """Left alone it behaves. `script` queues what happens instead, first come first served. Attributes may be
    changed between requests; everything asked is kept in `requests`.
    """

    def __init__(self) -> None:
        self.guards: dict[str, Guard] = {}
        self.bedside = Bedside(lambda messages: "Oslo is the capital of Norway [1].", self.guards)
        self.vector: Callable[[str, int], list[float]] = vector_of
        self.requests: list[Request] = []
        self.connections = self.open_streams = self.calls_at_once = self.most_calls_at_once = 0
        self.pause_s = 0.0
        self._script: deque[tuple[str, Reply]] = deque()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bedrock-server", daemon=True)
        self._thread.start()
        self._ready.wait(timeout=30)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def script(self, *replies: Reply, operation: str = "") -> None:
        """operation: for the next requests of that operation; otherwise for the next of any."""
        self._script.extend((operation, reply) for reply in replies)

    @property
    def unused_replies(self) -> int:
        return len(self._script)

    def asked(self, operation: str) -> list[dict[str, Any]]:
        return [request.body for request in self.requests if request.operation == operation]

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
            while True:
                raw = await read_request(reader)
                self.calls_at_once += 1
                self.most_calls_at_once = max(self.most_calls_at_once, self.calls_at_once)
                try:
                    await asyncio.sleep(self.pause_s)
                    await self._serve(raw, reader, writer)
                    await writer.drain()
                finally:
                    self.calls_at_once -= 1
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, _Closed):
            pass  # the client has gone, or the server ends
        finally:
            writer.transport.abort()

    async def _serve(self, raw: Raw, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            check_signature(raw.headers)
            operation, parameters = operation_of(raw)
            self.requests.append(Request(operation, raw.headers, parameters))
            told = self._told(operation)
            if isinstance(told, Silence):
                await reader.read(1)  # until the client gives up
                raise _Closed
            if isinstance(told, HangUp):
                raise _Closed
            if isinstance(told, Fail):
                refuse(writer, Refusal(told.code, told.message), told.status, told.headers)
            elif isinstance(told, Json):
                write(writer, 200, told.content)
            else:
                await self._do(operation, parameters, told, writer)
        except Refusal as refusal:
            refuse(writer, refusal)

    def _told(self, operation: str) -> Reply | None:
        for place, (wanted, reply) in enumerate(self._script):
            if wanted in ("", operation):
                del self._script[place]
                return reply
        return None

    async def _do(
        self, operation: str, parameters: dict[str, Any], told: Reply | None, writer: asyncio.StreamWriter
    ) -> None:
        if operation == "InvokeModel":
            check_model(parameters["modelId"])
            write(writer, 200, json.dumps(self._embed(parameters)).encode())
        elif operation == "ListAsyncInvokes":
            check_shape(operation, parameters)
            write(writer, 200, b'{"asyncInvokeSummaries": []}')
        else:
            check_shape(operation, parameters)
            if operation == "ApplyGuardrail":
                write(writer, 200, json.dumps(self._apply(parameters)).encode())
                return
            check_model(parameters["modelId"])
            check_conversation(parameters["modelId"], parameters)
            answer = self.bedside.converse(parameters)
            if operation == "Converse":
                write(writer, 200, json.dumps(answer.whole()).encode())
            else:
                await self._stream(answer, told, writer)

    async def _stream(self, answer: Answer, told: Reply | None, writer: asyncio.StreamWriter) -> None:
        frames = list(told.frames if isinstance(told, Frames) else answer.frames())
        writer.write(
            f"HTTP/1.1 200 OK\r\nContent-Type: {_EVENT_STREAM}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        self.open_streams += 1
        try:
            for place, frame in enumerate(frames):
                if isinstance(told, Broken) and place == told.frames:
                    if not _break(told, frame, writer):
                        await writer.drain()
                        raise _Closed
                    break
                if isinstance(told, Slow):
                    await asyncio.sleep(told.pause_s)
                write_chunk(writer, frame)
                await writer.drain()
        finally:
            self.open_streams -= 1
        writer.write(b"0\r\n\r\n")

    def _embed(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Titan Text Embeddings V2; its body is no part of the service's model."""
        body = parameters["body"]
        if parameters["modelId"].rpartition("/")[2] != TITAN:
            raise Refusal("ValidationException", "This model embeds nothing.")
        if not isinstance(body, dict) or set(body) - {
            "inputText",
            "dimensions",
            "normalize",
            "embeddingTypes",
        }:
            raise Refusal("ValidationException", "Malformed input request: extraneous key is not permitted.")
        text, length = body.get("inputText"), body.get("dimensions", 1024)
        if not isinstance(text, str) or not text:
            raise Refusal("ValidationException", "Malformed input request: expected minLength: 1.")
        if length not in (256, 512, 1024) or not isinstance(body.get("normalize", True), bool):
            raise Refusal(
                "ValidationException", f"Malformed input request: {length} is not a valid enum value."
            )
        if len(text) > _LONGEST_TEXT or len(text.split()) > _LONGEST_TOKENS:
            raise Refusal("ValidationException", "Too many input tokens. Max input tokens: 8192.")
        vector = self.vector(text, length)
        return {
            "embedding": vector, "inputTextTokenCount": len(text.split()), "embeddingsByType": {"float": vector},
        }  # fmt: skip

    def _apply(self, parameters: dict[str, Any]) -> dict[str, Any]:
        guard = find(self.guards, parameters["guardrailIdentifier"], parameters["guardrailVersion"])
        text = "\n".join(part["text"]["text"] for part in parameters["content"])
        verdict = judge(guard, text, output=parameters["source"] == "OUTPUT")
        units = ("topicPolicy", "contentPolicy", "wordPolicy", "sensitiveInformationPolicy",
                 "sensitiveInformationPolicyFree", "contextualGroundingPolicy")  # fmt: skip
        return {
            "usage": {f"{name}Units": 1 for name in units},
            "action": "NONE" if verdict.assessment is None else "GUARDRAIL_INTERVENED",
            "outputs": [] if verdict.assessment is None else [{"text": verdict.text}],
            "assessments": [] if verdict.assessment is None else [verdict.assessment],
        }


class _Closed(Exception):
    """The connection ends here."""


@contextmanager
def bedrock_server() -> Iterator[BedrockServer]:
    server = BedrockServer()
    try:
        yield server
    finally:
        server.close()


def vector_of(text: str, length: int) -> list[float]:
    """A vector that depends on the text alone; not quite of unit length, as float16 on the wire would have it."""
    digest = hashlib.shake_256(text.encode()).digest(length)
    size = sum((byte - 127.5) ** 2 for byte in digest) ** 0.5
    return [round((byte - 127.5) / size, 4) for byte in digest]


def _break(told: Broken, frame: bytes, writer: asyncio.StreamWriter) -> bool:
    """Whether the body still has an end."""
    if told.then == "cut":
        writer.write(b"%x\r\n%b" % (len(frame), frame[: len(frame) // 2]))
        return False
    if told.then == "corrupt":
        write_chunk(writer, corrupted(frame))
    elif told.then != "ended":
        write_chunk(writer, exception(told.then, told.message))
    return True
