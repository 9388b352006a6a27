"""One system in a process of its own: `build` stores the chunks, `serve` opens the store and answers on a line protocol.

Runs in either environment. What the system prints goes to stderr; the answers have standard output to themselves.
"""

import argparse
import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any, TextIO

from benchmarks.peers.prepared import Prepared


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=("build", "serve"))
    parser.add_argument("store")
    parser.add_argument("--mode", default="vectors")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    given = parser.parse_args()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    if given.task == "build":
        store = importlib.import_module(f"benchmarks.peers.stores.{given.store}")
        given.folder.mkdir(parents=True, exist_ok=True)
        store.build(given.folder, Prepared.read(given.corpus, "chunks"))
    else:
        serve(given.store, given.mode, corpus=given.corpus, folder=given.folder, answers=answers)
    return 0


def serve(name: str, mode: str, *, corpus: Path, folder: Path, answers: TextIO) -> None:
    """First a line about the start, then one for each line {"first": n, "end": m}, until the input ends."""
    questions = Prepared.read(corpus, "questions")
    questions.of(questions.texts[:1])
    before = resident_mb()
    started = time.perf_counter()
    store: Any = importlib.import_module(f"benchmarks.peers.stores.{name}")
    ask = store.opened(folder, questions, mode=mode)
    ask(questions.texts[:1])
    _say(answers, start_s=time.perf_counter() - started)
    for line in sys.stdin:
        asked = json.loads(line)
        block = questions.texts[asked["first"] : asked["end"]]
        started = time.perf_counter()
        found = ask(block)
        seconds = time.perf_counter() - started
        _say(answers, seconds=seconds, found=found, grown_mb=peak_mb() - before)


def resident_mb() -> float:
    return _status("VmRSS") or peak_mb()


def peak_mb() -> float:
    """The most memory this process ever held. Not from getrusage on Linux, which remembers the parent's too."""
    unit = 1 if sys.platform == "darwin" else 1024
    return _status("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _status(name: str) -> float:
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    line = next((line for line in status.read_text().splitlines() if line.startswith(name + ":")), "")
    return int(line.split()[1]) * 1024 / 1e6 if line else 0.0


def _say(answers: TextIO, **what: Any) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
