"""What a log says besides its errors: which step failed, of which repository, which tests, where, and what was expected."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import ahocorasick_rs

from app.devops.extraction.priors import is_harmless
from app.devops.reading.clean_log import CleanLog, Section
from app.devops.reading.holding import holding

# Lines beyond this are data; what is looked for stands at their beginning.
_CHARS = 400
_END = re.compile(
    r"Process completed with exit code (\d+)|^ERROR: Job failed|^Finished: (?:FAILURE|ABORTED)"
    r"|^The command \".*\" (?:exited with|failed)"
)
_ERROR_MARK = "##[error]"
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
_PLACE = re.compile(
    r"(?<![\w@])((?:[A-Za-z]:)?[\w@.+\\/\[\]()-]{1,160}\.(?:pyi?|rs|go|[cm]?[jt]sx?|vue|svelte|java|kts?|scala|rb|php|cs|c|cc"
    r"|cpp|cxx|h|hpp|swift|m|mm|dart|exs?|erl|hs|ml|rst|md|mdx|ipynb|ya?ml|toml|json|tf|sh|gradle|txt|cmake|proto|css|scss"
    r"|html|snap|stderr|lock)(?![\w.])|(?:[\w./-]{0,80}/)?Dockerfile[\w.-]{0,30})(?::(\d{1,6})|\((\d{1,6})[,)]|, line (\d{1,6}))?"
)
_FOREIGN_PLACE = re.compile(
    r"site-packages|node_modules|/rustc/|dist-packages|/usr/(?:lib|local|include)|\.cargo/registry|/opt/|go/pkg/mod"
    r"|^\W{0,12}at (?:hudson|jenkins|org\.(?:jenkinsci|gradle|apache|junit|codehaus|springframework))\."
    r"|^\W{0,12}at (?:javax?|jdk|sun|groovy|scala|kotlin)\."
    r"|_temp/|hostedtoolcache|node:internal|miniconda|lib/python3|/lib/x86_64"
)
# Where runners check out: it says nothing of the file.
_WORKSPACE = re.compile(r"^/(?:home/runner/work|__w|builds)/[^/]+/[^/]+/")
_SUMMARY = re.compile(
    r"(^=+ ?.{0,80}\b\d+ (?:failed|errors?)\b.{0,120}|^Found \d+ errors?\b.{0,80}|^\s*Tests?:? +.{0,40}\b\d+ failed.{0,60}"
    r"|^\s*Summary \[.{0,20}\] .{0,20}tests run.{0,60}|\d+ of \d+ tests? failed|^test result: FAILED.{0,100}"
    r"|^Tests run: \d+, Failures: \d+.{0,60}|✖ \d+ problems? .{0,60}|\d+ tests? failed out of \d+|^\d+ examples?, \d+ failures?"
    r"|^\s+\d+ failing$|^\d+ files inspected.{0,60}|^#? ?fail [1-9]\d*$)"
)
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
_STEP_MARK = re.compile(r"^(?:Run |Starting: |travis_\w{1,12}:\S{1,60}?\s{0,3}\$ )")
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
    begin, end, step = _failed_step(log)
    inside = range(begin, end + 1)
    header = _header(lines, inside) if step else -1
    near = [*telling[:15], *(index for index in inside[-400:] if ":" in lines[index])]
    near += [index for index in inside[-_FINDINGS:] if _FILE_ALONE.match(lines[index][:_CHARS])]
    near = [index for index in near if index > header and _is_of_failure(lines[index])]
    told = [begin + index for index in holding([line[:_CHARS] for line in lines[begin : end + 1]], _TELLING)]
    told = told if len(told) <= 2 * _EACH_END else [*told[:_EACH_END], *told[-_EACH_END:]]
    tests = _innermost(_distinct(_tests(lines, told), most=_MOST))
    return Facts(
        begin, end, header, job_of(lines), step,
        repository=_repository(lines),
        exit_code=_first(_EXIT, lines, range(end, max(-1, end - 5), -1)),
        tests=tuple(tests),
        places=tuple(_longest(_distinct(_places(lines, near), most=_MOST))),
        summary=" ".join(_first(_SUMMARY, lines, reversed(told)).strip(" =.").split()),
        expected=_first(_EXPECTED, lines, _around(telling[:6], len(lines))),
        actual=_first(_ACTUAL, lines, _around(telling[:6], len(lines))),
        left=_first(_LEFT, lines, _around(telling[:6], len(lines))),
        right=_first(_RIGHT, lines, _around(telling[:6], len(lines))),
        hint=_hint(lines, [*_around(telling[:8], len(lines)), *reversed(inside[-60:])], header=header, step=step),
    )  # fmt: skip


def _failed_step(log: CleanLog) -> tuple[int, int, str]:
    lines = log.lines
    ends = [
        index for index, line in enumerate(lines) if "exit" in line or "ailed" in line or "FAILURE" in line
    ]
    end = _first_end(log, [index for index in ends if _END.search(lines[index][:_CHARS])])
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


def _places(lines: Sequence[str], near: Iterable[int]) -> Iterator[str]:
    for index in near:
        line = lines[index][:_CHARS].replace(_ERROR_MARK, "")
        if _FOREIGN_PLACE.search(line):
            continue
        if numbered := _LISTED.match(line):
            yield from (f"{path}:{numbered[1]}" for path in _above(lines, index))
        for found in _PLACE.finditer(line):
            number = found[2] or found[3] or found[4]
            path = found[1] if ")" in found[1] else found[1].rpartition("(")[2]
            path = _WORKSPACE.sub("", path)
            if number:
                yield f"{path}:{number}"
            elif _FILE_ALONE.match(line):
                yield path


# A finding that tells line and column only: its file stands above all findings of it.
_LISTED = re.compile(r"^\s+(\d{1,6}):\d{1,5}\s+(?:error|warning|✖|×|[A-Z]\d{3})\b")
_PATH = re.compile(r"^[^\s.]{0,200}(?:\.[^\s.]{0,200}){0,20}\.\w{1,8}$")
_FINDINGS = 60


# A list of files, as formatters print it; prettier calls each a warning.
_FILE_ALONE = re.compile(r"^\s*(?:\[warn\] )?[\w@.-]+(?:/[\w@.()\[\]-]+)+\.[A-Za-z]\w{0,7}$")


def _is_of_failure(line: str) -> bool:
    return not is_harmless(line) or _FILE_ALONE.match(line[:_CHARS]) is not None


def _above(lines: Sequence[str], index: int) -> Iterator[str]:
    for line in reversed(lines[max(0, index - _FINDINGS) : index]):
        if not _LISTED.match(line):
            path = line[:_CHARS].strip()
            if _PATH.match(path):
                yield _WORKSPACE.sub("", path)
            return


def _header(lines: Sequence[str], inside: range) -> int:
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


def _longest(places: Sequence[str]) -> list[str]:
    """Without those that another tells with more of its path."""
    return [
        place
        for place in places
        if not any(other != place and other.endswith(f"/{place}") for other in places)
    ]


def _around(indexes: Sequence[int], total: int) -> list[int]:
    return [at for index in indexes for at in range(max(0, index - 6), min(total, index + 16))]


def _first(pattern: re.Pattern[str], lines: Sequence[str], at: Iterable[int]) -> str:
    return next((found[1].strip() for index in at if (found := pattern.search(lines[index][:_CHARS]))), "")


def _distinct(found: Iterable[str], *, most: int) -> list[str]:
    return list(dict.fromkeys(found))[:most]
