"""A log and a workflow in, the patch beside the cause out."""

import pytest

from app.devops.analysis import Analysis, Category, Nature
from app.devops.patching.attach import with_patch
from app.devops.reading.clean_log import CleanLog, Platform
from app.devops.signatures.entry import Signature, Strength
from app.devops.signatures.search import Hit

WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: gh issue comment 1 --body hi\n"
LINES = [
    "+ gh issue comment 1",
    "Resource not accessible by integration",
    "https://docs.github.com/rest/issues/comments",
]


def signature(patch: str | tuple[str, ...] | None) -> Signature:
    return Signature(
        id="github.sample", literal="not accessible", pattern="Resource not accessible by integration",
        category=Category.PERMISSION_OR_SECRET, nature=Nature.DETERMINISTIC, strength=Strength.CAUSE,
        cause="The token of the job may not do this.", fix=("Grant the scope in permissions.",), patch=patch,
        good="Resource not accessible by integration", bad="accessible",
    )  # fmt: skip


def analyzed(
    patch: str | tuple[str, ...] | None,
    yaml: str | None,
    *,
    platform: Platform = Platform.GITHUB,
    job: str = "",
) -> Analysis:
    made = Analysis(
        root_cause="The token may not.", fix=(), category=Category.PERMISSION_OR_SECRET, confidence=0.8,
        nature=Nature.DETERMINISTIC, evidence=(), extracted=(), abstained=False,
    )  # fmt: skip
    log = CleanLog(LINES, range(1, 4), 3, platform)
    return with_patch(made, Hit(signature(patch), 2, {}, LINES[1]), log, yaml=yaml, job=job)


@pytest.mark.parametrize(("yaml", "kind"), [(WORKFLOW, "diff"), (None, "snippet")])
def test_the_signature_names_the_template_and_its_neighbours_the_scope(yaml: str | None, kind: str) -> None:
    patch = analyzed("github-permissions", yaml).yaml_patch
    assert patch is not None
    assert patch.kind == kind
    assert "issues: write" in patch.text
    assert all(check.passed for check in patch.checks)


@pytest.mark.parametrize("yaml", [WORKFLOW, None, "a" * 1_000_001])
def test_without_a_template_or_a_readable_file_there_is_no_patch(yaml: str | None) -> None:
    template = "github-permissions" if yaml and len(yaml) > 1_000 else None
    assert analyzed(template, yaml).yaml_patch is None


def test_of_several_templates_the_one_for_the_file_counts_and_without_a_file_the_one_for_the_log() -> None:
    both = ("github-submodules", "gitlab-submodules")
    pipeline = "check:\n  script: [make]\n"
    patch = analyzed(both, pipeline, platform=Platform.UNKNOWN).yaml_patch
    assert patch is not None and "GIT_SUBMODULE_STRATEGY" in patch.text
    for platform, word in (
        (Platform.GITLAB, "GIT_SUBMODULE_STRATEGY"),
        (Platform.GITHUB, "actions/checkout"),
    ):
        patch = analyzed(both, None, platform=platform).yaml_patch
        assert patch is not None and word in patch.text
    assert analyzed(both, None, platform=Platform.JENKINS).yaml_patch is None


def test_the_job_that_failed_is_the_one_that_is_changed() -> None:
    workflow = WORKFLOW + WORKFLOW.partition("jobs:\n")[2].replace("  a:", "  b:")
    patch = analyzed("github-permissions", workflow, job="caller / b (3.12, linux)").yaml_patch
    assert patch is not None
    assert patch.text.index("  b:") < patch.text.index("+    permissions:")
