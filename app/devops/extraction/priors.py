# ruff: noqa: E501  (a pattern that is cut in two is harder to read than a long one)
"""What is known of single lines before anything is learned: which only wrap a failure, and which say it in words.

The logs that weights are learned from are few, and hold few of each platform's wrappers. Wrappers are the same in all logs
of a platform, so that they are named here instead of learned from a handful.
"""

import re
from collections.abc import Sequence

# Said by the platform, a launcher or a build tool around what failed: true of every failure, so that it explains none.
_WRAPPER = re.compile(
    r"^\W{0,3}(?:\[?error\]?\W{0,3})?(?:\[\w{1,12}\] ?)?(?:Process completed with exit code|Executing the custom container implementation failed|Step script exited with code"
    r"|The process '.{1,200}' failed with exit code|Job failed|Cleaning up|Post job cleanup|Build step '.{1,80}' marked build as failure"
    r"|Finished: |The command \".{1,300}\" exited with|Your build has been stopped|Done\. Your build exited|Command exited with|Got exit code|CircleCI received exit code|exit status \d|Error: Process completed)"
    r"|(?i:^\W{0,3}(?:error )?command failed with exit code \d+\.?$|^\W{0,3}exit code:? \d+$|^make(?:\[\d+\])?: \*\*\* |^ninja: build stopped|\bexited with(?: code| status| code exit status)? '?\d{1,3}\W{0,3}$)"
    r"|^npm (?:ERR!|error) (?:code ELIFECYCLE|errno \d|Exit status \d|Failed at the |Test failed\.|A complete log|This is probably not|Lifecycle script|path /|command (?:sh|bash|failed)|workspace |location )"
    r"|recipe for target '.{1,160}' failed|^\S{1,60}: exit status \d{1,3}$|^FAIL(?:\s+\S{1,160}\s+(?:\[.{1,40}\]|[\d.]{1,12}s))?$|^coverage: [\d.]{1,6}% |^# (?:fail|tests|pass)\s+\d+$|^\s*\d{1,6} failing$"
    r"|^\d{1,3}% tests passed, \d|^\d\d:\d\d \+\d.{0,60}: Some tests failed\.|ERROR: Analysis of target .{1,200} failed|^\s*(?:error: )?\d{1,3} errors? occurred:$"
    r"|^\s*(?:Error: Test failures|Execution halted)$|^ERROR: (?:LoadError: Some tests did not pass|Package \S{1,80} errored during testing)|^\s*Total: \d{1,6} \((?:UNKNOWN|LOW|MEDIUM|HIGH|CRITICAL): "
    r"|^\W{0,8}(?:YN0000: \W{0,4}Failed with errors in \d|Errors while running CTest$|Failure reason:$|\[ERROR\] Found \d{1,6} errors?\s*$)"
    r"|^\W{0,3}(?:error\W{1,3})?(?:BUILD FAILED|BUILD FAILURE|FAILURE: Build failed|Build failed|Total time: |\* What went wrong:|There were failing tests|COMPILATION ERROR|\(.{1,120}\) Compilation failed)"
)
# Advice that a tool gives after every failure.
_ADVICE = re.compile(
    r"^\W{0,4}(?:\[?ERROR\]?\W{0,3})?(?:Try:|Run with --(?:stacktrace|info|debug|scan)|Get more help at|\[Help \d\]|-> \[Help|To see the full stack trace|Re-run Maven|For more information about"
    r"|(?:npm (?:ERR!|error) ?)?(?:\[--?\w|Options:|Usage:|usage:|Run \"npm help|Clean install)|Additional logging details|You may (?:need|want) to|See (?:above|also|the report)\b|If you (?:think|believe|need|want)\b|Please (?:contact|check|see|refer|try))"
)
# What is no failure by its own word: warnings, the lower levels of a log, what was left out, tried again, or went well.
_HARMLESS = re.compile(
    r"^\W{0,4}(?:npm )?(?:warn|warning|WARN|WARNING|Warning(?! {2,}\w)|INFO|Info|DEBUG|Debug|TRACE|SKIP(?:PED)?|PASS(?:ED)?|ok|notice|NOTICE|XFAIL|remote:)\b|\b[A-Z]\w{0,40}Warning: |: [Ww]arning[: ]"
    r"|\blevel=(?:debug|info|warn\w{0,4})\b|\"level\": ?\"(?:debug|info|warn\w{0,4})\"|^[IW]\d{4} \d\d:\d\d|\s(?:DEBUG|TRACE|INFO)\s|^##\[(?:warning|notice)\]|[✓✔√]|(?i:\bretry(?:ing)?\b|\bwill be retried\b)|\bPASSED\b|\bSKIPPED\b|^\S{1,160} [.sx]{1,200}\s{1,80}\[ *\d{1,3}%\]$"
)
# Where this stands a warning is what failed, and says so by its own word all the same.
_WARNINGS_COUNT = re.compile(
    r"(?i)warnings? (?:\w+ )?(?:being )?treated as errors?|warning, treated as error|--?warnings?-as-errors|-Werror\b|aborted with \d+ warnings? in strict"
    r"|warnings? found\b.{0,40}(?:--max-warnings|deny)|too many warnings"
)
_WARNS = re.compile(r"^\W{0,4}(?:warn(?:ing)?)\b", re.IGNORECASE)
# What was tried again went on; the words of its failure are the loudest of the log.
_RETRIED = re.compile(
    r"^\W{0,4}(?:WARNING|WARN|Warning|warning)\W{1,3}(?:\d{1,3}: )?Retrying\b|\b[Rr]etrying in \d|\bwill retry in \d"
)
# What a runner or a shell prints of what it is about to do, or of where it is.
_STAGE = re.compile(
    r"^\s*(?:Run |Running |Finished |Executing |Starting |Uploading |Downloading |Writing |Emitting |PRINTING LOG|FINISHED PRINTING|shell: |with:$|env:$|\[command\]|\+{1,3} \S|\$ \S|##\[(?:group|endgroup|command|section)|Traceback \(most recent|During handling of"
    r"|The above exception|File \"|at \S+ ?\(|\.\.\. \d+ more|(?:#\d+|\d+:) 0x[0-9a-f]|::(?!error)[a-z-]+[ :]|-{5,}|={5,}|Line {3,9}\S|_{5,}|!{5,}|\^+\s*$|(?!ERROR|FATAL|CRITICAL|FAIL|PANIC|ABORT|EXCEPTION)[A-Z][A-Z0-9_]{2,40}[=:] )"
)
# Words of one's own: an exception with its message, an error of a compiler, an annotation, a signal, a failed test.
_SAID = re.compile(
    r"^\W{0,4}(?:[A-Za-z_][\w$]*(?:[.:]{1,2}[A-Za-z_][\w$]*)*)?(?:Error|Exception|Failure|Fault|Exit|Interrupt)(?: \[\w+\])?: \S"
    r"|[\w)]:? (?:fatal )?error:? ?(?:[A-Z]{1,4}\d{2,5})?: \S|\(\d{1,6}(?:,\d{1,6})?\): (?:fatal )?error [A-Z]{1,4}\d{2,5}: "
    r"|^(?:fatal|docker|curl|wget|tar|ssh|scp|bash|sh|conda|gpg|rsync|go|error): \S|^(?:CMake Error|CONFLICT \(|E: |ERROR:? |curl: \(|npm ERR! (?:code|network|notarget))"
    r"|^ {1,6}\d{1,6} {2,8}[A-Z]\S* .{15}"
    r"|(?i:received signal|\bSIG(?:SEGV|ABRT|BUS|KILL|INT|TERM|ILL|FPE)\b|segmentation fault|out of memory|no space left|is more than the .{1,40}(?:maximum|limit)|exceed(?:s|ed) the)"
)
_ANNOTATED = re.compile(r"^\W{0,3}\[error\]|^::error|^##\[error\]")
_ANNOTATION = re.compile(r"::error|##\[error\]")
_CHARS = 400
WRAPPED, RETRIED, STAGED, ADVISED, HARMLESS, SAID, ANNOTATED = -3.0, -3.0, -1.2, -1.0, -1.5, 0.9, 0.9
# The rest of a sentence, a line that was there before but for its numbers, and an annotation right after another.
CONTINUED, REPEATED, FOLLOWING = -2.0, -3.0, -1.5
# So many of the likeliest lines are looked at; so near annotations are of one failure.
_PREFERRED, _NEAR = 200, 3
_VARYING = re.compile(r"\d+|^##\[error\]")
_SENTENCE = re.compile(r"[a-z]+ [\w ,'-]{8,}")
_SENTENCE_CHARS = 30


def prior(line: str) -> float:
    """What to add to a line's log-odds of being the one that says why."""
    line = line[:_CHARS]
    if _WRAPPER.search(line):
        return WRAPPED
    if _RETRIED.search(line):
        return RETRIED
    if _STAGE.match(line):
        return STAGED
    if _ADVICE.match(line):
        return ADVISED
    if _HARMLESS.search(line):
        return HARMLESS
    return (SAID if _SAID.search(line) else 0.0) + (ANNOTATED if _ANNOTATED.match(line) else 0.0)


def is_wrapper(line: str) -> bool:
    """Whether the line only says that something failed, or how a step ended."""
    return _WRAPPER.search(line[:_CHARS]) is not None


def explains(line: str) -> bool:
    """Whether the line may say why, rather than wrap, show, advise or warn."""
    return prior(line) >= 0.0


def is_harmless(line: str) -> bool:
    """Whether the line says of itself that it is no failure: a warning, a test that passed, a lower level of a log."""
    return _HARMLESS.search(line[:_CHARS]) is not None


def prefer(lines: Sequence[str], peak: dict[int, float]) -> None:
    """Change the log-odds of the likely lines by what is known beforehand; it makes no unlikely line likely."""
    likely = sorted(peak, key=lambda index: -peak[index])[:_PREFERRED]
    annotated = -_NEAR - 1
    strict = any(_WARNINGS_COUNT.search(lines[index][:_CHARS]) for index in likely)
    for index in sorted(likely):
        peak[index] += SAID if strict and _WARNS.match(lines[index]) else prior(lines[index])
        if _continues(lines, index):
            peak[index] += CONTINUED
        if _ANNOTATION.match(lines[index]) and not is_wrapper(lines[index]):
            if index - annotated <= _NEAR:
                peak[index] += FOLLOWING
            annotated = index
    seen: set[str] = set()
    for index in sorted(likely, key=lambda index: (-peak[index], index)):
        kind = _VARYING.sub("#", lines[index][:_CHARS]).strip(" #")
        if kind in seen:
            peak[index] += REPEATED
        seen.add(kind)


def _continues(lines: Sequence[str], index: int) -> bool:
    """Whether the line goes on with a sentence of the line before, as prose that was broken does."""
    before = lines[index - 1][:_CHARS].rstrip() if index else ""
    return (
        len(before) > _SENTENCE_CHARS
        and (before[-1].isalnum() or before[-1] == ",")
        and " " in before.strip()
        and _SENTENCE.match(lines[index]) is not None
    )
