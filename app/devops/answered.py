"""Turns an analysis of masked lines into the caller's answer: their secrets back, and quotes as the log has them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from app.devops.analysis import Analysis, Evidence
from app.devops.original import LinesOf
from app.kernel.redaction import Redactor

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def answered(analysis: Analysis, redactor: Redactor, original: LinesOf) -> Analysis:
    """Only for whoever sent the log: what is kept, logged or sent on is the analysis as it was."""
    restore = redactor.restore
    return replace(
        analysis,
        root_cause=restore(analysis.root_cause),
        fix=tuple(map(restore, analysis.fix)),
        evidence=tuple(_verified(analysis.evidence, restore, original)),
        yaml_patch=analysis.yaml_patch
        and replace(analysis.yaml_patch, text=restore(analysis.yaml_patch.text)),
        extracted=tuple(replace(line, text=restore(line.text)) for line in analysis.extracted),
    )


def _verified(
    evidence: Sequence[Evidence], restore: Callable[[str], str], original: LinesOf
) -> list[Evidence]:
    """Where colours or stamps stand between the words, the longest piece that the log has; without one, none."""
    raw = original({item.line for item in evidence})
    kept = []
    for item in evidence:
        quote, line = restore(item.quote), raw.get(item.line, "")
        if quote not in line:
            pieces = [piece.strip() for piece in re.split(_ESCAPES, line)]
            quote = max((piece for piece in pieces if piece and piece in quote), key=len, default="")
        if quote:
            kept.append(Evidence(item.line, quote))
    return kept
