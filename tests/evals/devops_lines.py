"""The gates for the lines that are extracted: `python -m tests.evals.devops_lines [--weights FILE]`; exit code 1 on a miss.

Loaders and metrics are those of the public data next to the repository (`devops/score.py` there); the baselines run in
the same pass. At most `budget_lines` lines count. A gate with no case is "not measured", which is a miss. The given
cases are those that the weights were fitted on: `tests.evals.fit_extraction` prints the figures of held-out ones.
"""

import argparse
import importlib.util
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from app.devops.extraction.extract import extract
from app.devops.extraction.weights import Weights
from app.devops.reading.clean_log import CleanLog
from app.devops.reading.masking import log_redactor
from app.devops.reading.read import read_log
from app.devops.service import Found
from app.devops.signatures import read_library, search

DATA = Path(__file__).parents[3] / "shared/data/devops"
ABSENT = "the public data is not next to this repository"
# (lines, green log or None) -> indexes, the most likely first; as the data's scorer has it.
Extractor = Callable[[Sequence[str], Sequence[str] | None], list[int]]


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    lines: list[str]
    gold: set[int]
    passing: list[str] | None
    label: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Gate:
    """`figure` of a set at a budget must be at least `least`; with `over`, also more than that baseline's."""

    of: str
    budget: int
    figure: str
    least: float
    over: str = ""


GATES = (
    Gate("logchunks", 50, "hit", 0.80),
    Gate("logchunks", 50, "f1", 0.25),
    Gate("logdx", 200, "critical", 0.88),
    Gate("logdx", 50, "f1", 0.35),
    Gate("cidiff", 1000, "f1", 0.0, over="diff-vs-pass"),
    Gate("pytorch", 50, "first", 0.50),
    Gate("pytorch", 50, "five", 0.85),
)
_BASELINES = ("tail-50", "grep-3/+8 cap50", "diff-vs-pass")


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("devops_score", DATA / "score.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cases(score: ModuleType, name: str) -> list[Case]:
    loaded: Iterable[Any] = (
        [case for which in ("breakages", "breakages_dump", "other_cases") for case in score.cidiff(which)]
        if name == "cidiff"
        else getattr(score, name)()
    )
    return [Case(*case) for case in loaded if case[2]]


def clean(lines: Sequence[str]) -> CleanLog:
    return read_log("\n".join(lines), redactor=log_redactor())


def ours(budget: int, weights: tuple[Weights, Weights] | None = None) -> Extractor:
    def chosen(lines: Sequence[str], passing: Sequence[str] | None) -> list[int]:
        green = clean(passing) if passing else None
        log = clean(lines)
        found = extract(log, budget_lines=budget, passing=green, signatures=known(log), weights=weights)
        return [one.line - 1 for one in found][:budget]

    return chosen


def known(log: CleanLog) -> Found:
    """The signatures that match, as the service hands them to extraction."""
    return Found(search(log.lines, read_library()))


def measure(score: ModuleType, of: Sequence[Case], extractor: Extractor) -> dict[str, float]:
    """Means over the cases."""
    rows = []
    for case in of:
        ranked = extractor(case.lines, case.passing)
        chosen = set(ranked)
        rows.append(
            {
                "f1": score.prf(chosen, case.gold)[2],
                "hit": float(bool(chosen & case.gold)),
                "first": float(bool(ranked) and ranked[0] in case.gold),
                "five": float(bool(set(ranked[:5]) & case.gold)),
                "critical": _critical(score, case, chosen),
                "lines": float(len(chosen)),
            }
        )
    return {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]} if rows else {}


def _critical(score: ModuleType, case: Case, chosen: set[int]) -> float:
    """The share of critical signals whose words or lines were kept."""
    signals = [
        signal for signal in case.label.get("required_signals", ()) if signal["importance"] == "critical"
    ]
    text = score.clean("\n".join(case.lines[index] for index in sorted(chosen)))
    kept = 0
    for signal in signals:
        words = signal.get("value") or signal.get("file") or ""
        places = (
            line - 1 for first, last in signal.get("evidence_lines", []) for line in range(first, last + 1)
        )
        kept += (bool(words) and words in text) or any(place in chosen for place in places)
    return kept / len(signals) if signals else 1.0


def judge(gate: Gate, measured: dict[str, float], baselines: dict[str, dict[str, float]]) -> str:
    """What to print, beginning with ok or MISSED."""
    title = f"{gate.of} at {gate.budget} lines, {gate.figure}"
    if not measured:
        return f"MISSED {title}: not measured"
    least = max(gate.least, baselines[gate.over][gate.figure] if gate.over else 0.0)
    found = measured[gate.figure]
    won = found > least if gate.over else found >= least
    told = ", ".join(f"{name} {figures[gate.figure]:.3f}" for name, figures in baselines.items())
    return f"{'ok' if won else 'MISSED'} {title}: {found:.3f} (at least {least:.3f}; {told})"


def run(file: Path | None = None) -> list[str]:
    """One line for each gate. file: weights other than the product's."""
    read = json.loads(file.read_text(encoding="utf-8")) if file else None
    weights = (Weights(read["member"], read["bias"]), Weights(read["peak"])) if read else None
    score = scorer()
    told = []
    for name in dict.fromkeys(gate.of for gate in GATES):
        of = cases(score, name)
        baselines = {base: measure(score, of, score.BASE[base]) for base in _BASELINES}
        for budget in sorted({gate.budget for gate in GATES if gate.of == name}):
            measured = measure(score, of, ours(budget, weights))
            figures = " ".join(f"{key} {value:.3f}" for key, value in measured.items())
            print(f"{name}: {len(of)} cases at {budget} lines: {figures}", flush=True)
            for gate in GATES:
                if (gate.of, gate.budget) == (name, budget):
                    told.append(judge(gate, measured, baselines))
                    print(told[-1], flush=True)
    return told


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.evals.devops_lines", description=__doc__)
    parser.add_argument("--weights", type=Path, help="weights other than the product's")
    options = parser.parse_args()
    if not DATA.exists():
        print(f"MISSED all: not measured, {ABSENT}")
        return 1
    return int(any(line.startswith("MISSED") for line in run(options.weights)))


if __name__ == "__main__":
    sys.exit(main())
