"""Fits what features are worth: `python -m tests.evals.fit_extraction [--write]`; prints figures of held-out repositories.

Five folds: whole languages of LogChunks, whole projects of the other sets are held out together, and each fold is judged
by weights that never saw it. --write then fits on everything and replaces the product's weights.
"""

import argparse
import json
import re
import sys
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import numpy.typing as npt

from app.devops.extraction.extract import extract
from app.devops.extraction.features import COUNT, look
from app.devops.extraction.weights import FILE, Weights
from tests.evals.devops_lines import ABSENT, DATA, GATES, Case, cases, clean, known, measure, scorer

FOLDS = 5
# How much a case of each set counts: the sets are of different sizes, and the smaller ones are of today's platforms.
_MEMBER_SHARE = {"logchunks": 1.0, "logdx": 10.0, "cidiff": 6.0, "pytorch": 6.0}
_PEAK_SHARE = {"logchunks": 1.0, "logdx": 3.0, "cidiff": 1.0, "pytorch": 4.0}
_MEMBER_L2, _PEAK_L2 = 20.0, 3.0
# Of the lines that do not belong this share is enough.
_SAMPLE, _PEAK_SAMPLE = 0.2, 600
# A block of hundreds of lines must not outweigh a hundred logs.
_LARGE = 20

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Log:
    """`indexes` of the features of all lines that were looked at, one after the other; `lengths`: how many each has."""

    of: str
    name: str
    case: Case
    indexes: Integers
    lengths: Integers
    member: npt.NDArray[np.bool_]
    peak: npt.NDArray[np.bool_]

    @property
    def fold(self) -> int:
        group = (
            self.name.split("/")[0]
            if self.of == "logchunks"
            else re.split(r"[-_\d]", Path(self.name).name)[0]
        )
        return zlib.crc32(f"{self.of}/{group}".encode()) % FOLDS


def read(score: ModuleType, of: str, case: Case) -> Log:
    looked = look(clean(case.lines).lines)
    rows = [list(looked.features(number)) for number in range(len(looked.indexes))]
    member = np.array([index in case.gold for index in looked.indexes])
    told = _told(score, of, case)
    peak = np.array([index in told for index in looked.indexes])
    return Log(
        of, case.name, case, np.array([feature for row in rows for feature in row], dtype=np.int64),
        np.array([len(row) for row in rows], dtype=np.int64), member, peak if peak.any() else member,
    )  # fmt: skip


def _told(score: ModuleType, of: str, case: Case) -> set[int]:
    """The lines that a person would point at, within what belongs."""
    if of == "logchunks":
        words = [word for word in case.label.get("keywords") or () if word]
        return {index for index in case.gold if any(word in case.lines[index] for word in words)}
    if of == "logdx":
        return {
            line - 1
            for signal in case.label["required_signals"]
            if signal["importance"] != "optional"
            and signal["type"] not in ("exit_code", "annotation", "step_name", "command")
            for first, last in signal["evidence_lines"]
            for line in range(first, min(last, first + 2) + 1)
        }
    return {index for index in case.gold if score.ERR.search(case.lines[index])} if of == "cidiff" else set()


@dataclass(frozen=True, slots=True)
class Rows:
    """The chosen lines of many logs. `starts`: where each row's features begin; `logs`: where each log's rows begin."""

    features: Integers
    lengths: Integers
    wanted: Floats
    weight: Floats
    log_of: Integers

    @property
    def starts(self) -> Integers:
        return np.concatenate([[0], np.cumsum(self.lengths)[:-1]])

    @property
    def row_of(self) -> Integers:
        return np.repeat(np.arange(len(self.lengths)), self.lengths)

    @property
    def logs(self) -> Integers:
        return np.concatenate([[0], np.flatnonzero(np.diff(self.log_of)) + 1])


def rows_of(logs: Sequence[Log], *, peak: bool) -> Rows:
    chance = np.random.default_rng(0)
    features, lengths, wanted, weight, log_of = [], [], [], [], []
    for number, log in enumerate(log for log in logs if log.member.any()):
        right = log.peak if peak else log.member
        share = min(1.0, _PEAK_SAMPLE / len(right)) if peak else _SAMPLE
        keep = np.flatnonzero(right | (chance.random(len(right)) < share))
        starts = np.concatenate([[0], np.cumsum(log.lengths)])
        features += [log.indexes[starts[row] : starts[row + 1]] for row in keep]
        lengths.append(log.lengths[keep])
        wanted.append(right[keep].astype(float))
        if peak:
            weight.append(np.full(len(keep), _PEAK_SHARE[log.of]))
        else:
            counts = _MEMBER_SHARE[log.of] * min(1.0, _LARGE / right.sum())
            weight.append(np.where(right[keep], counts, counts / share))
        log_of.append(np.full(len(keep), number))
    return Rows(*(np.concatenate(parts) for parts in (features, lengths, wanted, weight, log_of)))


def fit_member(logs: Sequence[Log]) -> tuple[Floats, float]:
    """Does the line belong? Logistic regression."""
    rows = rows_of(logs, peak=False)
    starts, row_of = rows.starts, rows.row_of

    def slope(values: Floats) -> Floats:
        odds = np.add.reduceat(values[rows.features], starts) + values[-1]
        off = (1 / (1 + np.exp(-odds)) - rows.wanted) * rows.weight
        found = np.bincount(rows.features, weights=off[row_of], minlength=COUNT) + _MEMBER_L2 * values[:-1]
        return np.asarray(np.append(found, off.sum()) / rows.weight.sum() * 1000)

    values = descend(slope, np.append(np.zeros(COUNT), -4.0), steps=100, pace=0.08)
    return values[:-1], float(values[-1])


def fit_peak(logs: Sequence[Log]) -> Floats:
    """Which line is the one? The share of a log's softmax that falls on the lines pointed at."""
    rows = rows_of(logs, peak=True)
    starts, row_of, first = rows.starts, rows.row_of, rows.logs
    place = np.cumsum(np.isin(np.arange(len(rows.lengths)), first)) - 1

    def slope(values: Floats) -> Floats:
        odds = np.add.reduceat(values[rows.features], starts)
        raised = np.exp(odds - np.maximum.reduceat(odds, first)[place])
        share = raised / np.add.reduceat(raised, first)[place]
        right = raised * rows.wanted
        off = (share - right / np.maximum(1e-12, np.add.reduceat(right, first)[place])) * rows.weight
        found = np.bincount(rows.features, weights=off[row_of], minlength=COUNT) + _PEAK_L2 * values
        return np.asarray(found / rows.weight[first].sum() * 1000)

    return descend(slope, np.zeros(COUNT), steps=150, pace=0.05)


def descend(slope: Callable[[Floats], Floats], values: Floats, *, steps: int, pace: float) -> Floats:
    """Adam."""
    mean, square = np.zeros_like(values), np.zeros_like(values)
    for step in range(1, steps + 1):
        found = slope(values)
        mean, square = 0.9 * mean + 0.1 * found, 0.99 * square + 0.01 * found * found
        values = values - pace * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return values


def fitted(logs: Sequence[Log]) -> tuple[Weights, Weights]:
    member, bias = fit_member(logs)
    peak = fit_peak(logs)
    return Weights([round(float(value), 3) for value in member], round(bias, 3)), Weights(
        [round(float(value), 3) for value in peak]
    )


def held_out(score: ModuleType, logs: Sequence[Log]) -> None:
    """Print the figures of the gates, each case judged by weights that were fitted without its fold."""
    by_fold = [fitted([log for log in logs if log.fold != fold]) for fold in range(FOLDS)]
    weights = {(log.of, log.name): by_fold[log.fold] for log in logs}
    for of, budget in sorted({(gate.of, gate.budget) for gate in GATES}):
        rows = []
        for log in logs:
            if log.of == of:
                case = log.case
                green = clean(case.passing) if case.passing else None
                read = clean(case.lines)
                found = extract(
                    read,
                    budget_lines=budget,
                    passing=green,
                    signatures=known(read),
                    weights=weights[of, log.name],
                )
                chosen = [one.line - 1 for one in found]
                rows.append(measure(score, [case], lambda lines, passing, chosen=chosen: chosen))  # type: ignore[misc]
        told = (
            " ".join(f"{key} {sum(row[key] for row in rows) / len(rows):.3f}" for key in rows[0])
            if rows
            else "none"
        )
        print(f"held out: {of} at {budget} lines: {told}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.evals.fit_extraction", description=__doc__)
    parser.add_argument("--write", action="store_true", help="replace the product's weights")
    options = parser.parse_args()
    if not DATA.exists():
        print(ABSENT)
        return 1
    score = scorer()
    logs = [read(score, of, case) for of in _MEMBER_SHARE for case in cases(score, of)]
    held_out(score, logs)
    if options.write:
        member, peak = fitted(logs)
        FILE.write_text(
            json.dumps({"bias": member.bias, "member": member.values, "peak": peak.values}) + "\n",
            encoding="utf-8",
        )
        print(f"wrote {FILE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
