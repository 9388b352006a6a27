"""How long a pipeline's log takes to analyse, and what it needs of memory: `python -m benchmarks.logs [--quick]`.

Made-up logs of 1, 10 and 50 MB with the words of many tools and a failure near the end, streamed in a fresh process each:
read, masked, extracted, held against all signatures and diagnosed. First in the process, then as plain text and as gzip
to POST /devops/analyze, and the same to POST /devops/redact. Time is the processor's, of all threads, so that a busy machine
does not blur it. Exit code 1 when a gate is missed.
"""

import argparse
import asyncio
import gzip
import json
import os
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path

import httpx

from app.devops.service import DevopsService, Failure
from app.devops.signatures import read_library
from benchmarks.service import devops_alone

MB = 1_000_000
SIZES = (1, 10, 50)
# Megabytes: the most seconds, and the most megabytes of memory.
GATES = {1: (0.3, 300.0), 50: (10.0, 300.0)}
_LINES = (
    "Collecting package-{n}==1.{n}.0 (from -r requirements.txt)",
    "[INFO] Compiling module {n} of 400 with javac",
    "    test_case_{n} ... ok",
    "src/part_{n}.c: In function 'main': warning: unused variable 'x{n}'",
    "Downloading https://example.com/files/part-{n}.tar.gz ({n} kB)",
    "PASS src/component-{n}.test.js",
    "layer sha256:{n:064x} already exists",
    "INFO app.module:{n} processed request in {n} ms, errors=0",
)
_END = (
    "Traceback (most recent call last):",
    '  File "/srv/app/main.py", line 3, in <module>',
    "ModuleNotFoundError: No module named 'missing_thing'",
    "##[error]Process completed with exit code 1.",
)


def log(size_mb: int) -> Iterator[bytes]:
    """Chunks of the log; the same at each call."""
    chance = random.Random(7)
    sent, stamp = 0, "2026-04-22T16:11:56.9997008Z "
    while sent < size_mb * MB:
        lines = [stamp + chance.choice(_LINES).format(n=chance.randrange(100_000)) for _ in range(800)]
        chunk = ("\n".join(lines) + "\n").encode()
        sent += len(chunk)
        yield chunk
    yield "\n".join(stamp + line for line in _END).encode()


def probe(size_mb: int) -> dict[str, float]:
    """In this process; what making the log up takes is not counted."""
    service = DevopsService(read_library(), log_bytes=2 * SIZES[-1] * MB)
    service.analyze_text("warm", Failure())
    making = time.process_time()
    for _ in log(size_mb):
        pass
    making = time.process_time() - making
    begun = time.process_time()
    found = asyncio.run(service.analyze_stream(_offered(log(size_mb)), Failure(), tenant="local"))
    took = time.process_time() - begun - making
    assert "missing_thing" in found.root_cause, found.root_cause
    return {"seconds": took, "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


async def _offered(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def over_http(size_mb: int, *, packed: bool, route: str = "analyze") -> dict[str, float]:
    """To a fresh service; the client's time is not counted. route: analyze, or redact."""
    body = gzip.compress(b"".join(log(size_mb)), 1) if packed else b"".join(log(size_mb))
    kind = "application/gzip" if packed else "text/plain"
    with devops_alone() as (pid, url), httpx.Client(timeout=300, trust_env=False) as http:
        http.post(f"{url}/devops/analyze", content=b"warm", headers={"content-type": "text/plain"})
        begun, started = _processor_s(pid), time.perf_counter()
        answer = http.post(f"{url}/devops/{route}", content=body, headers={"content-type": kind})
        wall = time.perf_counter() - started
        answer.raise_for_status()
        told = answer.json()["root_cause" if route == "analyze" else "log"]
        assert "missing_thing" in told, answer.text[:300]
        return {"seconds": _processor_s(pid) - begun, "rss_mb": _most_mb(pid), "wall": wall}


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _most_mb(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    assert found is not None
    return int(found[1]) / 1024


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1 MB only")
    parser.add_argument("--probe", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.probe:
        print(json.dumps(probe(options.probe)))
        return 0
    missed = 0
    for size in SIZES[:1] if options.quick else SIZES:
        command = [sys.executable, "-m", "benchmarks.logs", "--probe", str(size)]
        inside = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        for way, found in (
            ("in the process", inside),
            ("over HTTP", over_http(size, packed=False)),
            ("over HTTP as gzip", over_http(size, packed=True)),
            ("masked over HTTP", over_http(size, packed=False, route="redact")),
            ("masked over HTTP as gzip", over_http(size, packed=True, route="redact")),
        ):
            seconds, memory = GATES.get(size, (float("inf"), float("inf")))
            won = found["seconds"] <= seconds and found["rss_mb"] <= memory
            missed += not won
            wall = f" ({found['wall']:.2f} s by the clock)" if "wall" in found else ""
            print(
                f"{'' if won else 'MISSED '}{size:>3} MB {way}: {found['seconds']:.2f} s{wall}, {found['rss_mb']:.0f} MB",
                flush=True,
            )
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
