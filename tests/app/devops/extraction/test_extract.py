"""The lines that say why, ranked, within the budget, numbered as in the log that was given."""

from collections.abc import Iterable, Sequence

import pytest

from app.devops.extraction.extract import extract
from app.devops.extraction.finder import Extracted, Hit
from app.devops.extraction.passing import forms, is_new
from app.devops.reading.clean_log import EMPTY, CleanLog
from app.devops.reading.read import read_log
from app.kernel.redaction import Redactor

STAMP = "2026-04-22T16:11:56.9997008Z "
NOISE = [f"Collecting package-{number}" for number in range(300)]
TRACE = [
    "Traceback (most recent call last):",
    '  File "/srv/app/main.py", line 3, in <module>',
    "    import missing_thing",
    "ModuleNotFoundError: No module named 'missing_thing'",
]
END = ["##[error]Process completed with exit code 1.", "Post job cleanup.", "Cleaning up orphan processes"]


def read(lines: Iterable[str]) -> CleanLog:
    return read_log("\n".join(STAMP + line for line in lines), redactor=Redactor())


def numbers(found: Sequence[Extracted]) -> list[int]:
    return [one.line for one in found]


def test_finds_a_whole_traceback_with_its_message_among_the_first() -> None:
    found = extract(read([*NOISE, *TRACE, *NOISE[:5], *END]), budget_lines=50)
    assert {301, 302, 303, 304} <= set(numbers(found))
    assert 304 in numbers(found)[:3]
    assert [one.rank for one in found] == list(range(1, len(found) + 1))
    assert all(one.text for one in found[:5])


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (["src/x.c:14:9: error: 'count' undeclared (first use in this function)", "   14 |  count++;", "      |  ^~~~~"], 0),
        (["--- FAIL: TestParse (0.01s)", "    parse_test.go:41: got 3, want 4", "FAIL"], 1),
        (["npm ERR! code ERESOLVE", "npm ERR! ERESOLVE unable to resolve dependency tree"], 1),
        (["error[E0308]: mismatched types", " --> src/lib.rs:5:5"], 0),
        (["[ERROR] /src/A.java:[3,13] cannot find symbol", "[ERROR]   symbol: class B"], 0),
    ],
)  # fmt: skip
def test_finds_what_other_tools_say(block: list[str], message: int) -> None:
    found = extract(read([*NOISE, *block, *END]), budget_lines=50)
    assert 301 + message in numbers(found)[:5]


@pytest.mark.parametrize("budget", [1, 7, 50, 200])
def test_keeps_within_the_budget_and_names_no_line_twice(budget: int) -> None:
    found = extract(read([*NOISE, *(TRACE * 40), *END]), budget_lines=budget)
    assert 0 < len(found) <= budget
    assert len(set(numbers(found))) == len(found)


def test_fills_a_large_budget_but_not_a_small_one() -> None:
    log = read([*NOISE, *TRACE, *END])
    assert len(extract(log, budget_lines=200)) > len(extract(log, budget_lines=50))


def test_with_a_green_log_tells_what_is_new() -> None:
    noisy = ["error: could not find cache entry, continuing", *NOISE, "WARNING: 3 errors ignored"]
    new = ["scheduler stopped after 14 s", *TRACE]
    green = read([*noisy, *END[1:]])
    for passing in (green, forms(green.lines)):
        found = extract(read([*noisy, *new, *END]), budget_lines=50, passing=passing)
        assert {305, 306} <= set(numbers(found))
        assert 1 not in numbers(found)


def test_with_a_green_log_leaves_out_what_only_differs_from_run_to_run() -> None:
    green = read([*NOISE, *END[1:]])
    progress = [f"Progress (1): {part / 10} of 12 MB" for part in range(120)]
    home = "Temporarily overriding HOME='/opt/runner/_temp/{}' before changes"
    lines = [*NOISE[:250], *progress, *NOISE[250:], "loading the plan", *TRACE, *END]
    found = extract(read(lines), budget_lines=200, passing=green)
    assert set(range(421, 426)) <= set(numbers(found))
    assert not set(range(251, 371)) & set(numbers(found))
    one, other = ("df99e90f-cb97-4b55-ba34-2585fd34af5b", "3a476d41-b44f-42f1-a830-831cd2035d90")
    known = forms([home.format(one)])
    assert is_new([home.format(other), "another line"], known) == [False, True]


NPM = ["npm ERR! code ELIFECYCLE", "npm ERR! errno 1", "npm ERR! Failed at the shop@1.0.0 test script."]
GO = ["FAIL", "FAIL\tgithub.com/acme/shop/price\t0.178s", "coverage: 20.8% of statements in ./..."]
ACTION = ["##[error]The deployment did not run because of an error, look at the settings", END[0]]
MAKE = ["make[1]: *** [main.o] Error 1", "Makefile:52: recipe for target 'all' failed"]


@pytest.mark.parametrize(
    ("cause", "around"),
    [
        ("Error: Cannot find module './lib/price'", NPM),
        ("price_test.go:75: expected 1790, got 1800", GO),
        ("##[error]The key 'region' is missing in settings.toml", ACTION),
        ("src/main.c:4:9: error: expected ';' before 'return'", MAKE),
    ],
)
def test_ranks_what_says_why_above_what_wraps_it(cause: str, around: list[str]) -> None:
    found = extract(read([*NOISE, cause, *around]), budget_lines=50)
    assert found[0].text == cause


def test_a_warning_or_a_retry_is_not_the_cause() -> None:
    quiet = [
        "app/report.py:156: UserWarning: Error uploading metric: unable to find credentials",
        'time="2026-05-06T19:53:21Z" level=debug msg="fetch failed: unauthorized error"',
        "curl: error 28: timed out, retrying in 5 seconds",
    ]
    found = extract(read([*quiet, *NOISE, *TRACE, *quiet, *END]), budget_lines=50)
    assert found[0].line == 307


def test_takes_the_few_lines_between_two_that_belong() -> None:
    block = [
        '#72 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2',
        "------",
        " > [build 4/7] RUN make:",
        "0.149 main.c:4: error: expected ';'",
        "------",
    ]
    found = extract(read([*NOISE, *block, *END]), budget_lines=50)
    kept = [number for number in numbers(found) if 301 <= number <= 305]
    assert {301, 304} <= set(kept) and {302, 303} <= set(kept)


def test_a_known_fault_comes_first() -> None:
    class Known:
        def find(self, lines: Sequence[str]) -> Iterable[Hit]:
            return [Hit(lines.index("odd words nobody would look at"), 1.0, slice(10, 12))]

    lines = [*NOISE[:10], "odd words nobody would look at", "and what they mean", *NOISE, *TRACE, *END]
    found = extract(read(lines), budget_lines=50, signatures=Known())
    assert {11, 12} <= set(numbers(found))
    assert 11 in numbers(found)[:5]


def test_answers_for_logs_with_nothing_in_them() -> None:
    assert extract(EMPTY, budget_lines=50) == []
    assert numbers(extract(read([""]), budget_lines=50)) == [1]
    assert extract(read(TRACE), budget_lines=0) == []


@pytest.mark.parametrize(
    "hostile",
    ["error " * 300_000, "error\n" * 300_000, "\n" * 500_000, "a.b:1: error\n" * 60_000, "E   " * 300_000],
)
def test_bears_a_hostile_log(hostile: str) -> None:
    assert len(extract(read_log(hostile, redactor=Redactor()), budget_lines=50)) <= 50


def test_of_a_long_list_of_findings_the_beginning_is_taken() -> None:
    listed = [
        f'src/part_{number}.py:{number}: error: Module has no attribute "a{number}"  [attr-defined]'
        for number in range(400)
    ]
    found = extract(
        read([*NOISE, *listed, "Found 400 errors in 400 files (checked 900 source files)", *END]),
        budget_lines=50,
    )
    kept = [number for number in numbers(found) if 301 <= number <= 700]
    assert 301 in kept and sum(number <= 330 for number in kept) > len(kept) / 2
