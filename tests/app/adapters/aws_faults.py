"""A transport for boto3's clients that fails when told: before the request leaves, or after AWS has acted on it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError
from botocore.httpsession import URLLib3Session
from botocore.retries.standard import ExponentialBackoff

BEFORE = ("throttled", "timed out", "reset", "500")
AFTER = ("answer lost", "answer cut", "500 after all")
KINDS = BEFORE + AFTER
ATTEMPTS = 3  # what a client makes of one call


class _Raw:
    """What botocore reads an answer's body from; `short` of so many bytes."""

    def __init__(self, content: bytes) -> None:
        self._content = BytesIO(content)

    def read(self, amount: int | None = None, **_: Any) -> bytes:
        return self._content.read(amount)

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._content.read()


@dataclass
class Faults:
    """Every call of its clients passes here; `planned` holds what happens to the coming ones, "" for nothing."""

    planned: list[str] = field(default_factory=list)
    calls: int = 0
    hurt: int = 0

    def watch(self, *clients: Any) -> "Faults":
        for client in clients:
            client.meta.events.register("before-send", self._send)
        return self

    def at(self, call: int, kind: str, *, times: int = ATTEMPTS) -> "Faults":
        """The call-th request from now and its repetitions fail."""
        self.planned = [""] * call + [kind] * times
        return self

    def _send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        self.calls += 1
        kind = self.planned.pop(0) if self.planned else ""
        if not kind:
            return None
        self.hurt += 1
        if kind in AFTER or kind == "short":
            session = URLLib3Session()
            answer = session.send(request)
            content = answer.content
            session.close()
            if kind == "short":
                return AWSResponse(request.url, answer.status_code, answer.headers, _Raw(content[:-1]))
        if kind in ("timed out", "answer lost"):
            raise ReadTimeoutError(endpoint_url=request.url)
        if kind == "reset":
            raise EndpointConnectionError(endpoint_url=request.url)
        if kind == "answer cut":
            raise ConnectionClosedError(endpoint_url=request.url)
        return _refusal(request, throttled=kind == "throttled")


def _refusal(request: AWSPreparedRequest, *, throttled: bool) -> AWSResponse:
    if "X-Amz-Target" in request.headers:
        code = "ThrottlingException" if throttled else "InternalServerError"
        content, status = b'{"__type": "%s"}' % code.encode(), 400 if throttled else 500
    else:
        code = "SlowDown" if throttled else "InternalError"
        content, status = b"<Error><Code>%s</Code></Error>" % code.encode(), 503 if throttled else 500
    return AWSResponse(request.url, status, {"content-length": str(len(content))}, _Raw(content))


def without_pauses(patch: pytest.MonkeyPatch) -> None:
    """boto3 tries again at once."""
    patch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0)
