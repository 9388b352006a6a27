"""How long a pipeline's log takes to read, mask and extract, and what it needs of memory: `python -m benchmarks.logs [--quick]`.

Made-up logs of 1, 10 and 50 MB with the words of many tools and a failure near the end, read as a stream of chunks in a
fresh process each. Time is the processor's, so that a busy machine does not blur it. Exit code 1 when a gate is missed.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator

from app.devops.extraction.extract import extract
from app.devops.reading.read import read_log
from app.kernel.redaction import Redactor

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
    extract(read_log("warm", redactor=Redactor()), budget_lines=50)
    making = time.process_time()
    for _ in log(size_mb):
        pass
    making = time.process_time() - making
    begun = time.process_time()
    found = extract(read_log(log(size_mb), redactor=Redactor()), budget_lines=50)
    took = time.process_time() - begun - making
    assert any("missing_thing" in one.text for one in found[:5])
    return {"seconds": took, "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


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
        found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        seconds, memory = GATES.get(size, (float("inf"), float("inf")))
        won = found["seconds"] <= seconds and found["rss_mb"] <= memory
        missed += not won
        print(
            f"{'' if won else 'MISSED '}{size:>3} MB: {found['seconds']:.2f} s, {found['rss_mb']:.0f} MB",
            flush=True,
        )
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
