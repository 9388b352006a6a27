"""Which pieces of work fit a job: shared skills weighed by how rare they are, and meaning; at most three, maybe none."""

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.coldmail.portfolio.entries import Entry

MOST_LINKS = 3
# Of two that are as good the more telling words win; meaning alone never makes a match, it orders those that share a skill.
_WORDS, _MEANING = 0.7, 0.3
_THRESHOLD = 0.12
# What a skill still counts once another chosen piece of work shows it.
_AGAIN = 0.35
_ALIASES = {
    "js": "javascript", "ts": "typescript", "node": "node.js", "nodejs": "node.js", "reactjs": "react",
    "react.js": "react", "vuejs": "vue", "vue.js": "vue", "k8s": "kubernetes", "postgres": "postgresql",
    "golang": "go", "ml": "machine learning", "amazon web services": "aws", "google cloud": "gcp",
    "google cloud platform": "gcp", "microsoft azure": "azure", "tailwind": "tailwind css", "cpp": "c++",
    "csharp": "c#", "c sharp": "c#", "dotnet": ".net", "sklearn": "scikit-learn", "powerbi": "power bi",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """A piece of work and the skills, as it spells them, that the job asks for too."""

    entry: Entry
    skills: tuple[str, ...]
    score: float


def skill_key(name: str) -> str:
    """The same for two spellings of one skill; the signs of C++, C# and .NET stay."""
    plain = " ".join(name.casefold().split())
    return _ALIASES.get(plain, plain)


def named_in(text: str, skills: Collection[str]) -> list[str]:
    """Those of the skills that a text names, as words of their own: `Java` is not in `JavaScript`, `C` not in `C++`."""
    return [skill for skill in skills if skill and _whole(skill).search(text)]


def _whole(skill: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.+#]){re.escape(skill)}(?![\w+#]|\.\w)", 0 if len(skill) <= 2 else re.I)


def match(
    wanted: Collection[str], entries: Sequence[Entry], nearness: Mapping[str, float] | None = None
) -> list[Match]:
    """Best first, at most one for a link. `nearness`: cosine of each entry's text to the job's, by its id."""
    keys = {skill_key(skill) for skill in wanted}
    rarity = _rarity(entries)
    full = sum(rarity.get(key, math.log(len(entries) + 1)) for key in keys) or 1.0
    candidates = [found for each in entries if each.link and (found := _shared(each, keys))]
    chosen: list[Match] = []
    shown: set[str] = set()
    while candidates and len(chosen) < MOST_LINKS:
        scored = [
            Match(each, skills, _score(each, skills, shown, rarity, full, nearness or {}))
            for each, skills in candidates
        ]
        best = max(scored, key=lambda found: (found.score, -len(found.entry.text)))
        if best.score < _THRESHOLD:
            break
        chosen.append(best)
        shown |= {skill_key(skill) for skill in best.skills}
        candidates = [found for found in candidates if found[0].link != best.entry.link]
    return chosen


def _rarity(entries: Sequence[Entry]) -> dict[str, float]:
    """Inverse document frequency among the portfolio: what every piece of work shows tells least."""
    counts = Counter(key for each in entries for key in {skill_key(skill) for skill in each.skills})
    return {key: math.log((len(entries) + 1) / count) + 0.1 for key, count in counts.items()}


def _shared(each: Entry, keys: Collection[str]) -> tuple[Entry, tuple[str, ...]] | None:
    skills = tuple(skill for skill in each.skills if skill_key(skill) in keys)
    return (each, skills) if skills else None


def _score(
    each: Entry,
    skills: Sequence[str],
    shown: Collection[str],
    rarity: Mapping[str, float],
    full: float,
    nearness: Mapping[str, float],
) -> float:
    weights = [
        rarity.get(skill_key(skill), 0.1) * (_AGAIN if skill_key(skill) in shown else 1.0) for skill in skills
    ]
    # Half of it is how much of the job is covered, half how much of this piece of work is about the job.
    covered = sum(weights) / full
    about = sum(_AGAIN if skill_key(skill) in shown else 1.0 for skill in skills) / max(1, len(each.skills))
    return _WORDS * (covered + about) / 2 + _MEANING * max(0.0, nearness.get(each.id, 0.0)) * (
        covered + about > 0
    )
