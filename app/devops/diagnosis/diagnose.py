"""One diagnosis of a log, or none: from signature hits, the lines that matter and the structure of the log."""

from collections.abc import Sequence
from dataclasses import replace

from app.devops.analysis import CONFIDENT, Analysis, Category, Evidence, ExtractedLine, Nature
from app.devops.diagnosis.compose import cause_of, fix_of, known
from app.devops.diagnosis.facts import Facts, facts_of
from app.devops.diagnosis.leaning import CONFIDENCE, lean
from app.devops.diagnosis.quotes import telling_lines, whole
from app.devops.diagnosis.ranking import Scored, is_aside, scored
from app.devops.diagnosis.speech import is_speech
from app.devops.reading.clean_log import CleanLog
from app.devops.signatures.entry import Strength, filled
from app.devops.signatures.search import Hit

# Below this nothing but a symptom was found: the assistant says so instead of guessing.
_LEAST_SCORE = 2.0
# Another category so near leaves doubt.
_RIVAL = 0.9
_MOST_EVIDENCE, _MOST_QUOTES = 5, 3


def diagnose(
    log: CleanLog, extracted: Sequence[ExtractedLine], hits: Sequence[Hit]
) -> tuple[Analysis, Hit | None]:
    """`hits` speak of clean lines, counted from 1; everything in the answer counts in the log as it was given.

    Returns the analysis and the hit that it rests on.
    """
    at = {number: index for index, number in enumerate(log.numbers)}
    telling = [at[line.line] for line in extracted if line.line in at]
    ranks = {index: rank for rank, index in enumerate(telling, start=1)}
    facts = facts_of(log, telling)
    found = scored([hit for hit in hits if not is_speech(hit.text)], facts, ranks)
    # What only says that something failed names no kind of failure: without anything else nothing is known.
    best = next((each for each in found if each.hit.signature.category is not Category.UNKNOWN), None)
    if best is None or best.score < _LEAST_SCORE:
        return _leaning(log, _abstained(log, extracted, facts, telling), facts, telling), None
    built = _docker_step(best, found)
    category = built.hit.signature.category if built else best.hit.signature.category
    surface = _surface(best, found)
    quotes = [
        *(whole(log.lines, each.hit.line - 1) for each in (best, *surface)),
        *telling_lines(log.lines, telling, facts, most=_MOST_QUOTES),
    ]
    headline = filled(best.hit.signature.cause, known(best.hit))
    if built and built is not best:
        headline = f"{filled(built.hit.signature.cause, known(built.hit))} Behind it: {headline}"
    analysis = Analysis(
        root_cause=cause_of(headline, quotes, facts),
        fix=fix_of(best.hit, facts, other=built.hit if built and built is not best else None),
        category=category,
        confidence=_confidence(best, found, category),
        nature=best.hit.signature.nature,
        evidence=_evidence(log, [best, *([built] if built else []), *surface]),
        extracted=tuple(extracted),
        abstained=False,
    )
    return analysis, best.hit


# The machine gave way, whatever was being built on it.
_OF_THE_MACHINE = (Category.INFRASTRUCTURE, Category.TIMEOUT_OR_OOM)


def _docker_step(best: Scored, found: Sequence[Scored]) -> Scored | None:
    """The RUN step of an image's build in which something else went wrong: the build is what failed."""
    if best.hit.signature.category is Category.DOCKER_BUILD:
        return best
    if best.hit.signature.category in _OF_THE_MACHINE:
        return None
    return next(
        (each for each in found if each.inside and each.hit.signature.id in ("docker.step-failed", "docker.legacy-step")),
        None,
    )  # fmt: skip


def _surface(best: Scored, found: Sequence[Scored]) -> list[Scored]:
    """What the fault looks like further down: the best hits of other signatures in the step that failed."""
    seen = {best.hit.signature.id}
    others = []
    for each in found:
        if each.hit.signature.id in seen or each.score < 1.5 or not each.inside:
            continue
        if _is_symptom(each) or is_aside(each.hit):
            continue
        seen.add(each.hit.signature.id)
        others.append(each)
    return others[:2]


def _is_symptom(each: Scored) -> bool:
    return each.hit.signature.strength in (Strength.SYMPTOM, Strength.HINT)


def _confidence(best: Scored, found: Sequence[Scored], category: Category) -> float:
    confidence = {Strength.CAUSE: 0.55, Strength.FAILURE: 0.5, Strength.HINT: 0.3, Strength.SYMPTOM: 0.2}[
        best.hit.signature.strength
    ]
    confidence += 0.1 if best.inside else 0.0
    if best.rank is not None:
        confidence += 0.15 if best.rank <= 5 else 0.05
    rivals = [
        each for each in found
        if each.score > best.score - _RIVAL and each.hit.signature.category not in (category, Category.UNKNOWN)
    ]  # fmt: skip
    confidence -= 0.2 if rivals else 0.0
    confidence -= 0.2 if is_aside(best.hit) else 0.0
    if category is Category.UNKNOWN:
        confidence = min(confidence, CONFIDENT - 0.25)
    return round(max(0.05, min(0.95, confidence)), 2)


def _evidence(log: CleanLog, hits: Sequence[Scored]) -> tuple[Evidence, ...]:
    chosen = {log.numbers[each.hit.line - 1]: each.hit.text.strip()[:500] for each in hits}
    return tuple(Evidence(line, quote) for line, quote in chosen.items() if quote)[:_MOST_EVIDENCE]


def _leaning(log: CleanLog, known: Analysis, facts: Facts, telling: Sequence[int]) -> Analysis:
    """With the kind of failure that step and words point to, where they do; its cause stays untold."""
    likely = [log.lines[index] for index in telling if not is_speech(log.lines[index])]
    kind = lean(facts.step, likely)
    if kind is None:
        return known
    quotes = telling_lines(log.lines, telling, facts, most=_MOST_QUOTES)
    return replace(
        known,
        root_cause=cause_of(kind.cause, quotes, facts),
        fix=(kind.fix, *known.fix),
        category=kind.category,
        confidence=CONFIDENCE,
        abstained=False,
    )


def _abstained(
    log: CleanLog, extracted: Sequence[ExtractedLine], facts: Facts, telling: Sequence[int]
) -> Analysis:
    quotes = telling_lines(log.lines, telling, facts, most=_MOST_QUOTES)
    telling = [index for index in telling if log.lines[index].strip() and not is_speech(log.lines[index])]
    headline = "The log does not tell the cause for certain; these are its most telling lines."
    return Analysis(
        root_cause=cause_of(headline, quotes, facts),
        fix=fix_of(None, facts),
        category=Category.UNKNOWN,
        confidence=0.1 if quotes else 0.0,
        nature=Nature.UNKNOWN,
        evidence=tuple(
            Evidence(log.numbers[index], log.lines[index].strip()[:500])
            for index in telling[:3]
        ),
        extracted=tuple(extracted),
        abstained=True,
    )  # fmt: skip
