"""One diagnosis of a log, from what the signatures found in it."""

from collections.abc import Sequence

from app.devops.analysis import Analysis, Category, Evidence, ExtractedLine, Nature
from app.devops.signatures.entry import Strength, filled
from app.devops.signatures.search import Hit

_ORDER = {Strength.CAUSE: 0, Strength.FAILURE: 1, Strength.SYMPTOM: 2}


def diagnose(
    lines: Sequence[str], ranked: Sequence[int], hits: Sequence[Hit], *, budget_lines: int
) -> Analysis:
    """`ranked`: numbers of the lines that matter, the most likely first; both count from 1."""
    best = min(hits, key=lambda hit: (_ORDER[hit.signature.strength], -hit.line), default=None)
    if best is None:
        return Analysis(
            root_cause="Nothing in this log is known to be a cause.", fix=(), category=Category.UNKNOWN,
            confidence=0.0, nature=Nature.UNKNOWN, evidence=(), extracted=(), abstained=True,
        )  # fmt: skip
    return Analysis(
        root_cause=filled(best.signature.cause, best.groups),
        fix=tuple(filled(step, best.groups) for step in best.signature.fix),
        category=best.signature.category,
        confidence=0.5,
        nature=best.signature.nature,
        evidence=(Evidence(best.line, best.text.strip()),),
        extracted=(ExtractedLine(best.line, 1, best.text),),
        abstained=False,
    )
