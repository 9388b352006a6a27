"""All systems over one corpus: each in a process of its own, asked in turn, block by block."""

import json
import os
import select
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.peers.corpora import Corpus
from benchmarks.peers.systems import REPO, System
from tests.evals.datasets import ndcg_at_10

BLOCK = 64
WARM = 20
_BLOCKS_A_LINE = 4
ROUNDS = 3
STARTS = 3
# A system that took longer than this for all questions is not asked them again.
LONG_S = 15.0
_SLOW_START_S = 3.0
_ANSWER_S = 300.0
_BUILD_S = 300.0
_ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ),
    "1",
)
_QUIET = {
    "TOKENIZERS_PARALLELISM": "false",
    "ANONYMIZED_TELEMETRY": "False",
    "HF_HUB_OFFLINE": "1",
    "LANCE_LOG": "error",
}


class Failed(Exception):
    """A system could not be measured; the message is the reason."""


@dataclass
class Outcome:
    """`ndcg` a question, in the order of the corpus; `starts` in seconds."""

    ndcg: list[float] = field(default_factory=list)
    asked: int = 0
    seconds: float = 0.0
    grown_mb: float = 0.0
    starts: list[float] = field(default_factory=list)
    failure: str = ""

    @property
    def rate(self) -> float:
        return self.asked / self.seconds if self.seconds else 0.0


class Worker:
    """The process of one system, started and asked its first question."""

    def __init__(self, system: System, corpus: Corpus) -> None:
        self._log = corpus.folder / f"{system.store}-{system.mode}.log"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                _command(system, corpus, task="serve"), cwd=REPO, env=_environ(),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        self.start_s = float(self._next()["start_s"])

    def ask(self, first: int, end: int) -> dict[str, Any]:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"first": first, "end": end}).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Failed(last_words(self._log)) from None
        return self._next()

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _next(self) -> dict[str, Any]:
        # One line an answer, and none before it was asked for: nothing is left in a buffer when we wait.
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], _ANSWER_S)
        line = self._process.stdout.readline() if ready else b""
        if not line:
            self.stop()
            raise Failed(last_words(self._log) if ready else f"no answer within {_ANSWER_S:.0f} s")
        answer: dict[str, Any] = json.loads(line)
        return answer


def build(system: System, corpus: Corpus) -> None:
    """Raises Failed with the last line that the system said."""
    log = corpus.folder / f"{system.store}-build.log"
    with log.open("wb") as output:
        try:
            done = subprocess.run(
                _command(system, corpus, task="build"), cwd=REPO, env=_environ(),
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=_BUILD_S, check=False,
            )  # fmt: skip
        except (subprocess.TimeoutExpired, OSError) as error:
            raise Failed(str(error)) from error
    if done.returncode:
        raise Failed(last_words(log))


def compete(
    systems: Sequence[System],
    corpus: Corpus,
    *,
    say: Callable[[str], None],
    starts: int = 1,
    rounds: int = ROUNDS,
) -> Mapping[System, Outcome]:
    outcomes = {system: Outcome() for system in systems}
    _build_all(outcomes, corpus, say=say)
    workers: dict[System, Worker] = {}
    try:
        for system, outcome in outcomes.items():
            if not outcome.failure:
                _guarded(outcome, partial(_start, system, corpus, outcome, workers, times=starts))
        say(f"{corpus.name}: {len(workers)} systems answer; asking {len(corpus.questions)} questions")
        for turn in range(rounds):
            again = {
                one: worker
                for one, worker in workers.items()
                if not turn or outcomes[one].seconds / turn < LONG_S
            }
            what = f"{corpus.name}: round {turn + 1} of {rounds}, {len(again)} systems"
            _ask_in_turn(again, outcomes, corpus, score=not turn, say=partial(_say_now_and_then, say, what))
            say(f"{what}: done")
    finally:
        for worker in workers.values():
            worker.stop()
    return outcomes


def _say_now_and_then(say: Callable[[str], None], what: str, done: int, *, of: int) -> None:
    if done // BLOCK % _BLOCKS_A_LINE == 0:
        say(f"{what}: {done} of {of} questions")


def _build_all(outcomes: Mapping[System, Outcome], corpus: Corpus, *, say: Callable[[str], None]) -> None:
    built: dict[str, str] = {}
    for system, outcome in outcomes.items():
        if not system.ours and system.store not in built:
            started = time.perf_counter()
            _guarded(outcome, partial(build, system, corpus))
            built[system.store] = outcome.failure
            state = (
                f"failed: {outcome.failure}" if outcome.failure else f"{time.perf_counter() - started:.1f} s"
            )
            say(f"{corpus.name}: stored in {system.name}, {state}")
        outcome.failure = built.get(system.store, "")


def _start(
    system: System, corpus: Corpus, outcome: Outcome, workers: dict[System, Worker], *, times: int
) -> None:
    """So many times, since each process starts once; the last one stays. A slow start varies little: once will do."""
    for _ in range(times):
        if outcome.starts and outcome.starts[0] > _SLOW_START_S:
            break
        if system in workers:
            workers.pop(system).stop()
        workers[system] = Worker(system, corpus)
        outcome.starts.append(workers[system].start_s)
    workers[system].ask(0, WARM)


def _ask_in_turn(
    workers: Mapping[System, Worker],
    outcomes: Mapping[System, Outcome],
    corpus: Corpus,
    *,
    score: bool,
    say: Callable[..., None],
) -> None:
    order = list(workers)
    for first in range(0, len(corpus.questions), BLOCK):
        for system in order:
            if not outcomes[system].failure:
                block = partial(_block, workers[system], outcomes[system], corpus, first=first, score=score)
                _guarded(outcomes[system], block)
        say(first + BLOCK, of=len(corpus.questions))
        # Nobody always follows the same one.
        order = [*order[1:], order[0]]


def _block(worker: Worker, outcome: Outcome, corpus: Corpus, *, first: int, score: bool) -> None:
    part = corpus.questions[first : first + BLOCK]
    answer = worker.ask(first, first + len(part))
    outcome.asked += len(part)
    outcome.seconds += answer["seconds"]
    outcome.grown_mb = max(outcome.grown_mb, answer["grown_mb"])
    if score:
        outcome.ndcg += [
            ndcg_at_10([chunk.rpartition("#")[0] for chunk in found], corpus.grades[question])
            for question, found in zip(part, answer["found"], strict=True)
        ]


def _guarded(outcome: Outcome, work: Callable[[], None]) -> None:
    try:
        work()
    except Failed as failed:
        outcome.failure = str(failed)


def _command(system: System, corpus: Corpus, *, task: str) -> list[str]:
    folder = corpus.ours if system.ours else corpus.folder / system.store
    return [
        str(system.python), "-m", "benchmarks.peers.worker", task, system.store,
        "--mode", system.mode, "--corpus", str(corpus.folder), "--folder", str(folder),
    ]  # fmt: skip


def _environ() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GENAI_")}
    return kept | _ONE_THREAD | _QUIET | {"PYTHONPATH": str(REPO)}


def last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    return next((line[:200] for line in reversed(lines) if line), "ended without a word")
