"""What the running service answers, scored: `python -m tests.evals.devops_http [--every N]`; exit code 1 on a miss.

LogChunks, LogDx and CiDiff go to POST /devops/analyze of a fresh process, and the lines of `extracted` are scored as
tests.evals.devops_lines scores those of the function. Both must be the same, case by case: users see the service. With
`--every 1` all cases go, and the gates apply; else every n-th goes, and only that both are the same is judged.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import httpx

from benchmarks.service import devops_alone
from tests.evals.devops_lines import ABSENT, DATA, GATES, Case, Extractor, cases, judge, measure, ours, scorer

_SETS = ("logchunks", "logdx", "cidiff")
_MOST_JSON = 10_000_000
_TIMEOUT_S = 300.0


@contextmanager
def served() -> Iterator[httpx.Client]:
    with devops_alone() as (_, url), httpx.Client(base_url=url, timeout=_TIMEOUT_S, trust_env=False) as http:
        yield http


def answering(http: httpx.Client, budget: int) -> Extractor:
    """The lines of `extracted`, the most likely first. Raises httpx.HTTPStatusError."""

    def chosen(lines: Sequence[str], passing: Sequence[str] | None) -> list[int]:
        answer = http.post("/devops/analyze", **_request(lines, passing, budget)).raise_for_status()
        found = sorted(answer.json()["extracted"], key=lambda line: line["rank"])
        return [line["line"] - 1 for line in found]

    return chosen


def _request(lines: Sequence[str], passing: Sequence[str] | None, budget: int) -> dict[str, Any]:
    """As JSON where a passing log comes along, else as text: both forms are asked."""
    log = "\n".join(lines)
    if passing is None:
        return {
            "params": {"budget_lines": budget}, "content": log.encode("utf-8", "replace"),
            "headers": {"Content-Type": "text/plain"},
        }  # fmt: skip
    body = {"log": log, "passing_log": "\n".join(passing), "budget_lines": budget}
    return {"content": json.dumps(body).encode(), "headers": {"Content-Type": "application/json"}}


def fits(case: Case) -> bool:
    """Whether the service takes it in this form."""
    if case.passing is None:
        return True
    return len(json.dumps(["\n".join(case.lines), "\n".join(case.passing)])) < _MOST_JSON


def run(*, every: int) -> list[str]:
    """One line for each set and budget, and for each gate where all cases went."""
    score, told = scorer(), []
    with served() as http:
        for name in _SETS:
            of = [case for case in cases(score, name)[::every] if fits(case)]
            for budget in sorted({gate.budget for gate in GATES if gate.of == name}):
                told += _compared(score, name, of, http, budget, whole=every == 1)
    return told


def _compared(
    score: ModuleType, name: str, of: Sequence[Case], http: httpx.Client, budget: int, *, whole: bool
) -> list[str]:
    if not of:
        return [f"MISSED {name} over HTTP: not measured"]
    service, function = answering(http, budget), ours(budget)
    answers = [service(case.lines, case.passing) for case in of]
    other = [
        case.name
        for case, answer in zip(of, answers, strict=True)
        if answer != function(case.lines, case.passing)
    ]
    by_lines = {id(case.lines): answer for case, answer in zip(of, answers, strict=True)}
    measured = measure(score, of, lambda lines, passing: by_lines[id(lines)])
    figures = " ".join(f"{key} {value:.3f}" for key, value in measured.items())
    same = f"{len(of) - len(other)} of {len(of)} as the function has them"
    told = [
        f"{'MISSED' if other else 'ok'} {name} over HTTP at {budget} lines: {same}; {figures} {other[:5] or ''}"
    ]
    if whole:
        gates = [gate for gate in GATES if (gate.of, gate.budget) == (name, budget) and not gate.over]
        told += [f"{judge(gate, measured, {})} over HTTP" for gate in gates]
    for line in told:
        print(line, flush=True)
    return told


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.evals.devops_http", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="every n-th case only")
    options = parser.parse_args()
    if not DATA.exists():
        print(f"MISSED all: not measured, {ABSENT}")
        return 1
    return int(any(line.startswith("MISSED") for line in run(every=options.every)))


if __name__ == "__main__":
    sys.exit(main())
