"""Fusing two rankings into one, and judging whether what was found is evidence enough to answer."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Fusion(StrEnum):
    """MINMAX is the default: RRF with k=60 was significantly worse than BM25 alone on two of five sets."""

    MINMAX = "minmax"
    RRF = "rrf"


@dataclass(frozen=True, slots=True)
class RetrievalProfile:
    """What was measured for one embedder: its weight in the fusion and its evidence calibration.

    The evidence is a logistic of the two features that `evidence` takes; the constants come from
    `make eval` (tests/evals/calibrate.py) and hold for this embedder alone.
    """

    lexical_weight: float = 0.6
    evidence_bias: float = -4.0
    evidence_coverage: float = 5.0
    evidence_cosine: float = 4.0
    abstain_below: float = 0.5


# Measured on scifact, squad and cranfield, cut as ingestion cuts them; nDCG@10 by lexical weight, candidates 100 a half:
#   minilm     0: .648 .798 .370   .4: .712 .906 .402   .5: .720 .917 .407   .6: .724 .921 .407   .8: .712 .914 .390
#   wordllama  0: .567 .732 .318   .5: .684 .891 .383   .6: .697 .902 .384   .7: .705 .906 .387   .8: .697 .905 .383
#   BM25 alone: .687 .903 .367. Any weight within .1 of the chosen one costs less than .008 on any set.
# Evidence: one logistic over the three sets (tests/evals/calibrate.py, five passages a question). At the threshold,
# scifact squad cranfield: minilm turns away 11 4 2 % of answerable questions, 88 97 100 % of foreign ones and
# 24 38 6 % of those whose own document is hidden and whose neighbours are left; wordllama 8 4 2, 80 96 97, 19 32 4 %.
# Constants fitted on the other two sets turn away at most 6 points more of the answerable ones.
MINILM_PROFILE = RetrievalProfile(
    lexical_weight=0.6,
    evidence_bias=-6.43,
    evidence_coverage=5.04,
    evidence_cosine=7.16,
    abstain_below=0.35,
)
WORDLLAMA_PROFILE = RetrievalProfile(
    lexical_weight=0.7,
    evidence_bias=-5.81,
    evidence_coverage=5.72,
    evidence_cosine=5.65,
    abstain_below=0.30,
)
# Not measured: no build of this product has called Bedrock. The defaults stand until `make eval` has been run with it;
# at like coverage and cosine they turn away a little less than MiniLM's and about as much as wordllama's.
TITAN_PROFILE = RetrievalProfile()
# For searches that had to do without the question's vector: coverage alone, whichever embedder is away. It turns away
# 14 2 8 % of answerable questions, 70 94 94 % of foreign ones and 31 26 10 % of those with a hidden document
# (tests/evals/calibrate.py --words).
WORDS_PROFILE = RetrievalProfile(
    lexical_weight=1.0,
    evidence_bias=-4.33,
    evidence_coverage=8.18,
    evidence_cosine=0.0,
    abstain_below=0.27,
)

_RRF_K = 60


def fuse(
    lexical: Mapping[int, float],
    vector: Mapping[int, float],
    *,
    lexical_weight: float,
    fusion: Fusion = Fusion.MINMAX,
    limit: int | None = None,
) -> list[tuple[int, float]]:
    """Merge two {row: raw score} rankings into [(row, score in 0..1)], best `limit` first, ties by row.

    Min-max: each half is scaled to 0..1 over its own candidates and weighed; a row that one half missed
    gets 0 from it. RRF: reciprocal ranks, scaled so that first place in both halves is 1.
    """
    if fusion is Fusion.RRF:
        lexical, vector, lexical_weight = _reciprocal_ranks(lexical), _reciprocal_ranks(vector), 0.5
    if not vector or not lexical:  # one half alone keeps the whole range
        total = _weighed(lexical or vector, weight=1.0, fusion=fusion)
    else:
        total = _weighed(lexical, weight=lexical_weight, fusion=fusion)
        for row, value in _weighed(vector, weight=1.0 - lexical_weight, fusion=fusion).items():
            total[row] = total.get(row, 0.0) + value
    # Sorting is stable, so rows that tie stay in the order of the first pass.
    ranked = sorted(sorted(total), key=total.__getitem__, reverse=True)
    return [(row, total[row]) for row in ranked[:limit]]


def _weighed(scores: Mapping[int, float], *, weight: float, fusion: Fusion) -> dict[int, float]:
    """Every score times the weight, min-max scaled before unless they are reciprocal ranks already."""
    if fusion is Fusion.RRF:
        return {row: weight * value for row, value in scores.items()}
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    if high <= low:
        return dict.fromkeys(scores, weight)
    factor = weight / (high - low)
    return {row: (value - low) * factor for row, value in scores.items()}


def _reciprocal_ranks(scores: Mapping[int, float]) -> dict[int, float]:
    ranked = sorted(scores, key=lambda row: (-scores[row], row))
    return {row: (_RRF_K + 1) / (_RRF_K + rank) for rank, row in enumerate(ranked, start=1)}


def evidence(profile: RetrievalProfile, *, coverage: float, cosine: float) -> float:
    """How likely the passages hold the answer, 0 to 1.

    coverage: share of the question's weight (rare words weigh more) that the best passage contains, 0 to 1.
    cosine: the best raw similarity of question and passage, -1 to 1.
    """
    logit = profile.evidence_bias + profile.evidence_coverage * coverage + profile.evidence_cosine * cosine
    return 1.0 / (1.0 + math.exp(-logit))
