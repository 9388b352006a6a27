# ruff: noqa: E501  (a pattern that is cut in two is harder to read than a long one)
"""What is known of single lines before anything is learned: which only wrap a failure, and which say it in words.

The logs that weights are learned from are few, and hold few of each platform's wrappers. Wrappers are the same in all logs
of a platform, so that they are named here instead of learned from a handful.
"""

import re
from collections.abc import Sequence

# Said by the platform or a launcher around what failed: true of every failure, so that it explains none.
_WRAPPER = re.compile(
    r"^\W{0,3}(?:\[?error\]?\W{0,3})?(?:\[\w{1,12}\] ?)?(?:Process completed with exit code|Executing the custom container implementation failed|Step script exited with code"
    r"|The process '.{1,200}' failed with exit code|Job failed|Cleaning up|Post job cleanup|Build step '.{1,80}' marked build as failure"
    r"|Finished: |The command \".{1,300}\" exited with|Your build has been stopped|Done\. Your build exited|Command exited with|Got exit code|exit status \d|Error: Process completed)"
    r"|(?i:^\W{0,3}(?:error )?command failed with exit code \d+\.?$|^\W{0,3}exit code:? \d+$|^make(?:\[\d+\])?: \*\*\* |^ninja: build stopped)"
)
# What a runner or a shell prints of what it is about to do, or of where it is.
_STAGE = re.compile(
    r"^\s*(?:Run |Running |Finished |Executing |Starting |Uploading |Downloading |Writing |Emitting |PRINTING LOG|FINISHED PRINTING|shell: |with:$|env:$|\[command\]|\+{1,3} \S|\$ \S|##\[(?:group|endgroup|command|section)|Traceback \(most recent|During handling of"
    r"|The above exception|File \"|at \S+ ?\(|\.\.\. \d+ more|-{8,}|={8,}|\^+\s*$|[A-Z][A-Z0-9_]{2,40}[=:] )"
)
# Words of one's own: an exception with its message, an error of a compiler, an annotation, a signal, a failed test.
_SAID = re.compile(
    r"^\W{0,4}(?:[A-Za-z_][\w$]*(?:[.:]{1,2}[A-Za-z_][\w$]*)*)?(?:Error|Exception|Failure|Fault|Exit|Interrupt)(?: \[\w+\])?: \S"
    r"|[\w)]:? (?:fatal )?error:? ?(?:[A-Z]{1,4}\d{2,5})?: \S|\(\d{1,6}(?:,\d{1,6})?\): (?:fatal )?error [A-Z]{1,4}\d{2,5}: "
    r"|^(?:fatal|docker|curl|wget|tar|ssh|scp|bash|sh|conda|gpg|rsync|go|error): \S|^(?:CMake Error|CONFLICT \(|E: |ERROR:? |curl: \(|npm ERR! (?:code|network|notarget))"
    r"|(?i:received signal|\bSIG(?:SEGV|ABRT|BUS|KILL|INT|TERM|ILL|FPE)\b|segmentation fault|out of memory|no space left|is more than the .{1,40}(?:maximum|limit)|exceed(?:s|ed) the)"
)
_ANNOTATED = re.compile(r"^\W{0,3}\[error\]|^::error|^##\[error\]")
_CHARS = 400
WRAPPED, STAGED, SAID, ANNOTATED = -2.0, -1.2, 0.9, 0.9


def prior(line: str) -> float:
    """What to add to a line's log-odds of being the one that says why."""
    line = line[:_CHARS]
    if _WRAPPER.search(line):
        return WRAPPED
    if _STAGE.match(line):
        return STAGED
    return (SAID if _SAID.search(line) else 0.0) + (ANNOTATED if _ANNOTATED.match(line) else 0.0)


def priors(lines: Sequence[str], indexes: Sequence[int]) -> dict[int, float]:
    """By index; only where there is anything to add."""
    found = {index: prior(lines[index]) for index in indexes}
    return {index: value for index, value in found.items() if value}
