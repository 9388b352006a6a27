"""How much of the machine's embedding rate is left behind HTTP: `python -m benchmarks.over_http [--seconds 10]`.

First two processes embed the questions of a set with MiniLM and do nothing else. Then the platform, with two
workers, answers the same questions over 32 kept-alive connections from a process of their own. Every answer is checked.
Once the set's questions come in turn, so that the service remembers most of their vectors, and once each is new to it.
"""

import argparse
import asyncio
import itertools
import json
import multiprocessing
import re
import select
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from app.adapters.embedded.minilm import MiniLmEmbedder
from benchmarks.service import bring_in, running
from tests.evals.datasets import ABSENT, SETS, available, load, minilm_folder

GATE = 0.7
_WORKERS = 2
_CONNECTIONS = 32
_WARM_S = 2.0
_ARRIVAL_S = 0.02
# More than can be asked in the time.
_NEW = 40_000
_CONTENT_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)\r\n")
SPAWN = multiprocessing.get_context("spawn")


def embed_for(folder: str, questions: list[str], seconds: float) -> float:
    """Questions a second that one process with one thread embeds, one at a time as they would arrive."""

    async def run() -> float:
        embedder = MiniLmEmbedder(Path(folder), threads=1)
        await embedder.embed(questions[:20], kind="query")
        done, started = 0, time.perf_counter()
        while (passed := time.perf_counter() - started) < seconds:
            await embedder.embed(questions[done % len(questions) :][:16], kind="query")
            done += min(16, len(questions) - done % len(questions))
        return done / passed

    return asyncio.run(run())


class Connection:
    """One kept-alive connection with one question out at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self._received = bytearray()
        self._length = 0
        self.asked_at = 0.0

    def ask(self, request: bytes) -> None:
        self._received.clear()
        self._length = 0
        self.asked_at = time.perf_counter()
        self.socket.sendall(request)

    def take(self) -> bool | None:
        """Read what is there: None until the answer is whole, then whether it is a 200 with a passage."""
        piece = self.socket.recv(65_536)
        if not piece:
            raise ConnectionError("The service closed a connection that was to be kept alive.")
        self._received += piece
        if not self._length and (head := self._received.find(b"\r\n\r\n")) >= 0:
            found = _CONTENT_LENGTH.search(self._received, 0, head + 2)
            if found is None:
                raise ConnectionError("An answer came without its length.")
            self._length = head + 4 + int(found[1])
        if not self._length or len(self._received) < self._length:
            return None
        return self._received.startswith(b"HTTP/1.1 200") and b'"chunk_id"' in self._received


def ask_for(port: int, questions: list[str], seconds: float) -> tuple[float, int, list[float]]:
    """(answers a second, errors, latencies in ms) over 32 connections, after a warm-up.

    On bare sockets, since what the client computes is taken from the same two cores. The connections come one
    after the other: each is taken by the worker that is free, while a burst may all fall to one of them.
    """
    requests = itertools.cycle([_request(question) for question in questions])
    poll = select.poll()
    connections: dict[int, Connection] = {}
    started = time.perf_counter()
    begin, end = started + _WARM_S, started + _WARM_S + seconds
    latencies: list[float] = []
    errors = 0
    while (now := time.perf_counter()) < end:
        if len(connections) < _CONNECTIONS and now >= started + len(connections) * _ARRIVAL_S:
            new = Connection(port)
            connections[new.socket.fileno()] = new
            poll.register(new.socket, select.POLLIN)
            new.ask(next(requests))
        for number, _ in poll.poll(_ARRIVAL_S * 1_000):
            connection = connections[number]
            good = connection.take()
            if good is None:
                continue
            ended = time.perf_counter()
            if begin <= ended < end:
                latencies.append((ended - connection.asked_at) * 1_000)
                errors += not good
            connection.ask(next(requests))
    for connection in connections.values():
        connection.socket.close()
    return len(latencies) / seconds, errors, latencies


def _request(question: str) -> bytes:
    body = json.dumps({"query": question, "limit": 10}).encode()
    head = (
        "POST /v1/retrieval HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@dataclass(frozen=True, slots=True)
class Asked:
    """`rate` in answers a second, `latencies` in ms, sorted."""

    rate: float
    errors: int
    latencies: list[float]


def measure(name: str, *, seconds: float) -> tuple[float, Asked, Asked]:
    """(embeddings a second, the questions of the set in turn, questions that were never asked before)."""
    model = minilm_folder()
    assert model is not None
    measured = load(name)
    again = list(measured.questions.values())
    # The service remembers what it embedded; a number behind a question makes it a new one.
    new = [f"{question} {turn}" for turn in range(_NEW // len(again) + 1) for question in again]
    with running(embedder="minilm", model=model, workers=_WORKERS) as (url, environ):
        bring_in(measured.documents, environ, url)
        with SPAWN.Pool(_WORKERS) as pool:
            embedded = sum(pool.starmap(embed_for, [(str(model), new, seconds)] * _WORKERS))
        port = int(url.rsplit(":", 1)[1])
        with SPAWN.Pool(1) as pool:
            first, then = (pool.apply(ask_for, (port, questions, seconds)) for questions in (new, again))
    return embedded, _asked(*then), _asked(*first)


def _asked(rate: float, errors: int, latencies: list[float]) -> Asked:
    return Asked(rate, errors, sorted(latencies))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--set", choices=SETS, default="scifact")
    options = parser.parse_args(arguments)
    if not available() or minilm_folder() is None:
        print(f"http: not measured; {ABSENT}, or no MiniLM model is there")
        return 0
    embedded, again, new = measure(options.set, seconds=options.seconds)
    print(f"embedding alone, {_WORKERS} processes: {embedded:7.0f} questions/s")
    for what, asked in ((f"the set's questions in turn (gate {GATE})", again), ("each question new", new)):
        middle, slow = (asked.latencies[len(asked.latencies) * share // 100] for share in (50, 99))
        print(
            f"hybrid over HTTP, {_CONNECTIONS} connections, {what}: {asked.rate:.0f} answers/s, share "
            f"{asked.rate / embedded:.2f}, {asked.errors} errors, p50 {middle:.1f} ms, p99 {slow:.1f} ms"
        )
    return 0 if again.rate / embedded >= GATE and not again.errors and not new.errors else 1


if __name__ == "__main__":
    sys.exit(main())
