"""Every broken pipeline is mended from its log alone, as a caller sends it: the signatures find the template."""

import pytest

from app.devops.analysis import YamlPatch
from app.devops.patching.shapes import Patch
from app.devops.service import DevopsService, Failure
from app.devops.signatures import read_library
from tests.evals.broken_pipelines import PAIRS, Pair
from tests.evals.devops_checks import added, applies

SERVICE = DevopsService(read_library(), log_bytes=1_000_000)
END = "##[error]Process completed with exit code 1."


def patched(log: str, yaml: str | None) -> YamlPatch | None:
    return SERVICE.analyze_text(f"##[group]Run it\n{log}\n{END}", Failure(yaml=yaml)).yaml_patch


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_the_log_and_the_file_are_enough(pair: Pair) -> None:
    found = SERVICE.analyze_text(pair.log, Failure(yaml=pair.yaml)).yaml_patch
    assert found is not None and all(check.passed for check in found.checks)
    patch = Patch("diff" if found.kind == "diff" else "snippet", found.text, ())
    assert applies(patch, pair.yaml)
    for word in pair.wants:
        assert word in added(patch)


USES = """\
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v3
      - uses: actions/cache@v2
        with: {path: x, key: y}
      - uses: actions/upload-artifact@v3
        with: {path: x}
"""


def test_only_the_action_that_the_log_names_is_raised() -> None:
    refused = (
        "##[error]This request has been automatically failed because it uses a deprecated version of `{}`."
    )
    patch = patched(refused.format("actions/cache: v2"), USES)
    assert patch is not None
    changed = [line for line in patch.text.splitlines() if line.startswith("+ ")]
    assert len(changed) == 1 and "actions/cache@" in changed[0]
    assert patched(refused.format("actions/setup-node: v1"), USES) is None


def test_the_name_of_a_secret_in_a_refusal_is_told_whole_in_its_policy() -> None:
    arn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:shop-a1b2c3"
    patch = patched(
        "AccessDeniedException: User: arn:aws:iam::111122223333:role/ci is not authorized to perform: "
        f"secretsmanager:GetSecretValue on resource: {arn}",
        None,
    )
    assert patch is not None and f'"{arn}"' in patch.text


def test_a_github_snippet_is_not_offered_for_another_platform() -> None:
    log = "Running with gitlab-runner 18.9.0\n$ gh pr list\ngh: please run:  gh auth login\nERROR: Job failed: exit code 4"
    assert SERVICE.analyze_text(log, Failure()).yaml_patch is None
