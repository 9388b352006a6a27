"""Two replicas and a worker on S3, SQS, DynamoDB and a real OpenSearch: the journeys of every user, then kills and faults.

Nothing of the journeys is loosened: they are those of the embedded stores. Then any of the three processes is killed and
OpenSearch fails in every way, and nothing is lost.
"""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.app.rag.running import upload_body
from tests.faults.proxy import Cut, Down, FaultProxy, Latency, Mode, Pass, Reset, Trickle, fault_proxy
from tests.faults.scene import BOUND_S, MISSED_S, RECOVERY_S
from tests.journeys.deployment import Deployment, until
from tests.journeys.questions import bring_in, found_in, got, hits, residue, word
from tests.journeys.test_over_http import *  # noqa: F403 - its journeys become this module's

from .opensearch_node import OpenSearchNode
from .vendor_traffic import Traffic, open_jobs
from .vendors import on_vendors

pytestmark = pytest.mark.engines


@dataclass(frozen=True)
class Stage:
    """`proxy` stands before OpenSearch."""

    service: Deployment
    proxy: FaultProxy


@pytest.fixture(scope="module")
def stage(opensearch_node: OpenSearchNode, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    node, folder = opensearch_node.start(), tmp_path_factory.mktemp("vendors")
    address = urlsplit(node.url)
    if (address.scheme, address.hostname) not in (("http", "127.0.0.1"), ("http", "localhost")):
        pytest.skip(
            f"the proxy stands before http on this machine only, not before {node.url}: unset OPENSEARCH_URL"
        )
    with (
        fault_proxy(address.port or 80) as proxy,
        on_vendors(node, folder, url=f"http://127.0.0.1:{proxy.port}") as service,
    ):
        yield Stage(service, proxy)


@pytest.fixture(scope="module")  # type: ignore[no-redef] # instead of the one on a single machine
def service(stage: Stage) -> Deployment:
    return stage.service


OPERATIONS = 8


def _under_way(service: Deployment) -> set[str]:
    """Jobs that a worker has begun, one that is dead by now among them."""
    time.sleep(0.1)  # what plays AWS here has one core for everybody
    jobs = got(service.http(0), "/v1/jobs?limit=1000&order=newest")["jobs"]
    return {job["job_id"] for job in jobs if job["status"] == "running"}


@dataclass
class Killer:
    """Starts again what it has killed, as Kubernetes would. `met`: jobs that a worker was at when it died."""

    service: Deployment
    traffic: Traffic
    dice: random.Random
    met: set[str] = field(default_factory=set)

    def kill_worker(self) -> None:
        """Somewhere in the work on a job that nobody was at before."""
        until(lambda: self.traffic.wrong or _under_way(self.service) - self.met, why=self.service.worker.said)
        time.sleep(self.dice.uniform(0.0, 0.3))
        self.service.worker.kill()
        self.met |= _under_way(self.service)
        self.service.worker.start()

    def kill_replica(self, number: int) -> None:
        """With calls under way."""
        victim, repeated = self.service.replicas[number], self.traffic.repeated
        time.sleep(self.dice.uniform(0.05, 0.2))
        victim.kill()

        def met() -> bool:
            if self.traffic.operations == self.traffic.allowed:  # all had their answers before
                self.traffic.allow(1)
            return bool(self.traffic.wrong) or self.traffic.repeated > repeated

        until(met)
        victim.start()
        until(victim.answers, why=victim.said)


def test_killing_any_of_the_three_again_and_again_loses_nothing(stage: Stage) -> None:
    service, traffic = stage.service, Traffic(stage.service)
    killer = Killer(service, traffic, random.Random(11))
    turns: tuple[Callable[[], None], ...] = (
        killer.kill_worker, partial(killer.kill_replica, 0), killer.kill_worker, partial(killer.kill_replica, 1),
        killer.kill_worker, killer.kill_worker,
    )  # fmt: skip
    traffic.begin()
    try:
        for kill in turns:
            traffic.allow(OPERATIONS)
            kill()
        until(lambda: traffic.wrong or traffic.operations == traffic.allowed, why=lambda: traffic.operations)
    finally:
        traffic.end()
    traffic.check()
    jobs = got(service.http(0), "/v1/jobs?limit=1000")["jobs"]
    assert [job for job in jobs if job["attempts"] > 1], "No kill met a job under way."
    assert {promise.deleted for promise in traffic.promises} == {True, False}
    assert max(promise.acknowledged for promise in traffic.promises) > 1 and traffic.looks > 50


MODES: dict[str, Mode] = {
    "down": Down(), "reset": Reset(), "cut": Cut(20), "latency": Latency(60), "trickle": Trickle(10),
}  # fmt: skip


def _refused(answer: httpx.Response) -> bool:
    """With a 503 of the contract, or not at all; nothing else may come of a store that is away."""
    if answer.status_code < 400:
        return False
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) >= 1, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return True


def _failing(http: httpx.Client) -> list[str]:
    states = http.get("/readyz", timeout=BOUND_S).json()["dependencies"]
    return sorted(name for name, state in states.items() if not state["ok"])


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_an_opensearch_that_fails_takes_nothing_with_it_and_is_used_again_within_seconds(
    stage: Stage, mode: Mode
) -> None:
    service, proxy, (here, there) = stage.service, stage.proxy, stage.service.everywhere()
    mark = word()
    doomed = bring_in(here, f"{mark} goes.", filename="doomed.txt")["document_id"]
    kept = bring_in(there, f"{mark} stays.", filename="kept.txt")["document_id"]
    accepted = [_sent(here, f"{mark} under way {number}.") for number in range(3)]
    assert None not in accepted
    proxy.mode = mode
    with ThreadPoolExecutor(6) as threads:
        asked = [
            threads.submit(_with_own_client, service, replica, method, path, body)
            for replica in (0, 1)
            for method, path, body in (
                ("POST", "/v1/retrieval", {"query": mark}),
                ("POST", "/query", {"question": f"What does {mark} do?"}),
                ("DELETE", f"/v1/documents/{doomed}?wait=0", None),
            )
        ]
        for http in (here, there):
            until(lambda http=http: _failing(http) == ["index"], within_s=BOUND_S)
            assert http.get("/readyz").status_code == 503
            assert http.get("/healthz").status_code == 200
        accepted += [_sent(http, f"{mark} meanwhile {place}.") for place, http in enumerate((here, there))]
        assert all(_refused(one.result()) for one in asked)
    proxy.mode = Pass()
    for http in (here, there):
        until(lambda http=http: _failing(http) == [], within_s=RECOVERY_S)
        assert kept in found_in(http, mark)
    until(
        lambda: {*accepted, kept} - {None} <= found_in(there, mark),
        within_s=MISSED_S,
        why=service.worker.said,
    )
    assert bring_in(here, f"{mark} afterwards.", filename="afterwards.txt")
    deleted = here.delete(f"/v1/documents/{doomed}?wait=60")
    assert deleted.status_code in (200, 404), deleted.text
    for http in (here, there):
        assert doomed not in found_in(http, mark)
        until(lambda http=http: residue(http, doomed)["total"] == 0)
        assert next(hit for hit in hits(http, mark) if hit["document_id"] == kept)["text"] == f"{mark} stays."
    assert not open_jobs(service)


def _sent(http: httpx.Client, text: str) -> str | None:
    """The document, when it was accepted."""
    answer = http.post("/upload", json=upload_body(text, filename="note.txt"), timeout=BOUND_S)
    return None if _refused(answer) else answer.json()["document_id"]


def _with_own_client(service: Deployment, replica: int, method: str, path: str, body: Any) -> httpx.Response:
    return service.http(replica).request(method, path, json=body, timeout=BOUND_S)
