"""Measure ours beside its peers: `python -m benchmarks.peers [--quick]`; exit code 1 when a gate is missed.

A full run writes docs/benchmarks/peers.md and peers.png; --quick asks a few questions of small corpora and writes nothing.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.peers import contest, report
from benchmarks.peers.contest import Outcome, compete
from benchmarks.peers.corpora import Corpus, prepare
from benchmarks.peers.figures import Row, gates
from benchmarks.peers.installed import Weight
from benchmarks.peers.systems import PEERS_PYTHON, PRODUCT, REPO, SYSTEMS, System
from tests.evals.datasets import ABSENT, SETS, available, minilm_folder

DOCS = REPO / "docs" / "benchmarks"
_QUICK_QUESTIONS = 40
Outcomes = Mapping[str, Mapping[System, Outcome]]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a small part, to see that everything runs")
    options = parser.parse_args(arguments)
    for absent, reason in (
        (not available(), ABSENT),
        (minilm_folder() is None, "No MiniLM model is here; set GENAI_MODEL_DIR."),
        (not PEERS_PYTHON.exists(), "The peers are not installed; run `scripts/env.sh peers`."),
    ):
        if absent:
            print(reason)
            return 1
    with tempfile.TemporaryDirectory(prefix="genai-peers-") as folder:
        corpora, outcomes = measure(Path(folder), questions=_QUICK_QUESTIONS if options.quick else None)
    return tell(corpora, outcomes, write=not options.quick)


def measure(folder: Path, *, questions: int | None) -> tuple[list[Corpus], Outcomes]:
    corpora = []
    for name in SETS:
        say(f"{name}: cutting and embedding (kept for the next run)")
        corpora.append(prepare(name, folder / name, questions=questions))
        say(_described(corpora[-1]))
    largest = _largest(corpora)
    outcomes = {
        corpus.name: compete(SYSTEMS, corpus, say=say, starts=contest.STARTS if corpus is largest else 1)
        for corpus in corpora
    }
    return corpora, outcomes


def _largest(corpora: list[Corpus]) -> Corpus:
    return max(corpora, key=lambda corpus: corpus.chunks)


def _described(one: Corpus) -> str:
    return f"{one.name}: {one.documents:,} documents, {one.chunks:,} chunks, {len(one.questions):,} questions"


def tell(corpora: list[Corpus], outcomes: Outcomes, *, write: bool) -> int:
    failed = _failures(outcomes)
    largest = _largest(corpora).name
    rows = [_row(system, outcomes, largest) for system in SYSTEMS if system.label not in failed]
    if not rows or rows[0].label != SYSTEMS[0].label:
        print(f"Ours could not be measured: {failed[SYSTEMS[0].label]}")
        return 1
    held = gates(rows, failed=failed)
    print(f"\n{report.table(rows, failed=failed)}\n\n{report.rates(rows)}\n")
    for gate in held:
        print(f"{'held  ' if gate.held else 'MISSED'} {gate.text}")
    if write:
        DOCS.mkdir(parents=True, exist_ok=True)
        (DOCS / "peers.md").write_text(
            report.page(rows, held, _setting(corpora), failed=failed), encoding="utf-8"
        )
        report.draw(rows, DOCS / "peers.png")
        print(f"Wrote {(DOCS / 'peers.md').relative_to(REPO)} and peers.png.")
    return 0 if all(gate.held for gate in held) else 1


def _failures(outcomes: Outcomes) -> dict[str, str]:
    return {
        system.label: outcome.failure
        for of_set in outcomes.values()
        for system, outcome in of_set.items()
        if outcome.failure
    }


def _row(system: System, outcomes: Outcomes, largest: str) -> Row:
    mine = {name: of_set[system] for name, of_set in outcomes.items()}
    weighed = _weighed(system.python, system.distributions)
    own = sum(path.stat().st_size for path in (REPO / "app").rglob("*.py")) / 1e6 if system.ours else 0.0
    return Row(
        label=system.label,
        name=system.name,
        version=_weighed(Path(sys.executable), (PRODUCT,)).version if system.ours else weighed.version,
        scores={name: np.array(outcome.ndcg) for name, outcome in mine.items()},
        rates={name: outcome.rate for name, outcome in mine.items()},
        grown_mb=mine[largest].grown_mb,
        start_s=statistics.median(mine[largest].starts),
        installed_mb=weighed.mb + own,
        packages=weighed.packages,
        ours=system.ours,
    )


def _weighed(python: Path, distributions: tuple[str, ...]) -> Weight:
    """In the environment of that interpreter."""
    done = subprocess.run(
        [str(python), "-m", "benchmarks.peers.installed", *distributions],
        cwd=REPO, env=os.environ | {"PYTHONPATH": str(REPO)}, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return Weight(**json.loads(done.stdout))


def _setting(corpora: list[Corpus]) -> report.Setting:
    product = _weighed(Path(sys.executable), (PRODUCT,))
    return report.Setting(
        date=datetime.now(UTC).date().isoformat(),
        cores=os.cpu_count() or 1,
        memory_gb=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9,
        python=platform.python_version(),
        sets=tuple(map(_described, corpora)),
        block=contest.BLOCK,
        rounds=contest.ROUNDS,
        starts=contest.STARTS,
        long_s=contest.LONG_S,
        product_mb=product.mb,
        product_packages=product.packages,
    )


_BEGUN = time.monotonic()


def say(line: str) -> None:
    print(f"[{time.monotonic() - _BEGUN:5.0f} s] {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
