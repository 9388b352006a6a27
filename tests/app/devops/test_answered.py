"""The caller gets back the lines that were extracted, as they were, and is told what was masked on the way."""

from app.devops.service import DevopsService, Failure
from app.devops.signatures import SignatureLibrary

LOG = [
    "2026-04-22T16:11:55.1Z ##[group]Run deploy",
    *(f"2026-04-22T16:11:55.1Z step {number}" for number in range(200)),
    "2026-04-22T16:11:56.9Z Error: cannot log in to db.example with --password hunter2again",
    "2026-04-22T16:11:56.9Z ##[error]Process completed with exit code 1.",
]


def test_extracted_lines_come_back_as_they_were_and_masked_kinds_are_counted() -> None:
    service = DevopsService(SignatureLibrary.of([]), log_bytes=1_000_000)
    answer = service.analyze_text("\n".join(LOG), Failure(budget_lines=50))
    first = answer.extracted[0]
    assert (first.line, first.rank) == (202, 1)
    assert first.text == "Error: cannot log in to db.example with --password hunter2again"
    assert len(answer.extracted) <= 50
    assert [(one.kind, one.count) for one in answer.redactions] == [("password", 1)]


def test_a_green_log_of_the_same_job_counts() -> None:
    service = DevopsService(SignatureLibrary.of([]), log_bytes=1_000_000)
    usual = ["error: cannot find cache, going on"] * 3
    lines = [
        *usual,
        *LOG[:100],
        "error: scheduler lost its lease",
        "worker failed to give back 3 parts",
        *LOG[-1:],
    ]
    answer = service.analyze_text("\n".join(lines), Failure(passing_log="\n".join([*usual, *LOG[:100]])))
    assert {104, 105} <= {one.line for one in answer.extracted}
    assert not {1, 2, 3} & {one.line for one in answer.extracted}
