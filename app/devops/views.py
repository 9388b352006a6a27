"""Analyses as the HTTP contract shows them."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import orjson

from app.devops.analysis import Analysis, analysis_of
from app.devops.masked import Masked
from app.devops.report import report


def analysis_shape(analysis: Analysis) -> dict[str, Any]:
    return {**asdict(analysis), "text": report(analysis)}


def redacted_text(masked: Masked) -> Iterator[bytes]:
    for text in masked.texts():
        yield text.encode()


def redacted_json(masked: Masked) -> Iterator[bytes]:
    """RedactResponse, written while the log is unpacked."""
    yield b'{"log":"'
    for text in masked.texts():
        yield orjson.dumps(text)[1:-1]
    yield b'","redactions":' + orjson.dumps([asdict(each) for each in masked.redactions]) + b"}"


def kept_shape(kept: Mapping[str, Any]) -> dict[str, Any]:
    """An analysis as it was kept, without what only the memory itself needs."""
    shown = {name: value for name, value in kept.items() if name not in ("line", "raw_line")}
    return {**shown, "analysis": {**kept["analysis"], "text": report(analysis_of(kept["analysis"]))}}
