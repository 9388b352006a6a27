# ruff: noqa: E501  (a pattern that is cut in two is harder to read than a long one)
"""Signs that a line, or one near it, says why a pipeline failed. What each is worth is learned: see weights.py.

Each sign names literals, of which one stands in every line that shows it. They are looked for first, in the
lower-case line; the pattern is asked only where one was found.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import ahocorasick_rs


@dataclass(frozen=True, slots=True)
class Sign:
    """`pattern` is searched in the line as it is written; with `begins` it can match at the line's beginning only."""

    name: str
    literals: tuple[str, ...]
    pattern: re.Pattern[str] | None = None
    begins: bool = False


def _sign(name: str, *literals: str, pattern: str | None = None, begins: str | None = None) -> Sign:
    written = pattern or begins
    return Sign(name, literals, re.compile(written) if written else None, begins is not None)


SIGNS: tuple[Sign, ...] = (
    _sign("annotated", "##[error]", "::error"),
    _sign("job ended", "exit code", "job failed", "exit status", "non-zero", "exited with", "elifecycle", "command failed", "finished: failure", "build failed", "returned 1",
          pattern=r"(?i)exit code:? [1-9]|job failed|exit status [1-9]|non-zero|exited with (?:code |status )?[1-9]|elifecycle|command failed|finished: failure|build failed|returned 1\b"),
    _sign("step ended", "process completed with exit code", "the command \"", "marked build as failure", "done. your build exited"),
    _sign("says error first", "error", "err!", "fatal", "e  ", begins=r"^\W{0,4}(?:\S{1,40}[:>] )?\[?(?:(?i:error|fatal(?: error)?|err)|E)\]?(?:[:!\[(]|\s{2,}|\s[A-Z'\"/])"),
    _sign("error tag", "[error]", "[err]", "[fatal]", "error] ", begins=r"^\W{0,3}(?i:\[(?:error|err|fatal)\])"),
    _sign("error in a file", "error", pattern=r"(?i)[\w/\\)]\.?\w{0,12}[:(\[]\d+(?:[:,.]\d+)?[\])]?:?\s{0,3}(?:fatal )?error\b"),
    _sign("place in a file", ":", "line ", "(", pattern=r"[\w/\\\-]\.[A-Za-z]{1,12}(?::\d+|\(\d+[,)]|\", line \d+|:\[\d+)"),
    _sign("exception", "error", "exception", "failure", pattern=r"\b(?:[a-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Failure|Fault)\b"),
    _sign("exception said", "error", "exception", "failure", "exit", "interrupt", begins=r"^\W{0,8}(?:[A-Za-z_][\w$]*[.:]{1,2})*[A-Z]\w*(?:Error|Exception|Failure|Fault|Exit|Interrupt)\b(?: \[\w+\])?:\s?\S"),
    _sign("trace begins", "traceback", "goroutine ", "exception in", "caused by", "backtrace", "uncaught", "unhandled", "stack trace", "caught exception", "call stack"),
    _sign("frame", "at ", "file \"", "#", "from ", "more", "in ", begins=r"^\W{0,6}(?:at [\w$<./@]|File \"[^\"]+\", line \d|#\d+\s|\.\.\. \d+ more|from \S+:\d+:in|\[C\]: in|\S+\.\w+:\d+: in )"),
    _sign("panic", "panic", "aborted", "abort trap", "sigabrt", "sigsegv", "segmentation fault", "core dumped", "sigbus", "received signal", "sanitizer", "bus error", "illegal instruction"),
    _sign("test failed", "fail", "not ok", "✖", "✗", "✕", "×", "[-]", "●", "error",
          pattern=r"^\W{0,6}(?:--- )?FAIL(?:ED|URE)?\b|(?i:\.\.\.? ?(?:failed|failure|error)|<<< (?:failure|error)|\*\*\* failed|\bfailed\s*[!.]?\s*$)|^\W{0,4}not ok|^\s*[✖✗✕×●]|^\s*\[-\]|^\s*\d+\) [A-Z]|FAILED|FAILURE!"),
    _sign("failures begin", "failures", "failed tests", "failed examples", "test summary", "following tests failed", "errors ==", "what went wrong", "failing", "failed test", "summary of", begins=r"(?i)^\W{0,40}(?:failures|failed (?:tests|examples|test)|failing tests?|errors ==|short test summary|summary of all failing|the following tests failed|\d+ failing|\* what went wrong)"),
    _sign("assertion", "assert", "expected", "but was", "actual", "to equal", "did not equal", "mismatch", "received", "but got", "differ", "instead of", "should"),
    _sign("count of failures", "fail", "error", "problem", pattern=r"(?i)\b[1-9]\d*\s+(?:tests?\s+|of \d+ tests )?(?:failed|failures?|failing|errors?|problems?)\b|(?:failures?|errors?|failed)[:=]\s*[1-9]"),
    _sign("nothing failed", "0 fail", "0 error", "no error", "failures: 0", "errors: 0", "failed: 0", "without error", "error-", "errors=0", "error_", "-werror", "no problems", "failed=0", "0 problem"),
    _sign("missing", "not found", "no such", "cannot find", "could not find", "can't find", "does not exist", "doesn't exist", "unresolved", "unknown", "undefined", "undeclared", "cannot open", "no module", "couldn't find", "no rule", "not defined", "no rakefile", "missing", "not installed"),
    _sign("denied", "denied", "forbidden", "unauthorized", "403", "401", "not permitted", "authentication failed", "not accessible", "credentials", "not authorized", "dubious"),
    _sign("network", "timed out", "timeout", "time-out", "could not resolve", "connection refused", "connection reset", "failed to connect", "unable to connect", "502", "503", "504", "404", "max retries", "no route", "network is", "temporary failure", "unreachable", "unable to access", "failed to fetch", "failed to download", "eof"),
    _sign("out of room", "killed", "out of memory", "cannot allocate", "no space left", "oom", "heap space", "heap out", "disk quota"),
    _sign("stopped", "no output has been received", "been terminated", "cancelled", "canceled", "operation was", "took longer", "exceeded", "stalled", "lost communication", "giving up"),
    _sign("warning", "warn", "deprecat", "notice"),
    _sign("says error", "error"),
    _sign("says fail", "fail"),
    _sign("says cannot", "cannot", "could not", "unable", "can't", "couldn't", "not allowed", "refus"),
    _sign("says invalid", "invalid", "unexpected", "illegal", "incompatible", "conflict", "not supported", "unsupported", "bad ", "wrong", "mismatched", "ambiguous", "duplicate", "unrecognized", "malformed", "not a ", "must ", "too "),
    _sign("build tool gave up", "make: ***", "]: ***", "build stopped", "rake aborted", "npm err!", "execution failed for", "failed to execute", "error: aborting", "could not compile", "task failed", "compilation failed", "build failure", "test failures", "tests failed", "bazel", "recipe for target", "yarn run", "lerna err", "mix test", "cmake error", "configuring incomplete", "failed to solve"),
    _sign("difference", "-", "+", "@@", "<", ">", begins=r"^[+\-][^+\-]|^@@ |^(?:---|\+\+\+) \S|^[<>] |^\d+[acd]\d+"),
    _sign("command", "$ ", "+ ", begins=r"^(?:\$ |\++ )\S"),
    _sign("fetching", "download", "fetch", "install", "unpack", "setting up", "receiving", "get:", "selecting", "collecting", "extract", "resolving", "copying", "cloning", "using cached", "preparing"),
    _sign("passing", "ok", "pass", "✓", "√", "✔", "[+]", "success", "succeeded", pattern=r"(?i)\.\.\.? ?ok\b|\bok$|^\W{0,8}(?:ok|pass(?:ed)?)\b|\bpass(?:ed|ing|es)\b|[✓√✔]|\[\+\]|success|succeeded"),
    _sign("after the failure", "post job cleanup", "cleaning up", "after_failure", "after_script", "uploading", "archiv", "post-build", "save cache", "post run", "cleanup"),
    _sign("marker", "^", "~", begins=r"^[\s|>.:]*[\^~]+[\s\-^~]*\w{0,30}$"),
    _sign("advice", "usage:", "did you mean", "hint", "help:", "note:", "suggest", "please", "try ", "for more information", "see ", "re-run", "run '", "run `", "to fix"),
    _sign("raised", "raise ", "throw ", "thrown", "die ", "reason:", "cause:", "because", "details:", "message:"),
    _sign("retried", "retry", "retrying", "ignored", "ignoring", "allowed to fail", "skipp", "|| true", "allow_failure", "will be"),
    _sign("verdict of a lint", "rule", "lint", "style", "format", "prettier", "whitespace", "indent", "no-", "unused", "quotes", "semicolon", pattern=r"^\s*\d+:\d+\s+\S|(?i:lint|style|reformat|formatted|prettier|whitespace|indentation|\bno-\w+|unused|missing semi)"),
    _sign("code of an error", "error", "warning", "e0", "ts", "cs", "sc", "c2", "lnk", "w", pattern=r"\b(?:error|warning|fatal error)?\s?\[?(?:TS|CS|E0|SC|C|LNK|MSB|NU|CA|F|D|E|W)\d{3,5}\b[\]:]?"),
    _sign("shouts", "error", "fail", "fatal", "abort", "exception", "panic", "invalid", "missing", pattern=r"\b(?:ERROR|FAIL(?:ED|URE|URES)?|FATAL|ABORT(?:ED|ING)?|EXCEPTION|PANIC|INVALID|MISSING|CRITICAL)\b"),
    _sign("environment", "=", ": ", begins=r"^\s*(?:export )?[A-Z][A-Z0-9_]{2,40}(?:=|: )|^declare -x|^\s{2,}[a-z][\w\-]{1,30}: \S{0,60}$"),
    _sign("code", "if ", "fi", "echo", "def ", "function", "return", "import ", "{", "}", ";", "then", "else", "exit", begins=r"^\s*(?:if \[|fi\b|echo |then\b|else\b|def |function |return |import |from \S+ import|[{}]\s*[;,]?$|exit \d|done\b|for \w+ in|set -)"),
)  # fmt: skip


_MOST_CHARS = 600
BLANK, INDENTED, LONG, QUESTION = (1 << len(SIGNS) + place for place in range(4))
BITS = len(SIGNS) + 4
_LONG = 300
# Literals of one or two letters stand in nearly every line: asking each line for them is cheaper than finding them all.
_FEW_LETTERS = 2
_LITERALS: dict[str, int] = {}
for _number, _each in enumerate(SIGNS):
    for _literal in _each.literals:
        _LITERALS[_literal] = _LITERALS.get(_literal, 0) | 1 << _number
_SHORT = tuple((literal, mask) for literal, mask in _LITERALS.items() if len(literal) <= _FEW_LETTERS)
_LONGER = tuple((literal, mask) for literal, mask in _LITERALS.items() if len(literal) > _FEW_LETTERS)
_FINDER = ahocorasick_rs.AhoCorasick([literal for literal, _ in _LONGER])
_TESTS = {
    1 << number: sign.pattern.match if sign.begins else sign.pattern.search
    for number, sign in enumerate(SIGNS)
    if sign.pattern
}
_TESTED = sum(_TESTS)


def bits_of(lines: Sequence[str]) -> list[int]:
    """For each line: bit n where it shows SIGNS[n], and what is plain to see: blank, indented, long, ends with a colon.

    Of a long line its beginning is looked at.
    """
    heads = [line[:_MOST_CHARS] for line in lines]
    found = _candidates([head.lower() for head in heads])
    for number, (line, head) in enumerate(zip(lines, heads, strict=True)):
        if not line or line.isspace():
            found[number] = BLANK
            continue
        bits = found[number]
        tested = bits & _TESTED
        while tested:
            bit = tested & -tested
            tested ^= bit
            if not _TESTS[bit](head):
                bits ^= bit
        if line[0] in " \t":
            bits |= INDENTED
        if len(line) > _LONG:
            bits |= LONG
        if line.rstrip()[-1] == ":":
            bits |= QUESTION
        found[number] = bits
    return found


def _candidates(lowered: Sequence[str]) -> list[int]:
    """For each line the signs of which it holds a literal: one pass over all of them, however many literals there are."""
    found = []
    for line in lowered:
        bits = 0
        for literal, mask in _SHORT:
            if literal in line:
                bits |= mask
        found.append(bits)
    # Half characters are none that the automaton takes; each counts as one here and there.
    text = "\n".join(lowered).encode("utf-8", "replace").decode("utf-8")
    ends = list(accumulate(len(line) + 1 for line in lowered))
    number = 0
    for word, start, _ in _FINDER.find_matches_as_indexes(text, overlapping=True):
        while start >= ends[number]:
            number += 1
        found[number] |= _LONGER[word][1]
    return found
