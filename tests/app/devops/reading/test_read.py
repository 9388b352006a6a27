# ruff: noqa: E501  (a log line that is cut in two is none)
"""What a platform puts around lines goes, numbers stay those of the log as given, and length costs no memory."""

import codecs
import json

import pytest

from app.devops.reading.clean_log import CleanLog, Platform
from app.devops.reading.masking import log_redactor
from app.devops.reading.read import read_log
from app.kernel.redaction import Redactor
from tests.app.kernel.redaction.planted import planted


def read(log: str) -> CleanLog:
    return read_log(log, redactor=Redactor())


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("2026-04-22T16:11:56.9997008Z ##[error]Process completed with exit code 1.", "##[error]Process completed with exit code 1."),
        ("2026-04-22T16:11:56.9997008Z ##[group]Run make", "Run make"),
        ("build\tRun tests\t2026-04-22T16:11:56.9Z FAIL x", "FAIL x"),
        ("2026-04-22T16:11:56.999Z 01E make: *** [all] Error 2", "make: *** [all] Error 2"),
        ("section_start:1560896352:step\r\x1b[0K\x1b[36;1mRunning step\x1b[0;m", "Running step"),
        ("travis_time:end:1:start=1\r\x1b[0K\x1b[31;1mThe command exited with 1.\x1b[0m", "The command exited with 1."),
        ("travis_time:end:1:start=1\x1b[0Ktravis_fold:end:test.2\x1b[0K\x1b[31;1mThe command exited with 1.\x1b[0m", "The command exited with 1."),
        ("section_end:1560896352:step\x1b[0K\x1b[31;1mERROR: Job failed\x1b[0;m", "ERROR: Job failed"),
        ("[2026-04-22T16:11:56.999Z] + make test", "+ make test"),
        ("\x1b[8mha:////4Abc==\x1b[0mFinished: FAILURE", "Finished: FAILURE"),
        ("2026-04-22T16:11:56.999999999Z stderr F panic: boom", "panic: boom"),
        ("2026/04/22 16:11:56 dial tcp: refused", "dial tcp: refused"),
        ("10%\r50%\r100%\r", "100%"),
        ("\ufefffirst", "first"),
        ("^[[31mFAILED^[[0m x", "FAILED x"),
        ("[36;1mcat x[0m", "cat x"),
        ("wait [5m] for it", "wait [5m] for it"),
        ("-- Configuring 3.2.1", "-- Configuring 3.2.1"),
    ],
)  # fmt: skip
def test_takes_off_what_the_platform_put_on(raw: str, clean: str) -> None:
    assert list(read(raw).lines) == [clean]


def test_reads_messages_out_of_docker_s_json_lines() -> None:
    raw = "\n".join(
        json.dumps({"log": f"{word}\n", "stream": "stdout"}, separators=(",", ":")) for word in ("one", "two")
    )
    assert list(read(raw).lines) == ["one", "two"]


def test_numbers_count_line_feeds_and_nothing_else() -> None:
    log = read("one\r\ntwo\x0cstill two\x85and\u2028two\rtwo\nthree\n")
    assert (list(log.numbers), log.lines[2], log.total_lines) == ([1, 2, 3, 4], "three", 4)


def test_knows_the_platform_and_its_sections() -> None:
    log = read(
        "2026-04-22T16:11:56.9Z ##[group]Run make\n2026-04-22T16:11:56.9Z ok\n2026-04-22T16:11:57.9Z ##[group]Run ls"
    )
    assert log.platform is Platform.GITHUB
    assert [(section.line, section.name) for section in log.sections] == [(1, "Run make"), (3, "Run ls")]


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (
            "a\nJob's log exceeded limit of 4194304 bytes.\nJob execution will continue",
            "says that it was cut",
        ),
        ("a\n... 1200 lines truncated ...\nb", "says that it was cut"),
        ("    at app.js:12\nError: x", "begins inside a trace"),
        ("##[group]Run make\ncompiling", "ends before the job"),
    ],
)
def test_says_that_a_log_is_cut(log: str, words: str) -> None:
    assert words in read(log).truncation


def test_takes_no_talk_of_truncation_for_a_cut_log() -> None:
    assert (
        read(
            "##[group]Run x\nTRUNCATE TABLE a\nold file truncated\n##[error]Process completed with exit code 1."
        ).truncation
        == ""
    )


def test_masks_lines_and_the_names_of_sections() -> None:
    redactor = Redactor()
    log = read_log("##[group]Run deploy --password hunter2again\nok", redactor=redactor)
    assert log.lines[0] == log.sections[0].name == "Run deploy --password [REDACTED:password:1]"
    assert "hunter2again" in redactor.restore(log.lines[0])


def test_reads_a_stream_as_it_reads_the_whole() -> None:
    text = "".join(f"2026-04-22T16:11:56.9Z línea {number} of the log\n" for number in range(50_000))
    raw = text.encode()
    whole = read(text)
    streamed = read_log((raw[at : at + 70_001] for at in range(0, len(raw), 70_001)), redactor=Redactor())
    assert streamed == whole
    assert whole.lines[49_999] == "línea 49999 of the log"


def test_reads_utf_16_with_its_mark() -> None:
    assert list(read_log([codecs.BOM_UTF16_LE + "é\nb".encode("utf-16-le")], redactor=Redactor()).lines) == [
        "é",
        "b",
    ]


def test_keeps_what_is_eventful_of_a_log_too_long_to_keep() -> None:
    lines = [f"compiling part {number} of the whole" for number in range(200_000)]
    lines[100_000] = "src/x.c:3:5: error: expected ';'"
    log = read("\n".join(lines))
    place = list(log.numbers).index(100_001)
    assert log.lines[place] == lines[100_000]
    assert (log.numbers[0], log.numbers[-1], log.total_lines) == (1, 200_000, 200_000)
    assert len(log.lines) < 10_000 and not log.whole


@pytest.mark.parametrize("hostile", ["x" * 10_000_000, "\n" * 3_000_000, "error\n" * 500_000, "\r" * 2_000_000, "\x1b[" * 500_000,
                                     " \r" * 1_000_000, "a\t" * 500_000, "2026-01-01T00:00:00" * 100_000])  # fmt: skip
def test_bears_a_hostile_log(hostile: str) -> None:
    log = read(hostile)
    assert log.total_lines == hostile.count("\n") + 1
    assert sum(map(len, log.lines)) < 7_000_000


def test_secrets_are_found_in_one_pass_as_they_are_one_by_one() -> None:
    text = "\n".join(plant.lines for plant in planted(seed=3)) + "\nİ \ud800 BEARER Zm9vYmFyMTIzNDU2Nzg5"
    assert log_redactor().redact(text) == Redactor().redact(text)
