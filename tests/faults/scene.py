"""A service in processes of its own with one store behind a fault proxy, and what must hold while that one fails."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import httpx
import pytest

from tests.app.rag.running import upload_body
from tests.conformance.aws_server import AwsServer
from tests.conformance.stores import make_queue, make_table
from tests.faults.proxy import FaultProxy, Mode, Pass, fault_proxy
from tests.processes.service import Service, started

# The longest that any answer may take while a store hangs: S3 has 10 s for a call, and a request makes few.
BOUND_S = 30.0
RECOVERY_S = 5.0
# A job whose message SQS has handed to a connection that was lost is missed after 5 s and sent again.
MISSED_S = 10.0
_KEYS = {
    "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}  # fmt: skip


@dataclass
class Scene:
    """`store` is what /readyz calls the one behind `proxy`."""

    store: str
    service: Service
    proxy: FaultProxy
    headers: dict[str, str] = field(default_factory=dict)
    accepted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def upload(self, text: str, *, wait_s: float = 0) -> httpx.Response:
        """Whatever comes back is no 500, and in time; what was accepted or refused is remembered."""
        answer = self.ask("POST", f"/upload?wait={wait_s:g}", json=upload_body(text, filename=f"{text}.txt"))
        (self.accepted if answer.status_code in (200, 202) else self.refused).append(text)
        return answer

    def ask(self, method: str, path: str, **body: Any) -> httpx.Response:
        """An answer of the contract: a success, or a 503 problem that says when to come again; never a hang."""
        answer = httpx.request(
            method, self.service.url + path, timeout=BOUND_S, trust_env=False, headers=self.headers, **body
        )
        if answer.status_code >= 400:
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["Retry-After"]) >= 1
            if path != "/readyz":
                assert answer.headers["content-type"] == "application/problem+json", answer.headers
                assert answer.json()["code"], answer.text
        return answer

    def failing(self) -> list[str]:
        """The dependencies that /readyz calls broken."""
        answer = self.ask("GET", "/readyz")
        states = answer.json()["dependencies"]
        found = sorted(name for name, state in states.items() if not state["ok"])
        assert answer.status_code == (503 if set(found) - {"cache"} else 200)
        return found

    def until(self, holds: Callable[[], bool], *, within_s: float) -> None:
        deadline = time.monotonic() + within_s
        while not holds():
            assert time.monotonic() < deadline, f"{self.store}: not within {within_s:g} s"
            time.sleep(0.2)

    def found(self) -> set[str]:
        answer = self.ask("POST", "/v1/retrieval", json={"query": "note", "mode": "lexical", "limit": 100})
        return {hit["text"] for hit in answer.json()["results"]}

    def everything_is_in(self) -> bool:
        return set(self.accepted) <= self.found()


def suffer(scene: Scene, mode: Mode, *, blocks_uploads: bool = True) -> None:
    """The store fails in this mode while requests come, and heals."""
    service, proxy = scene.service, scene.proxy
    for _ in range(3):  # acknowledged, and under way when the store goes
        scene.upload(note())
    proxy.mode = mode
    with ThreadPoolExecutor(4) as threads:
        uploads = [threads.submit(scene.upload, note()) for _ in range(2)]
        searching = threads.submit(scene.ask, "POST", "/v1/retrieval", json={"query": "note"})
        scene.until(lambda: scene.failing() == [scene.store], within_s=BOUND_S)
        assert httpx.get(f"{service.url}/healthz", timeout=BOUND_S, trust_env=False).status_code == 200
        # The index lies on this machine: searching needs none of these stores.
        assert searching.result().status_code == 200
        if blocks_uploads:
            assert {upload.result().status_code for upload in uploads} == {503}
    proxy.mode = Pass()
    scene.until(lambda: scene.failing() == [], within_s=RECOVERY_S)
    assert scene.upload(note(), wait_s=RECOVERY_S).json()["status"] == "done"
    scene.until(scene.everything_is_in, within_s=MISSED_S)
    while scene.refused:  # whoever was told to come again gets what he came for
        answer = scene.upload(scene.refused.pop(), wait_s=RECOVERY_S)
        assert answer.json()["status"] == "done", answer.text


def note() -> str:
    return f"note {uuid4().hex}"


@contextmanager
def aws() -> Iterator[AwsServer]:
    server = AwsServer()
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in _KEYS.items():
            patch.setenv(name, value)
        yield server
    server.stop()


@contextmanager
def on_aws(server: AwsServer, folder: Path, store: str, **settings: str) -> Iterator[Scene]:
    """A service whose documents, states and jobs are in AWS, one of the three behind a proxy."""
    bucket = f"faults-{uuid4().hex[:8]}"
    boto3.client("s3", endpoint_url=server.url).create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    with fault_proxy(int(server.url.rpartition(":")[2])) as proxy:
        behind = f"http://127.0.0.1:{proxy.port}"
        addresses = {
            f"AWS_ENDPOINT_URL_{name}": behind if mine == store else server.url
            for name, mine in (("S3", "objects"), ("DYNAMODB", "records"), ("SQS", "work"))
        }
        stores = {
            "GENAI_OBJECTS": "s3", "GENAI_BUCKET": bucket,
            "GENAI_RECORDS": "dynamodb", "GENAI_TABLE": make_table(server.url),
            "GENAI_WORK": "sqs", "GENAI_QUEUE_URL": make_queue(server.url),
        }  # fmt: skip
        with started(folder, **addresses, **stores, **settings) as service:
            assert proxy.connections
            yield Scene(store, service, proxy)


def side_by_side(*calls: Callable[[], None]) -> None:
    """Each in a thread of its own; the first failure is raised when all have ended."""
    with ThreadPoolExecutor(len(calls)) as threads:
        running: list[Future[None]] = [threads.submit(call) for call in calls]
    for one in running:
        one.result()


class Opened:
    """Scenes that take their time to start, opened side by side and closed together."""

    def __init__(self) -> None:
        self._ends: list[Any] = []
        self._lock = threading.Lock()

    def enter(self, opening: Any) -> Any:
        entered = opening.__enter__()
        with self._lock:
            self._ends.append(opening)
        return entered

    def close(self) -> None:
        side_by_side(*[lambda end=end: end.__exit__(None, None, None) for end in self._ends])
