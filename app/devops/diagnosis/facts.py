"""What a log says besides its errors: which step failed, of which repository, which tests, where, and what was expected."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import ahocorasick_rs

from app.devops.diagnosis.failed_step import failed_step, header_of, job_of
from app.devops.diagnosis.places import FILE_ALONE, FINDINGS, is_of_failure, longest, places
from app.devops.extraction.priors import is_harmless
from app.devops.reading.clean_log import CleanLog
from app.devops.reading.holding import holding

# Lines beyond this are data; what is looked for stands at their beginning.
_CHARS = 400
_EXIT = re.compile(r"(?:exit(?:ed with)? code:?|exit status|Error) (\d{1,3})\b")
_REPOSITORY = re.compile(
    r"(?:Syncing repository: |[Rr]epository: ?|git clone .{0,60}github\.com/|github\.com[:/])"
    r"([A-Za-z0-9][\w.-]{0,60}/[\w.-]{1,80}?)(?:\.git)?(?:[\s'\"/]|$)"
)
_TESTS = (
    re.compile(r"^(?:FAILED|ERROR) ([\w@./-]{2,200}::\S{1,200}(?:\[.{0,100}?\])?)(?: - |$)"),
    re.compile(r"^\s*--- FAIL: ([\w/.#=,:@+-]{1,160})"),
    re.compile(r"^test ([\w:<>./-]{2,160}) (?:- should panic )?\.\.\. (?:FAILED|mismatch|error)"),
    re.compile(r"^\s{0,20}FAIL \[[ \d.]{1,10}s\] (?:\([ \d/]{3,15}\) )?([\w:-]{1,80} [\w:<>-]{1,160})"),
    re.compile(r"^\s{0,8}● (?!Console|Cannot|Deprecation|Validation|Test suite)([^\s›].{0,160})$"),
    re.compile(r"^\s{0,8}(?:[❯×✕] |FAIL {1,2})(?:\|[\w@/-]{1,40}\| )?([\w@./()\[\]-]{3,160}\.[cm]?[jt]sx?(?: > .{1,160})?)"),
    re.compile(r"^\s{0,8}(?:✕|✖|×) (?!\d+ problems?\b|This env|.{1,80} did not run)([\w\"'`].{3,160}?)(?<!:)(?: \(\d+ ?m?s\))?$"),
    re.compile(r"^\s{0,8}\d{1,3}\) ([A-Za-z\[].{3,160})$"),
    re.compile(r"^rspec (\./\S{3,160})"),
    re.compile(r"^\[ERROR\] {1,4}([\w.$]{3,120}(?::\d{1,6}|\.\w{1,80}:\d{1,6}).{0,60})"),
    re.compile(r"^(?:FAIL|ERROR): (test\w{0,120} \([\w.]{3,160}\))"),
    re.compile(r"^([\w.$]{3,100} > [\w.$()\[\]:, -]{1,120}) FAILED$"),
    re.compile(r"^\[  FAILED  \] ([\w/]{1,100}\.[\w/]{1,100})"),
    re.compile(r"^not ok \d{1,6} (?:- )?(.{3,160})"),
)  # fmt: skip
# How a tool counts its failures: at the beginning of a line, or in the midst of one that has these words.
_SUMMARY = re.compile(
    r"(=+ ?.{0,80}\b\d+ (?:failed|errors?)\b.{0,120}|Found \d+ errors?\b.{0,80}|\s*Tests?:? +.{0,40}\b\d+ failed.{0,60}"
    r"|\s*Summary \[.{0,20}\] .{0,20}tests run.{0,60}|test result: FAILED.{0,100}|Tests run: \d+, Failures: \d+.{0,60}"
    r"|\d+ examples?, \d+ failures?|\s+\d+ failing$|\d+ files inspected.{0,60}|#? ?fail [1-9]\d*$)"
)
_COUNTED = re.compile(r"(\d+ of \d+ tests? failed|✖ \d+ problems? .{0,60}|\d+ tests? failed out of \d+)")
_COUNTED_WORDS = ("test failed", "tests failed", "problem")
# One of these stands in every line that names a failed test or counts failures.
_TELLING = ahocorasick_rs.AhoCorasick(
    [
        "FAIL", "fail", "Fail", "ERROR", "error", "... mismatch", "●", "❯", "×", "✕", "✖", "rspec ./", "not ok ", ") ",
        "inspected",
    ]
)  # fmt: skip
_EXPECTED = re.compile(
    r"^\s*(?:E +)?(?:Expected|expected|EXPECTED|want|Want)\b[\w ]{0,30}: {0,8}(\S.{0,160})$"
)
_ACTUAL = re.compile(
    r"^\s*(?:E +)?(?:Received|received|Actual|actual|got|Got|Returned|to equal|but was)\b[\w ]{0,30}: {0,8}(\S.{0,160})$"
)
# Rust and Elixir do not say which side a test wanted.
_LEFT, _RIGHT = (re.compile(rf"^\s*{side}: {{1,8}}(\S.{{0,160}})$") for side in ("left", "right"))
_TOOLS = (
    r"yarn|npm|pnpm|npx|bun|make|cargo|go|tox|nox|pre-commit|ruff|black|isort|uv|poetry|pip|bundle|rake|mvn|\./\w[\w./-]{0,40}"
    r"|gradle\w?|git|terraform|dotnet|deno|bazel|mix|composer|prettier|eslint"
)
# A command is advice where it stands in quotes after such a word, or at the end of a sentence that tells what it is for.
_HINT = re.compile(
    rf"\b(?:[Rr]un(?:ning)?|[Uu]se|[Tt]ry|with|via)\b[: ]{{1,3}}(?:[a-z]+ )?"
    rf"[`'\"](?P<quoted>(?:{_TOOLS}) [^`'\"\n]{{2,80}})[`'\"]"
    rf"|(?:\w+ \w+,?:? |[Pp]lease |[Tt]ry )(?:[Rr]un(?:ning)?|use):? "
    rf"(?P<bare>(?:{_TOOLS}) [^`'\"\n]{{2,80}}?)(?:[.:]?$| and | to )"
)
_HELP = re.compile(r"\bhelp\b|--help|--upgrade pip|^git config --global init")
_MOST = 40
# A log that fails on every line tells no more than its two ends.
_EACH_END = 1_500
_NOT_THE_PROJECT = ("actions/", "settings/", "runner-images", "travis-ci/")


@dataclass(frozen=True, slots=True)
class Facts:
    """Indexes count from 0 in the clean lines. `begin` to `end` is the step that failed, `end` the line that says so;
    up to `header` the runner shows the step's script, its shell and its variables.
    """

    begin: int
    end: int
    header: int = -1
    job: str = ""
    step: str = ""
    repository: str = ""
    exit_code: str = ""
    tests: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    summary: str = ""
    expected: str = ""
    actual: str = ""
    left: str = ""
    right: str = ""
    hint: str = ""

    def holds(self, index: int) -> bool:
        return self.begin <= index <= self.end


def facts_of(log: CleanLog, telling: Sequence[int]) -> Facts:
    """`telling`: indexes of the lines that matter, the most likely first."""
    lines = log.lines
    begin, end, step = failed_step(log)
    inside = range(begin, end + 1)
    header = header_of(lines, inside) if step else -1
    near = [*telling[:15], *(index for index in inside[-400:] if ":" in lines[index])]
    near += [index for index in inside[-FINDINGS:] if FILE_ALONE.match(lines[index][:_CHARS])]
    near = [index for index in near if index > header and is_of_failure(lines[index])]
    told = [begin + index for index in holding([line[:_CHARS] for line in lines[begin : end + 1]], _TELLING)]
    told = told if len(told) <= 2 * _EACH_END else [*told[:_EACH_END], *told[-_EACH_END:]]
    tests = _innermost(_distinct(_tests(lines, told), most=_MOST))
    return Facts(
        begin, end, header, job_of(lines), step,
        repository=_repository(lines),
        exit_code=_first(_EXIT, lines, range(end, max(-1, end - 5), -1)),
        tests=tuple(tests),
        places=tuple(longest(_distinct(places(lines, near), most=_MOST))),
        summary=" ".join(_summary(lines, reversed(told)).strip(" =.").split()),
        expected=_first(_EXPECTED, lines, _around(telling[:6], len(lines))),
        actual=_first(_ACTUAL, lines, _around(telling[:6], len(lines))),
        left=_first(_LEFT, lines, _around(telling[:6], len(lines))),
        right=_first(_RIGHT, lines, _around(telling[:6], len(lines))),
        hint=_hint(lines, [*_around(telling[:8], len(lines)), *reversed(inside[-60:])], header=header, step=step),
    )  # fmt: skip


def _repository(lines: Sequence[str]) -> str:
    for line in lines[:600]:
        named = _REPOSITORY.search(line[:_CHARS]) if "epository" in line or "github.com" in line else None
        if named and not named[1].startswith(_NOT_THE_PROJECT):
            return named[1]
    return ""


def _tests(lines: Sequence[str], inside: Iterable[int]) -> Iterator[str]:
    for index in inside:
        line = lines[index][:_CHARS]
        for pattern in _TESTS:
            if found := pattern.match(line):
                yield found[1].strip()
                break


def _hint(lines: Sequence[str], near: Iterable[int], *, header: int, step: str) -> str:
    """A command that the log advises; none that the step has just run, and none that only shows help."""
    for index in near:
        line = lines[index][:_CHARS]
        found = (
            _HINT.search(line)
            if index > header and not is_harmless(line) and not _SCRIPT.match(line)
            else None
        )
        command = (found["quoted"] or found["bare"]).strip(" .") if found else ""
        if command and command not in step and not _HELP.search(command):
            return command
    return ""


# What shows a script rather than speaks: a step, a command, an excerpt of a Dockerfile or of code.
_SCRIPT = re.compile(r"^\s*(?:Run |\$ |\+ |RUN |\[command\]|>|#\d+ \[|\d+ \||CMD |-{3,})")


def _innermost(tests: Sequence[str]) -> list[str]:
    """Without the tests that only hold another of these."""
    return [
        test for test in tests if not any(other != test and other.startswith(f"{test}/") for other in tests)
    ]


def _around(indexes: Sequence[int], total: int) -> list[int]:
    return [at for index in indexes for at in range(max(0, index - 6), min(total, index + 16))]


def _first(pattern: re.Pattern[str], lines: Sequence[str], at: Iterable[int]) -> str:
    return next((found[1].strip() for index in at if (found := pattern.search(lines[index][:_CHARS]))), "")


def _summary(lines: Sequence[str], at: Iterable[int]) -> str:
    for index in at:
        line = lines[index][:_CHARS]
        found = _SUMMARY.match(line) or (
            _COUNTED.search(line) if any(words in line for words in _COUNTED_WORDS) else None
        )
        if found:
            return found[1].strip()
    return ""


def _distinct(found: Iterable[str], *, most: int) -> list[str]:
    return list(dict.fromkeys(found))[:most]
