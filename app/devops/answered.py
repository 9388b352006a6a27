"""Turns an analysis of masked lines into the caller's answer: extracted lines, numbers of the log as given, secrets back."""

from collections.abc import Sequence
from dataclasses import replace

from app.devops.analysis import Analysis, ExtractedLine, Redaction
from app.devops.extraction.finder import Extracted
from app.devops.reading.clean_log import CleanLog
from app.kernel.redaction import Redactor


def answered(analysis: Analysis, log: CleanLog, found: Sequence[Extracted], redactor: Redactor) -> Analysis:
    """Only for whoever sent the log: what is kept, logged or sent on is the analysis as it was."""
    restore = redactor.restore
    return replace(
        analysis,
        root_cause=restore(analysis.root_cause),
        fix=tuple(restore(step) for step in analysis.fix),
        evidence=tuple(
            replace(one, line=log.numbers[one.line - 1], quote=restore(one.quote))
            for one in analysis.evidence
        ),
        extracted=tuple(ExtractedLine(one.line, one.rank, restore(one.text)) for one in found),
        redactions=tuple(Redaction(kind, count) for kind, count in sorted(redactor.counts.items())),
    )
