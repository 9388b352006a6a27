"""Which step of a job failed: where it begins and ends in the log, its name, the job's, and what is shown before it runs."""

import re
from collections.abc import Sequence

from app.devops.reading.clean_log import CleanLog, Section

# Lines beyond this are data; what is looked for stands at their beginning.
_CHARS = 400
_COMPLETED = re.compile(r"Process completed with exit code \d")
_END = re.compile(
    r"ERROR: Job failed|Finished: (?:FAILURE|ABORTED)|The command \".*\" (?:exited with|failed)"
)
_ERROR_MARK = "##[error]"
_STEP_MARK = re.compile(r"^(?:Run |Starting: |travis_\w{1,12}:\S{1,60}?\s{0,3}\$ )")


def failed_step(log: CleanLog) -> tuple[int, int, str]:
    lines = log.lines
    ends = [
        index for index, line in enumerate(lines) if "exit" in line or "ailed" in line or "FAILURE" in line
    ]
    end = _first_end(log, [index for index in ends if _ends(lines[index][:_CHARS])])
    if end is None:
        end = next(
            (index for index in range(len(lines) - 1, -1, -1) if _ERROR_MARK in lines[index][:40]),
            len(lines) - 1,
        )
    number = log.numbers[end]
    before = [section for section in log.sections if section.line <= number]
    section = next((found for found in reversed(before) if found.name.startswith("Run ")), None) or _last(
        before
    )
    begin = next((index for index, at in enumerate(log.numbers) if at >= section.line), 0) if section else 0
    return min(begin, end), end, _STEP_MARK.sub("", section.name).strip() if section else ""


def _first_end(log: CleanLog, ends: Sequence[int]) -> int | None:
    """Where the first failed step ends: at the last such line before another step begins, as anybody may print one."""
    if not ends:
        return None
    number = log.numbers[ends[0]]
    following = next(
        (found.line for found in log.sections if found.line > number and found.name.startswith("Run ")), None
    )
    return max(end for end in ends if following is None or log.numbers[end] < following)


def _last(sections: Sequence[Section]) -> Section | None:
    return sections[-1] if sections else None


def job_of(lines: Sequence[str]) -> str:
    """As GitHub's runner tells it at the log's beginning; empty where nobody does."""
    return next(
        (
            line.partition("Complete job name: ")[2]
            for line in lines[:600]
            if line.startswith("Complete job name: ")
        ),
        "",
    )


def header_of(lines: Sequence[str], inside: range) -> int:
    """The last line of what GitHub shows of a step before it runs; -1 where there is nothing of it."""
    shell = next((index for index in inside[:_HEADER_LINES] if lines[index].startswith("shell: ")), None)
    if shell is None:
        return -1
    return next(
        (
            index
            for index in range(shell, min(shell + _HEADER_LINES, inside.stop))
            if not lines[index].strip()
        ),
        shell,
    )


_HEADER_LINES = 200


def _ends(line: str) -> bool:
    """Asked of every line that speaks of a failure: literals before patterns, and no pattern tried in the midst of a line."""
    return ("Process completed" in line and _COMPLETED.search(line) is not None) or (
        line.startswith(("ERROR: ", "Finished: ", "The command ")) and _END.match(line) is not None
    )
