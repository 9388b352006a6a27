"""Analyses as the HTTP contract shows them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from app.devops.analysis import Analysis, analysis_of
from app.devops.report import report
from app.devops.service import Masked


def analysis_shape(analysis: Analysis) -> dict[str, Any]:
    return {**asdict(analysis), "text": report(analysis)}


def redacted_shape(masked: Masked) -> dict[str, Any]:
    return {"log": masked.text, "redactions": [asdict(redaction) for redaction in masked.redactions]}


def kept_shape(kept: Mapping[str, Any]) -> dict[str, Any]:
    """An analysis as it was kept, without what only the memory itself needs."""
    shown = {name: value for name, value in kept.items() if name not in ("line", "raw_line")}
    return {**shown, "analysis": {**kept["analysis"], "text": report(analysis_of(kept["analysis"]))}}
