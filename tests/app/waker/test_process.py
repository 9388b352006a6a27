"""The real process, between a caller and two small servers: one that is the Kubernetes API, one that is Ollama."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

import httpx
import pytest

from infra.project import ROOT

from .standins import NAME, SPACE, TOKEN, Api, Ollama, api_answer, serving

# Correctness limit for a machine that is busy with other tests.
LIMIT_S = 60.0
AWAKE = {"genai-ops/awake": "yes"}


def now(*, ago: timedelta = timedelta()) -> str:
    return (datetime.now(UTC) - ago).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Waker:
    url: str
    process: subprocess.Popen[bytes]

    def ask(self, path: str = "/v1/chat/completions") -> httpx.Response:
        return httpx.post(f"{self.url}{path}", json={"model": "small"}, timeout=LIMIT_S, trust_env=False)


@contextmanager
def waker(folder: Path, *, api: str, upstream: str) -> Iterator[Waker]:
    (folder / "token").write_text(TOKEN)
    port = free_port()
    told = {
        "WAKER_API": api,
        "WAKER_ACCOUNT_DIR": str(folder),
        "WAKER_DEPLOYMENT": NAME,
        "WAKER_NAMESPACE": SPACE,
        "WAKER_LEASE": NAME,
        "WAKER_UPSTREAM": upstream,
        "WAKER_PORT": str(port),
        "WAKER_IDLE_S": "60",
        "WAKER_TICK_S": "0.05",
        "WAKER_RETRY_AFTER_S": "7",
    }
    process = subprocess.Popen([sys.executable, "-m", "app.waker"], cwd=ROOT, env={**os.environ, **told})
    made = Waker(f"http://127.0.0.1:{port}", process)
    try:
        until("the waker answers", lambda: process.poll() is None and _healthy(made.url))
        yield made
    finally:
        process.kill()
        process.wait(LIMIT_S)


def _healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=5, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def until(what: str, holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not come true"
        time.sleep(0.02)


@pytest.fixture
def api() -> Iterator[tuple[Api, str]]:
    held = Api()
    with serving(api_answer(held)) as url:
        yield held, url
    assert held.strangers == 0


def test_it_sleeps_unused_wakes_for_a_question_but_not_for_a_look_and_sleeps_again(
    api: tuple[Api, str], tmp_path: Path
) -> None:
    held, url = api
    port = free_port()
    ollama = Ollama()
    with waker(tmp_path, api=url, upstream=f"http://127.0.0.1:{port}") as one:
        until("unused, it goes to sleep", lambda: held.replicas == 0)
        look = httpx.get(f"{one.url}/api/tags", timeout=LIMIT_S, trust_env=False)
        assert look.status_code == 503 and "a question wakes it" in look.json()["error"]
        assert held.scaled == [0]
        told = one.ask()
        assert told.status_code == 503 and told.headers["retry-after"] == "7"
        assert told.json()["error"]["code"] == "waking_up" and "waking up" in told.json()["error"]["message"]
        assert held.scaled[-1] == 1
        # Its machine is still coming.
        again = one.ask("/api/generate")
        assert again.status_code == 503 and "waking up" in again.json()["error"]
        with serving(ollama.answer, port=port):
            answer = one.ask()
            assert answer.status_code == 200 and answer.json() == {"model": "small"}
        # Long after the last question.
        held.lease["spec"]["renewTime"] = now(ago=timedelta(minutes=2))
        until("idle, it goes to sleep", lambda: held.replicas == 0)
        assert not held.awake
    # The request and the watch may both wake it: the same number twice is the same.
    assert [number for number, _ in groupby(held.scaled)] == [0, 1, 0]


def test_a_stream_passes_word_by_word_keeps_it_awake_and_ends_with_its_reader(
    api: tuple[Api, str], tmp_path: Path
) -> None:
    held, url = api
    held.lease = {
        "metadata": {"resourceVersion": "5", "annotations": AWAKE},
        "spec": {"renewTime": now()},
    }
    ollama = Ollama()
    with serving(ollama.answer) as upstream, waker(tmp_path, api=url, upstream=upstream) as one:
        asked, mine = f"{one.url}/api/chat?a=b%20c", {"X-Mine": "1"}
        with httpx.stream(
            "POST", asked, json={"messages": []}, headers=mine, timeout=LIMIT_S, trust_env=False
        ) as answer:
            pieces = answer.iter_raw()
            for word in (b"one\n", b"two\n"):
                ollama.go.release()
                # Before the server may send the next: nothing is gathered.
                assert next(pieces) == word
            # As old as it is, somebody reads: it must not sleep.
            held.lease["spec"]["renewTime"] = now(ago=timedelta(hours=1))
            until("the use is noted", lambda: held.lease["spec"]["renewTime"] > now(ago=timedelta(minutes=1)))
            ollama.go.release()
            assert b"".join(pieces) == b"three\n"
        # A caller who leaves ends the answer at the server.
        with httpx.stream(
            "POST", f"{one.url}/api/generate", json={}, timeout=LIMIT_S, trust_env=False
        ) as answer:
            assert next(answer.iter_raw()) == b"one\n"
        assert ollama.left.wait(LIMIT_S)
        method, path, headers, body = ollama.seen[0]
        assert (method, path, headers["x-mine"]) == ("POST", "/api/chat?a=b%20c", "1")
        assert json.loads(body) == {"messages": []}
    assert held.scaled == []


def test_two_wakers_agree_and_a_killed_one_loses_nothing(api: tuple[Api, str], tmp_path: Path) -> None:
    held, url = api
    ollama = Ollama()
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    with serving(ollama.answer) as upstream, waker(folders[1], api=url, upstream=upstream) as two:
        with waker(folders[0], api=url, upstream=upstream) as one:
            until("unused, it goes to sleep", lambda: held.replicas == 0)
            assert one.ask().status_code == 503
            assert two.ask().status_code == 200
        # Killed by now. What it has written holds, and the other one does what is left to do.
        assert held.awake and held.replicas == 1
        held.lease["spec"]["renewTime"] = now(ago=timedelta(minutes=2))
        until("idle, it goes to sleep", lambda: held.replicas == 0)
        assert two.ask().status_code == 503 and held.replicas == 1


def test_while_the_kubernetes_api_is_away_answers_still_come(tmp_path: Path) -> None:
    ollama = Ollama()
    away = f"http://127.0.0.1:{free_port()}"
    with serving(ollama.answer) as upstream, waker(tmp_path, api=away, upstream=upstream) as one:
        assert one.ask().status_code == 200
