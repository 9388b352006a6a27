"""Two small HTTP servers on loopback: one keeps a Lease and a scale as the Kubernetes API does, one answers as Ollama."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from app.waker.scaling import AWAKE

SPACE, NAME = "chat", "ollama"
LEASE = f"/apis/coordination.k8s.io/v1/namespaces/{SPACE}/leases/{NAME}"
SCALE = f"/apis/apps/v1/namespaces/{SPACE}/deployments/{NAME}/scale"
TOKEN = "not-a-real-token"


class Api:
    """What the API server holds. `scaled`: every number of replicas somebody has asked for, in order."""

    def __init__(self, *, replicas: int = 1) -> None:
        self.lease: dict[str, Any] = {"metadata": {"resourceVersion": "1"}, "spec": {}}
        self.replicas = replicas
        self.scaled: list[int] = []
        self.strangers = 0
        self._lock = threading.Lock()

    @property
    def awake(self) -> bool:
        return bool(self.lease["metadata"].get("annotations", {}).get(AWAKE) == "yes")

    def handle(self, method: str, path: str, token: str, body: Any) -> tuple[int, Any]:
        with self._lock:
            if token != f"Bearer {TOKEN}":
                self.strangers += 1
                return 401, {}
            if path == LEASE:
                return self._lease(method, body)
            if path == SCALE:
                if method == "PATCH":
                    self.replicas = body["spec"]["replicas"]
                    self.scaled.append(self.replicas)
                return 200, {"spec": {"replicas": self.replicas}}
            return 404, {}

    def _lease(self, method: str, body: Any) -> tuple[int, Any]:
        if method == "PATCH":
            metadata = self.lease["metadata"]
            if body["metadata"]["resourceVersion"] != metadata["resourceVersion"]:
                return 409, {}
            self.lease = {
                "metadata": {
                    "resourceVersion": str(int(metadata["resourceVersion"]) + 1),
                    "annotations": body["metadata"]["annotations"],
                },
                "spec": {**self.lease["spec"], **body["spec"]},
            }
        return 200, self.lease


class Ollama:
    """`/api/chat` streams three words, each once the test lets it `go`; `/api/generate` one, and waits for the caller to leave.

    `seen`: the requests, with their bodies.
    """

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self.go = threading.Semaphore(0)
        self.left = threading.Event()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length", "0")))
        self.seen.append((request.command, request.path, dict(request.headers), body))
        request.send_response(200)
        match request.path.partition("?")[0]:
            case "/api/chat":
                self._stream(request, b"one\n", b"two\n", b"three\n")
            case "/api/generate":
                self.go.release()
                self._stream(request, b"one\n", ends=False)
                if request.connection.recv(1) == b"":
                    self.left.set()
            case _:
                request.send_header("Content-Length", str(len(body)))
                request.end_headers()
                request.wfile.write(body)

    def _stream(self, request: BaseHTTPRequestHandler, *words: bytes, ends: bool = True) -> None:
        request.send_header("Content-Type", "application/x-ndjson")
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        for word in words:
            assert self.go.acquire(timeout=60)
            request.wfile.write(b"%x\r\n%s\r\n" % (len(word), word))
        if ends:
            request.wfile.write(b"0\r\n\r\n")


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None], *, port: int = 0) -> Iterator[str]:
    """Yields: the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer(self)

        do_POST = do_PATCH = do_GET  # noqa: N815  the library's names

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def api_answer(api: Api) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length", "0")))
        status, content = api.handle(
            request.command,
            request.path,
            request.headers.get("Authorization", ""),
            json.loads(body) if body else None,
        )
        text = json.dumps(content).encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    return answer
