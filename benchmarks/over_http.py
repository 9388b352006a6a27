"""How much of the machine's embedding rate is left behind HTTP: `python -m benchmarks.over_http [--seconds 10]`.

First two processes embed the questions of a set with MiniLM and do nothing else. Then the platform, with two
workers, answers the same questions over 32 kept-alive connections from a process of their own. Every answer is checked.
"""

import argparse
import asyncio
import json
import multiprocessing
import sys
import time
from pathlib import Path

from app.adapters.embedded.minilm import MiniLmEmbedder
from benchmarks.service import bring_in, running
from tests.evals.datasets import ABSENT, SETS, available, load, minilm_folder

GATE = 0.7
_WORKERS = 2
_CONNECTIONS = 32
_WARM_S = 2.0
_TURNS = 6
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


def ask_for(port: int, questions: list[str], seconds: float) -> tuple[float, int, list[float]]:
    """(answers a second, errors, latencies in ms) over 32 connections, after a warm-up."""
    return asyncio.run(_ask(port, questions, seconds))


async def _ask(port: int, questions: list[str], seconds: float) -> tuple[float, int, list[float]]:
    requests = [_request(question) for question in questions]
    begin = time.perf_counter() + _WARM_S
    end = begin + seconds
    latencies: list[float] = []
    errors = 0

    async def connection(place: int) -> None:
        nonlocal errors
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        turn = place * len(requests) // _CONNECTIONS
        while (started := time.perf_counter()) < end:
            writer.write(requests[turn % len(requests)])
            turn += 1
            good = await _answered(reader)
            ended = time.perf_counter()
            if begin <= ended < end:
                latencies.append((ended - started) * 1_000)
                errors += not good
        writer.close()

    await asyncio.gather(*(connection(place) for place in range(_CONNECTIONS)))
    return len(latencies) / seconds, errors, latencies


def _request(question: str) -> bytes:
    body = json.dumps({"query": question, "limit": 10}).encode()
    head = (
        "POST /v1/retrieval HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _answered(reader: asyncio.StreamReader) -> bool:
    """Read one answer; True for a 200 with at least one result."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    body = await reader.readexactly(length)
    return head.startswith(b"HTTP/1.1 200") and b'"chunk_id"' in body


def measure(name: str, *, seconds: float) -> tuple[float, float, int, list[float]]:
    """(embeddings a second, answers a second, errors, latencies)."""
    model = minilm_folder()
    assert model is not None
    measured = load(name)
    # The service remembers what it embedded, so that each question is asked once, told apart by a number.
    questions = [f"{question} {turn}" for turn in range(_TURNS) for question in measured.questions.values()]
    with running(embedder="minilm", model=model, workers=_WORKERS) as (url, environ):
        bring_in(measured.documents, environ, url)
        with SPAWN.Pool(_WORKERS) as pool:
            embedded = sum(pool.starmap(embed_for, [(str(model), questions, seconds)] * _WORKERS))
        port = int(url.rsplit(":", 1)[1])
        with SPAWN.Pool(1) as pool:
            answered, errors, latencies = pool.apply(ask_for, (port, questions, seconds))
    return embedded, answered, errors, sorted(latencies)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--set", choices=SETS, default="squad")
    options = parser.parse_args(arguments)
    if not available() or minilm_folder() is None:
        print(f"http: not measured; {ABSENT}, or no MiniLM model is there")
        return 0
    embedded, answered, errors, latencies = measure(options.set, seconds=options.seconds)
    share = answered / embedded
    print(f"embedding alone, {_WORKERS} processes: {embedded:7.0f} questions/s")
    print(f"hybrid over HTTP, {_CONNECTIONS} connections: {answered:7.0f} answers/s, {errors} errors")
    middle, slow = latencies[len(latencies) // 2], latencies[len(latencies) * 99 // 100]
    print(f"share {share:.2f} (gate {GATE}), p50 {middle:.1f} ms, p99 {slow:.1f} ms")
    return 0 if share >= GATE and not errors else 1


if __name__ == "__main__":
    sys.exit(main())
