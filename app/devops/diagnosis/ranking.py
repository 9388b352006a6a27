"""Which of the signatures that matched is told: the nearest to the cause, in the step that failed, on lines that matter."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.devops.analysis import Category
from app.devops.diagnosis.facts import Facts
from app.devops.signatures.entry import Strength
from app.devops.signatures.search import Hit

_BASE = {Strength.CAUSE: 3.0, Strength.FAILURE: 2.2, Strength.HINT: 1.2, Strength.SYMPTOM: 0.5}
_INSIDE, _AFTER, _BEFORE = 1.0, -1.5, -0.6
# Lines that tell of a fault without being one: warnings, a retry that went on, a command that is only shown.
_MERELY = re.compile(
    r"(?i)^\s*(?:npm warn|warn(?:ing)?\b(?! {2,}\w)|\[warn|##\[(?:warning|notice)\]|\+ |\$ |echo |remote: warning|# |//)"
    r"|\bretry(?:ing)?\b.{0,40}(?:in|after)\b|\bwill retry\b|\.\.\. ok$|\bPASS(?:ED)?\b|^\s*[✓✔√]"
)
_MERELY_LOSS = 1.6
# Kubernetes calls every event that is not ordinary a warning, failures too.
_EVENT = re.compile(r"\s*Warning {2,}\w")
# What a program may print though nothing is wrong: they have to stand on a line that matters.
_OFTEN_NOISE = frozenset(
    {
        Category.NETWORK_OR_FLAKY,
        Category.TIMEOUT_OR_OOM,
        Category.PERMISSION_OR_SECRET,
        Category.INFRASTRUCTURE,
        Category.DEPLOY,
    }
)
_NOISE_LOSS = 1.3
# Of these a tool lists many alike, and the first is as good as any; of others the last ended the step.
_FIRST_TELLS = frozenset({Category.COMPILE_ERROR, Category.TYPE_ERROR, Category.LINT_ERROR})


@dataclass(frozen=True, slots=True)
class Scored:
    """A hit, where it stands in the clean lines, and how much speaks for it."""

    hit: Hit
    score: float
    inside: bool
    rank: int | None


def scored(hits: Sequence[Hit], facts: Facts, ranks: Mapping[int, int]) -> list[Scored]:
    """Best first. `ranks`: by index of the clean line, its rank among those that matter (1 is the most likely)."""
    found = [_scored(hit, facts, ranks) for hit in hits]
    return sorted(found, key=lambda each: (-each.score, each.hit.line * _order(each)))


def _order(each: Scored) -> int:
    return 1 if each.hit.signature.category in _FIRST_TELLS else -1


def is_aside(hit: Hit) -> bool:
    """Whether its line only warns, shows or tries again: what is wrong there need not be what failed."""
    warned = hit.signature.category in _OFTEN_NOISE and "arning" in hit.text and not _EVENT.match(hit.text)
    return warned or _MERELY.search(hit.text[:200]) is not None


def _scored(hit: Hit, facts: Facts, ranks: Mapping[int, int]) -> Scored:
    index = hit.line - 1
    rank = min((ranks[at] for at in range(index - 1, index + 2) if at in ranks), default=None)
    inside = facts.holds(index)
    score = _BASE[hit.signature.strength]
    score += _INSIDE if inside else (_AFTER if index > facts.end else _BEFORE)
    if rank is not None:
        score += 1.2 - 0.1 * rank if rank <= 10 else 0.15
    elif hit.signature.category in _OFTEN_NOISE and ranks:
        score -= _NOISE_LOSS
    score -= _MERELY_LOSS if is_aside(hit) else 0.0
    if inside and facts.end > facts.begin and hit.signature.category not in _FIRST_TELLS:
        score += 0.3 * (index - facts.begin) / (facts.end - facts.begin)
    return Scored(hit, score, inside, rank)
