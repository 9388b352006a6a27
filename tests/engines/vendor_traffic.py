"""Callers who upload, replace and delete while processes die, onlookers who watch every replica, and what must hold then."""

import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
import httpx

from tests.app.rag.running import upload_body
from tests.journeys.deployment import Deployment, until
from tests.journeys.questions import got, hits, residue
from tests.kills.scene import text_of

_SENTENCES = 40
_RECENT = 10
_LAST = f"place {_SENTENCES - 1}."
# A lease of a killed worker runs out after 30 s; a job that was killed twice may wait for that twice.
SETTLED_S = 150.0


@dataclass
class Promise:
    """What one caller was told of one document: `sent` and `acknowledged` are its newest versions."""

    marker: str
    document_id: str
    sent: int = 1
    acknowledged: int = 1
    deleting: bool = False
    deleted: bool = False


@dataclass
class Traffic:
    """Each caller has documents of its own and repeats what got no answer, as clients do. One lock for all promises."""

    service: Deployment
    promises: list[Promise] = field(default_factory=list)
    allowed: int = 0
    operations: int = 0
    repeated: int = 0
    looks: int = 0
    wrong: list[BaseException] = field(default_factory=list)
    _turns: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    _ended: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, *, callers: int = 4) -> None:
        tasks: list[tuple[Callable[[int], None], int]] = [(self._call, number) for number in range(callers)]
        tasks += [(self._look_on, replica) for replica in range(len(self.service.replicas))]
        for task, number in tasks:
            self._threads.append(threading.Thread(target=self._guarded, args=(task, number)))
            self._threads[-1].start()

    def allow(self, operations: int) -> None:
        """Let so many more begin: callers who never pause would pile up jobs faster than one core can play AWS."""
        self.allowed += operations
        self._turns.release(operations)

    def end(self) -> None:
        """Raises what the first thread found wrong."""
        self._ended.set()
        for thread in self._threads:
            thread.join()
        if self.wrong:
            raise self.wrong[0]

    def _guarded(self, task: Callable[[int], None], number: int) -> None:
        try:
            task(number)
        except BaseException as error:  # noqa: BLE001 - told by `end`, in the thread of the test
            self.wrong.append(error)

    def _call(self, caller: int) -> None:
        dice, number = random.Random(caller), 0
        mine: list[Promise] = []
        while not self._ended.is_set():
            if not self._turns.acquire(timeout=0.1):
                continue
            standing = [one for one in mine if not one.deleting]
            roll = dice.random()
            if len(standing) < 3 or roll < 0.5:
                number += 1
                mine.append(self._upload(f"zork{caller}x{number}"))
            elif roll < 0.8:
                self._replace(dice.choice(standing))
            else:
                self._delete(dice.choice(standing))
            self.operations += 1

    def _upload(self, marker: str) -> Promise:
        text = text_of(marker, 1, sentences=_SENTENCES)
        answer = self._insist("POST", "/upload", json=upload_body(text, filename=f"{marker}.txt"))
        promise = Promise(marker, answer.json()["document_id"])
        self.promises.append(promise)
        return promise

    def _replace(self, promise: Promise) -> None:
        promise.sent += 1
        body = upload_body(text_of(promise.marker, promise.sent, sentences=_SENTENCES))
        self._insist("PUT", f"/v1/documents/{promise.document_id}", json=body)
        promise.acknowledged = promise.sent

    def _delete(self, promise: Promise) -> None:
        promise.deleting = True
        self._insist("DELETE", f"/v1/documents/{promise.document_id}?wait=0", gone=True)
        promise.deleted = True

    def _insist(self, method: str, path: str, *, gone: bool = False, **body: Any) -> httpx.Response:
        """Acknowledged by one replica or the other. gone: that it is not there any more is an answer, too, when repeated."""
        deadline = time.monotonic() + SETTLED_S
        for turn in range(10_000):
            assert time.monotonic() < deadline, f"Nobody answers {method} {path}."
            http = self.service.http(turn + len(self.promises))
            try:
                answer = http.request(method, path, **body)
            except httpx.TransportError:
                self.repeated += 1
                time.sleep(0.1)
                continue
            if answer.status_code == 503:
                assert int(answer.headers["Retry-After"]) >= 1
                self.repeated += 1
                time.sleep(0.2)
                continue
            if answer.status_code == 404 and gone and turn:
                return answer
            assert answer.status_code in (200, 202), answer.text
            return answer
        raise AssertionError("unreachable: the deadline ends it")

    def _look_on(self, replica: int) -> None:
        dice, seen = random.Random(replica), dict[str, int]()
        while not self._ended.is_set():
            known = list(self.promises)
            for promise in [*known[-_RECENT:], *dice.sample(known, min(3, len(known)))]:
                deleted = promise.deleted
                try:
                    version = visible_version(self.service.http(replica), promise)
                except httpx.TransportError:  # this replica is dead just now
                    time.sleep(0.1)
                    continue
                self.looks += 1
                assert not (deleted and version), f"{promise} is deleted, and there it is on {replica}."
                assert version <= promise.sent, promise
                if not promise.deleting:
                    before = seen.get(promise.marker, 0)
                    assert version >= before, f"{promise}: {version} after {before} on replica {replica}."
                    seen[promise.marker] = version
                if self._ended.wait(0.01):
                    return
            time.sleep(0.02)

    def check(self) -> None:
        """Everything acknowledged is there, once and whole; everything deleted is gone; no job and no message is left."""
        until(lambda: not open_jobs(self.service), within_s=SETTLED_S, why=lambda: open_jobs(self.service))
        for promise in self.promises:
            for http in self.service.everywhere():
                if promise.deleted:
                    assert visible_version(http, promise) == 0, promise
                    assert residue(http, promise.document_id)["total"] == 0, promise
                    continue
                assert visible_version(http, promise) == promise.acknowledged, promise
                path = f"/v1/documents/{promise.document_id}"
                document, text = got(http, path), got(http, f"{path}/text")["text"]
                assert (document["status"], document["error"]) == ("ready", None), document
                assert text.strip() == text_of(promise.marker, promise.sent, sentences=_SENTENCES)
                left = residue(http, promise.document_id)
                assert left["index"] == document["chunks"], (promise, left)
            if not promise.deleted:
                kept = self._versions_kept(promise)
                assert kept == {document["version"]}, (promise, kept)

    def _versions_kept(self, promise: Promise) -> set[int]:
        """Of which the bucket still holds an object, an old one of its own or a delete marker."""
        env = self.service.worker.env
        s3 = boto3.client("s3", endpoint_url=env["AWS_ENDPOINT_URL_S3"])
        prefix = f"documents/acme/{promise.document_id}/"
        held = s3.list_object_versions(Bucket=env["GENAI_BUCKET"], Prefix=prefix)
        entries = [*held.get("Versions", ()), *held.get("DeleteMarkers", ())]
        return {int(entry["Key"].removeprefix(prefix).partition("/")[0]) for entry in entries}


def visible_version(http: httpx.Client, promise: Promise) -> int:
    """The version that a search shows, 0 for none. Whole, and one version, or an AssertionError."""
    found = hits(http, promise.marker)
    assert {hit["document_id"] for hit in found} <= {promise.document_id}, found
    if not found:
        return 0
    versions = {number for hit in found for number in re.findall(r"version(\d+)", hit["text"])}
    assert len(versions) == 1, f"Several versions of {promise} at once: {versions}"
    ordinals = sorted(int(hit["chunk_id"].rpartition(":")[2]) for hit in found)
    assert ordinals == list(range(len(found))), f"Half visible: {promise}: {ordinals}"
    assert any(_LAST in hit["text"] for hit in found), f"Its end is missing: {promise}"
    return int(versions.pop())


def open_jobs(service: Deployment) -> list[dict[str, Any]]:
    """Of a tenant; raises when one has failed."""
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        page = got(service.http(0), f"/v1/jobs?limit=1000{after}")
        found += page["jobs"]
        if page["after"] is None:
            break
        after = f"&after={page['after']}"
    assert not [job for job in found if job["status"] == "failed"], found
    return [job for job in found if job["status"] in ("queued", "running")]
