"""Chooses and ranks the lines of a log that say why it failed, at most as many as the caller has room for.

Every line worth a look gets the odds that it belongs to the answer and the odds that it is the best single line. The
set is the one whose expected F1 is highest, so few lines when they are sure and more when they are not; then the best
single lines of other places, because a second opinion is worth more than one more line of the first. With much room
(a model reads the result) the rest is filled up.
"""

import math
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from app.devops.extraction.features import look
from app.devops.extraction.finder import Extracted, Finder, Nothing
from app.devops.extraction.passing import forms, is_new, stretches
from app.devops.extraction.priors import is_wrapper, prefer
from app.devops.extraction.weights import Weights, learned
from app.devops.reading.clean_log import CleanLog

# How far the best lines lend their odds to their neighbours, in lines, and how much.
_REACH, _LENT, _LENDERS, _FARTHEST = 6.0, 0.6, 5, 50
_LEAN = 0.5
# Best single lines that are added to the set, whatever block they stand in.
_OPINIONS = 6
# From this budget on the reader is a model, not a person: fill it.
_ROOMY = 120
# A known fault moves odds by so much at full weight: that it belongs, and that it is the one.
_KNOWN_MEMBER, _KNOWN_PEAK = 2.0, 2.5
# A known fault's line is at least this near to the best one before that, and this likely to belong.
_KNOWN_FROM, _KNOWN_LEAST = 2.5, -1.0
# With a green log: what it has not is likely, what it has is not.
_NEW, _SEEN = 4.0, -8.0
# A stretch of new lines tells of the failure where one of them would be looked at by itself; then all of it does, so far
# from such a line. Other stretches are what differs from run to run: downloads, names, a longer list.
_TELLING, _TELLS_AROUND, _WITH_IT, _INCIDENTAL, _NEW_WRAPPER = -1.0, 40, 0.5, -3.0, -4.0


def extract(
    log: CleanLog,
    *,
    budget_lines: int,
    passing: CleanLog | frozenset[str] | None = None,
    signatures: Finder | None = None,
    weights: tuple[Weights, Weights] | None = None,
) -> list[Extracted]:
    """The lines that matter, by rank; none of a log without lines.

    passing: the last green log of the same job, or what `passing.forms` made of it. weights: other than the product's,
    to belong and to be the one.
    """
    lines = log.lines
    if not lines or budget_lines < 1:
        return []
    member, peak = _odds(lines, signatures or Nothing(), weights or learned())
    if passing is not None:
        known = forms(passing.lines) if isinstance(passing, CleanLog) else passing
        _compare(lines, known, member, peak)
    else:
        _tire(lines, member, peak)
    _lend(member, peak)
    prefer(lines, peak)
    chosen = _choose(member, peak, budget_lines, compared=passing is not None)
    ranked = sorted(chosen, key=lambda index: (-peak.get(index, _NOBODY), index))
    return [Extracted(log.numbers[index], rank, lines[index]) for rank, index in enumerate(ranked, start=1)]


_NOBODY = -50.0


def _odds(
    lines: Sequence[str], signatures: Finder, weights: tuple[Weights, Weights]
) -> tuple[dict[int, float], dict[int, float]]:
    """By line: log-odds to belong, and the logarithm of the share that it is the one."""
    looked = look(lines)
    belonging, ranking = weights
    member = dict(zip(looked.indexes, belonging.scores(looked), strict=True))
    peak = dict(zip(looked.indexes, ranking.scores(looked), strict=True))
    level = max(peak.values(), default=0.0) - _KNOWN_FROM
    for hit in signatures.find(lines):
        peak[hit.index] = max(peak.get(hit.index, level), level) + _KNOWN_PEAK * hit.weight
        for index in range(*hit.span.indices(len(lines))):
            member[index] = max(member.get(index, _UNSEEN), _KNOWN_LEAST) + _KNOWN_MEMBER * hit.weight
    for index in peak:
        if not lines[index].strip():
            peak[index] = _NOBODY
    return member, _shares(peak)


_UNSEEN = -4.0


def _shares(peak: dict[int, float]) -> dict[int, float]:
    best = max(peak.values(), default=0.0)
    total = math.log(sum(math.exp(score - best) for score in peak.values())) + best if peak else 0.0
    return {index: score - total for index, score in peak.items()}


def _compare(
    lines: Sequence[str], known: frozenset[str], member: dict[int, float], peak: dict[int, float]
) -> None:
    new = is_new(lines, known)
    for stretch in stretches(new):
        telling = [index for index in stretch if member.get(index, _UNSEEN) >= _TELLING]
        for index in stretch:
            odds = member.get(index, _UNSEEN) + _NEW
            near = _distance(telling, index) <= _TELLS_AROUND
            member[index] = max(odds, _WITH_IT) if near else min(odds, _INCIDENTAL)
            if is_wrapper(lines[index]):
                member[index] += _NEW_WRAPPER
    for odds_of in (member, peak):
        for index in odds_of:
            if not new[index]:
                odds_of[index] += _SEEN


def _distance(ascending: Sequence[int], index: int) -> float:
    """From an index to the nearest of these; infinite when there is none."""
    at = bisect_left(ascending, index)
    return min((abs(index - other) for other in ascending[max(0, at - 1) : at + 1]), default=math.inf)


def _tire(lines: Sequence[str], member: dict[int, float], peak: dict[int, float]) -> None:
    """Of a long list of findings of one kind the beginning says as much as all of it, and is what people cut out."""
    seen: dict[str, int] = {}
    for index in sorted(index for index, odds in member.items() if odds > _LIKELY):
        kind = _FOUND.sub("#", lines[index][:_KIND_CHARS])
        count = seen[kind] = seen.get(kind, 0) + 1
        if count > _FRESH and len(kind) > _LEAST_KIND:
            loss = math.log(count / _FRESH)
            member[index] -= loss
            if index in peak:
                peak[index] -= loss


# What differs between findings of one kind: numbers, what is quoted, the file at the line's beginning.
_FOUND = re.compile(r"\d+|'[^']*'|\"[^\"]*\"|`[^`]*`|^\s*[^\s:(]+(?=[:(])")
_LIKELY, _FRESH, _LEAST_KIND, _KIND_CHARS = -2.0, 15, 12, 300


def _lend(member: dict[int, float], peak: dict[int, float]) -> None:
    """A line near the likeliest lines is likelier itself."""
    best = sorted(peak, key=lambda index: -peak[index])[:_LENDERS]
    near: dict[int, float] = {}
    for other in best:
        share = math.exp(peak[other])
        for index in range(other - _FARTHEST, other + _FARTHEST + 1):
            near[index] = max(near.get(index, 0.0), share * math.exp(-abs(index - other) / _REACH))
    for index in member:
        member[index] += _LEAN + _LENT * math.log((near.get(index, 0.0) + 0.01) / 0.05)


def _choose(member: dict[int, float], peak: dict[int, float], budget: int, *, compared: bool) -> list[int]:
    ordered = sorted(member, key=lambda index: (-member[index], index))
    chosen = ordered[: _likely_best(_probability(member[index]) for index in ordered[: max(budget, 5_000)])]
    chosen = _without_gaps(chosen[:budget], member, budget) if not compared else chosen[:budget]
    opinions = 0 if compared else min(_OPINIONS, budget // 3)
    wanted = sorted(peak, key=lambda index: -peak[index])[:opinions]
    missing = [index for index in wanted if index not in set(chosen)]
    chosen = chosen[: budget - len(missing)] + missing
    if budget >= _ROOMY and not compared:
        taken = set(chosen)
        chosen += [index for index in ordered if index not in taken][: budget - len(chosen)]
    return chosen


def _without_gaps(chosen: Sequence[int], member: Mapping[int, float], budget: int) -> list[int]:
    """With the few lines between two that belong: people cut out whole blocks."""
    ordered = sorted(chosen)
    between = [
        index
        for before, after in pairwise(ordered)
        if after - before <= _GAP + 1
        for index in range(before + 1, after)
        if index in member
    ]
    return [*chosen, *between][:budget]


_GAP = 3


def _probability(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, odds))))


def _likely_best(probabilities: Iterable[float]) -> int:
    """How many of these, in falling order, have the highest expected F1; at least one."""
    values = list(probabilities)
    total = sum(values)
    best, count, taken = 0.0, 1, 0.0
    for number, value in enumerate(values, start=1):
        taken += value
        if (expected := 2 * taken / (number + total)) > best:
            best, count = expected, number
    return count
