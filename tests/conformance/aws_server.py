"""AWS as moto plays it over real HTTP, with the one promise added that moto leaves out: a write happens at once."""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from threading import Lock, Thread
from typing import Any

import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

_LOOK_S = 0.02


class OneAtATime:
    """WSGI in front of moto, whose threads check a condition and write in two steps and would lose updates.

    DynamoDB and SQS take one request at a time; a long poll is many short ones, so that it keeps nobody waiting.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app
        self._lock = Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        if not target.startswith(("DynamoDB", "AmazonSQS")):
            return self._app(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if not target.endswith(".ReceiveMessage"):
            return self._answer(environ, body, start_response)
        request = json.loads(body)
        deadline = time.monotonic() + request.pop("WaitTimeSeconds", 0)
        while True:
            said: list[tuple[Any, ...]] = []
            answer = self._answer(
                environ,
                json.dumps(request | {"WaitTimeSeconds": 0}).encode(),
                lambda *start, said=said: said.append(start),
            )
            if b"MessageId" in answer[0] or b"__type" in answer[0] or time.monotonic() >= deadline:
                start_response(*said[0])
                return answer
            time.sleep(_LOOK_S)

    def _answer(
        self, environ: dict[str, Any], body: bytes, start_response: Callable[..., Any]
    ) -> list[bytes]:
        given = environ | {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        with self._lock:
            return [b"".join(self._app(given, start_response))]


class _Quiet(MotoRequestHandler):
    """A line for every request would bury what a failing test says."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class AwsServer:
    """Listens on a free port of this machine until `stop`."""

    def __init__(self) -> None:
        app = OneAtATime(DomainDispatcherApplication(create_backend_app))
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def aws_server() -> Iterator[str]:
    """The address of a server; and credentials that mean nothing anywhere else, for as long as it listens."""
    server = AwsServer()
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        yield server.url
    server.stop()
