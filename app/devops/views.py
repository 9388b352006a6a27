"""Analyses as the HTTP contract shows them."""

from dataclasses import asdict
from typing import Any

from app.devops.analysis import Analysis
from app.devops.report import report
from app.devops.service import Masked


def analysis_shape(analysis: Analysis) -> dict[str, Any]:
    return {**asdict(analysis), "text": report(analysis)}


def redacted_shape(masked: Masked) -> dict[str, Any]:
    return {"log": masked.text, "redactions": [asdict(redaction) for redaction in masked.redactions]}
