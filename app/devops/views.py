"""Analyses as the HTTP contract shows them."""

from dataclasses import asdict
from typing import Any

from app.devops.analysis import Analysis
from app.devops.report import report


def analysis_shape(analysis: Analysis) -> dict[str, Any]:
    return {**asdict(analysis), "text": report(analysis)}
