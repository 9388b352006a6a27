# ruff: noqa: E501  (a pattern that is cut in two is harder to read than a long one)
"""Recognises a log that was cut: by the platform, which says so, or somewhere on its way here."""

import re
from collections.abc import Sequence

from app.devops.reading.clean_log import Platform

_SAID = re.compile(
    r"(?i)job'?s log exceeded limit of|log length has exceeded the limit|exceeded the maximum log length"
    r"|output (?:is )?(?:too large|clipped)|log limit .{1,20} reached|this step has been truncated|log (?:was|has been) truncated"
    r"|\btruncated (?:because|due to|to (?:the )?(?:first|last))|\.\.\. ?\[?(?:\d+|some|many) (?:more )?(?:lines?|bytes) (?:truncated|omitted|skipped|removed)"
    r"|^\W{0,5}(?:log )?truncated\W{0,5}$|\[\.\.\. ?truncated|<(?:output |log )?truncated>"
)
_LITERALS = ("exceeded", "truncated", "too large", "clipped", "log limit", "omitted", "skipped", "removed")
_INSIDE = re.compile(r"\s{2,}at \S|\s{2,}\.\.\. \d+ more|\s+File \"[^\"]+\", line \d+|\s*\^+\s*$|\tat \S")
_FIRST = 3


def how_cut(lines: Sequence[str], *, text: str, platform: Platform, ends: bool) -> str:
    """A sentence that says how one sees it; empty for a log that looks whole. ends: the last line is the log's last."""
    lowered = text.lower()
    for literal in _LITERALS:
        at = lowered.find(literal)
        for _ in range(_FIRST):
            if at < 0:
                break
            begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
            line = text[begin : end if end >= 0 else len(text)][:1_000]
            if _SAID.search(line):
                return f"The log says that it was cut: {line.strip()[:160]!r}."
            at = lowered.find(literal, at + 1)
    first = next((line for line in lines if line.strip()), "")
    if _INSIDE.match(first):
        return "The log begins inside a trace: what stood before it is missing."
    if ends and platform is Platform.GITHUB and not _finished(lines):
        return "The log ends before the job does: no step says that it completed."
    return ""


_LAST = 400
_ENDS = (
    "##[error]",
    "Cleaning up orphan processes",
    "Post job cleanup",
    "completed with exit code",
    "Job succeeded",
    "Uploading",
)


def _finished(lines: Sequence[str]) -> bool:
    return any(end in line for line in lines[-_LAST:] for end in _ENDS)
