"""What makes two failures the same: their class, and their most telling line without what changes from run to run."""

import re
from dataclasses import dataclass
from hashlib import sha256

from app.devops.analysis import Analysis

_MOST_CHARS = 300
# In this order: what is longer and more special goes first, numbers last.
_CHANGES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\[REDACTED:([a-z_]{2,24}):\d{1,7}\]"), r"<\1>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"(?i)\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"), "<uuid>"),
    (re.compile(r"(?i)\b0x[0-9a-f]{4,16}\b"), "<address>"),
    (re.compile(r"(?i)\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,128}\b"), "<hash>"),
    (re.compile(r"(?:/tmp|/var/folders|/private/var)/[^\s:'\",)]{1,200}"), "<temporary>"),
    (
        re.compile(
            r"(?:/[a-z]{1,20}/runner/work/[^/\s]{1,100}/[^/\s]{1,100}|/builds/[^/\s]{1,100}/[^/\s]{1,100})/"
        ),
        "",
    ),
    (re.compile(r"\b\d+(?:\.\d+)?\s?(?:ms|µs|ns|s|sec|seconds|min|minutes|[kKMG]i?B)\b"), "<amount>"),
    (re.compile(r"\d+"), "0"),
    (re.compile(r"\s+"), " "),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """`id` is of class and line; "" for a failure that left no line to know it by."""

    id: str
    line: str
    raw: str


def mark_of(analysis: Analysis) -> Mark:
    """Of an analysis of masked lines by rules alone: what a model words anew each time cannot be recognised."""
    raw = analysis.evidence[0].quote if analysis.evidence else ""
    if not raw.strip() and analysis.extracted:
        raw = min(analysis.extracted, key=lambda line: line.rank).text
    raw = whole(raw)
    line = normalised(raw)
    if not line:
        return Mark("", "", "")
    return Mark(
        sha256(f"{analysis.category.value}\n{line}".encode()).hexdigest()[:16], line, raw[:_MOST_CHARS]
    )


def normalised(line: str) -> str:
    line = line[: 4 * _MOST_CHARS]
    for pattern, word in _CHANGES:
        line = pattern.sub(word, line)
    return line.strip()[:_MOST_CHARS]


def whole(text: str) -> str:
    """Without half characters, which JSON can spell and no store takes."""
    return text.encode("utf-8", errors="replace").decode("utf-8")
