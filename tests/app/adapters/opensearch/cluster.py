"""A small HTTP server on a free port that answers as an OpenSearch would, by script, and keeps what it was asked."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, Any]
CUT: Reply = (-1, None)
SILENT: Reply = (-2, None)


class FakeCluster:
    """Gives the scripted replies first come first served, the last one again and again."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.silence = threading.Event()
        self.url = ""

    def next(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def running(*replies: Reply, tls: ssl.SSLContext | None = None) -> Iterator[FakeCluster]:
    cluster = FakeCluster(*replies)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            cluster.asked.append((self.command, self.path, dict(self.headers.items()), body))
            status, said = cluster.next()
            content = json.dumps(said).encode()
            if (status, said) == SILENT:
                cluster.silence.wait(30)
            self.close_connection = status < 0
            if status > 0 or (status, said) == CUT:
                self.send_response(max(status, 200))
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content) + (100 if status < 0 else 0)))
                self.end_headers()
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_: object) -> None:
            """Not on the terminal of the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # refused handshakes are expected
    cluster.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield cluster
    finally:
        cluster.silence.set()
        server.shutdown()
        server.server_close()
        thread.join()
