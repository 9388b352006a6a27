"""From answers to figures: paired bootstrap over questions, and the gates."""

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FASTER = 1.5
COMPARABLE = 0.01
_RESAMPLES = 10_000
_STEP = 500

# Of one system, by set: a figure for each question, in the same order for all systems.
Scores = Mapping[str, npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Row:
    """One system over all sets. `rate` is the geometric mean of questions a second over the sets."""

    label: str
    name: str
    version: str
    scores: Scores
    rates: Mapping[str, float]
    grown_mb: float
    start_s: float
    installed_mb: float
    packages: int
    ours: bool = False

    @property
    def ndcg(self) -> dict[str, float]:
        return {name: float(scores.mean()) for name, scores in self.scores.items()}

    @property
    def mean_ndcg(self) -> float:
        return statistics.fmean(self.ndcg.values())

    @property
    def rate(self) -> float:
        return math.exp(statistics.fmean(math.log(rate) for rate in self.rates.values()))


@dataclass(frozen=True, slots=True)
class Difference:
    """Ours minus theirs, with the middle 95 % of the resampled differences."""

    value: float
    low: float
    high: float

    @property
    def worse(self) -> bool:
        return self.high < 0

    def __str__(self) -> str:
        return f"{self.value:+.3f} ({self.low:+.3f} to {self.high:+.3f})"


def difference(ours: Scores, theirs: Scores, *, seed: int = 0) -> Difference:
    """Of the means over the sets. Questions are drawn anew within each set, the same ones for both."""
    rng = np.random.default_rng(seed)
    gaps = [ours[name] - theirs[name] for name in ours]
    drawn = np.mean([_resampled_means(gap, rng) for gap in gaps], axis=0)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Difference(float(np.mean([gap.mean() for gap in gaps])), float(low), float(high))


def _resampled_means(gap: npt.NDArray[np.float64], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    # In steps: 10,000 draws of 2,910 questions at once are 230 MB of indices.
    steps = range(0, _RESAMPLES, _STEP)
    return np.concatenate([gap[rng.integers(0, len(gap), (_STEP, len(gap)))].mean(axis=1) for _ in steps])


def by_set(ours: Row, theirs: Row) -> dict[str, Difference]:
    return {name: difference({name: ours.scores[name]}, {name: theirs.scores[name]}) for name in ours.scores}


@dataclass(frozen=True, slots=True)
class Gate:
    text: str
    held: bool


def gates(rows: list[Row], *, failed: Mapping[str, str]) -> list[Gate]:
    """The first row is ours; rows of other ways to ask ours are not peers. `failed`: reasons by system."""
    ours, peers = rows[0], [row for row in rows if not row.ours]
    held = [Gate(f"{label} was measured: {reason}", held=False) for label, reason in failed.items()]
    for peer in peers:
        gap = difference(ours.scores, peer.scores)
        held.append(Gate(f"mean nDCG@10 better than {peer.label}: {gap}", held=gap.value > 0))
        for name, part in by_set(ours, peer).items():
            if part.worse:
                held.append(Gate(f"{name} not significantly worse than {peer.label}: {part}", held=False))
    if peers:
        held.append(_speed(ours, peers))
    return held


def rival(ours: Row, peers: list[Row]) -> tuple[Row, str]:
    """The fastest peer whose quality is near ours or better; where none is, the peer with the best quality."""
    near = [peer for peer in peers if peer.mean_ndcg >= ours.mean_ndcg - COMPARABLE]
    if near:
        return max(
            near, key=lambda peer: peer.rate
        ), f"the fastest of comparable quality (within {COMPARABLE})"
    return max(
        peers, key=lambda peer: peer.mean_ndcg
    ), f"the best one: none comes within {COMPARABLE} nDCG@10"


def _speed(ours: Row, peers: list[Row]) -> Gate:
    other, why = rival(ours, peers)
    times = ours.rate / other.rate
    return Gate(
        f"questions a second at least {FASTER} times those of {other.label}, {why}: "
        f"{ours.rate:,.0f} to {other.rate:,.0f}, {times:.1f} times",
        held=times >= FASTER,
    )
