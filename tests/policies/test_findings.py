"""Findings are explained one by one; a scanner that sees nothing is a failure, not a pass."""

import pytest

from scripts.policies.__main__ import explain, without_planted
from scripts.policies.scanner import Finding, Report, ScannerFailed, report
from scripts.policies.skips import SKIPS, Skip

FOUND = Finding("CKV_1", "All is well", "aws_thing.one")


def test_a_finding_is_explained_only_in_its_stack_and_for_its_resource():
    skip = Skip("CKV_1", "aws_thing.*", "because", ("dev",))
    assert explain([FOUND], stack="dev", skips=[skip]) == ([], [(skip, [FOUND])])
    assert explain([FOUND], stack="prod", skips=[skip])[0] == [FOUND]
    elsewhere = Finding("CKV_1", "All is well", "aws_other.one")
    assert explain([elsewhere], stack="dev", skips=[skip])[0] == [elsewhere]


def test_a_scan_that_misses_the_planted_fault_is_a_failure():
    with pytest.raises(ScannerFailed, match="planted"):
        without_planted(Report((FOUND,), 100), "kubernetes")
    planted = Finding("CKV_K8S_16", "Privileged", "Pod.planted.planted")
    assert without_planted(Report((FOUND, planted), 100), "kubernetes") == (FOUND,)


@pytest.mark.parametrize(
    "summary", [{}, {"parsing_errors": 1, "resource_count": 3}, {"parsing_errors": 0, "resource_count": 0}]
)
def test_a_report_about_nothing_is_a_failure(summary):
    with pytest.raises(ScannerFailed):
        report([{"summary": summary}])


def test_every_skip_says_why_and_none_covers_a_check_everywhere_without_need():
    assert all(len(skip.reason) > 30 and skip.check.startswith("CKV") for skip in SKIPS)
