"""From a diagnosis to a patch that was checked, or to none."""

# ruff: noqa: E501 - a log line is one line
import json

import pytest

from app.devops.patching.propose import kind_of, propose
from app.devops.patching.shapes import Patch, Proposal
from app.devops.patching.surgery import patched
from app.devops.patching.templates import TEMPLATES
from tests.evals.broken_pipelines import PAIRS, Pair
from tests.evals.devops_checks import mended

REFUSED = (
    "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the PutObject operation: User: "
    "arn:aws:sts::111122223333:assumed-role/ci/run is not authorized to perform: s3:PutObject on resource: "
    '"arn:aws:s3:::shop-site/index.html" because no identity-based policy allows the s3:PutObject action'
)


def policy(log: str, **fields: str) -> Patch | None:
    return propose(Proposal("aws-least-policy", fields, "permission_or_secret", log), None)


def statement(patch: Patch | None) -> dict[str, object]:
    assert patch is not None
    made: dict[str, object] = json.loads(patch.text)["Statement"][0]
    return made


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_a_broken_pipeline_is_mended(pair: Pair) -> None:
    assert mended(pair)


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair.yaml], ids=lambda pair: pair.name)
def test_what_a_patch_does_not_name_stays_as_it_is(pair: Pair) -> None:
    patch = propose(Proposal(pair.template, pair.fields, pair.category, pair.log), pair.yaml)
    assert patch is not None and pair.yaml is not None
    new = patched(pair.yaml, patch.text)
    assert new is not None
    comments = [line.partition("#")[2] for line in pair.yaml.splitlines() if "#" in line]
    assert [line.partition("#")[2] for line in new.splitlines() if "#" in line] == comments
    assert {check.name for check in patch.checks} == {
        "parses",
        "applies",
        "schema",
        "lint",
        "scope",
        "least-privilege",
    }


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair.yaml], ids=lambda pair: pair.name)
def test_a_mended_pipeline_is_not_mended_again(pair: Pair) -> None:
    if pair.template in ("github-timeout", "gitlab-timeout", "kubernetes-memory"):
        pytest.skip("more time and memory can be given again")
    proposal = Proposal(pair.template, pair.fields, pair.category, pair.log)
    patch = propose(proposal, pair.yaml)
    assert patch is not None and pair.yaml is not None
    assert propose(proposal, patched(pair.yaml, patch.text)) is None


@pytest.mark.parametrize(
    "category", ["test_assertion", "compile_error", "type_error", "snapshot_diff", "lint_error"]
)
def test_a_fault_in_the_code_gets_no_patch(category: str) -> None:
    assert propose(Proposal("github-checkout", {}, category), PAIRS[0].yaml) is None


def test_a_template_that_nobody_knows_gets_no_patch() -> None:
    assert propose(Proposal("github-magic", {}, "ci_config"), PAIRS[0].yaml) is None


@pytest.mark.parametrize(
    "yaml", ["", "a: [", "- a\n- b\n", "\x00", "on: push\njobs: {}\n", "jobs:\n  a:\n  b: [c]\non: x\n"]
)
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_file_that_has_no_place_for_it_is_never_broken(template: str, yaml: str) -> None:
    patch = propose(
        Proposal(template, {"name": "A B", "tool": "rm -rf", "scope": "write-all"}, "ci_config", "denied"),
        yaml,
    )
    assert patch is None or patch.passed


def test_the_least_statement_names_one_action_on_one_object() -> None:
    made = statement(policy(REFUSED))
    assert (made["Action"], made["Resource"]) == (["s3:PutObject"], ["arn:aws:s3:::shop-site/index.html"])


@pytest.mark.parametrize(
    ("log", "action", "resource"),
    [
        ("AccessDenied when calling the ListObjectsV2 operation: Access Denied for bucket: shop-logs", "s3:ListBucket", "arn:aws:s3:::shop-logs"),
        ("permission denied reading bucket shop-models", "s3:GetObject", "arn:aws:s3:::shop-models/*"),
        ("upload failed: ./a to s3://shop-site/a An error occurred (AccessDenied) when calling the PutObject operation", "s3:PutObject", "arn:aws:s3:::shop-site/*"),
        ("not authorized to perform: ecr:GetAuthorizationToken on resource: *", "ecr:GetAuthorizationToken", "*"),
        ("not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-central-1:111122223333:jobs", "sqs:SendMessage", "arn:aws:sqs:eu-central-1:111122223333:jobs"),
        ("not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/task", "iam:PassRole", "arn:aws:iam::111122223333:role/task"),
    ],
)  # fmt: skip
def test_what_was_refused_is_what_is_allowed(log: str, action: str, resource: str) -> None:
    made = statement(policy(log))
    assert (made["Action"], made["Resource"]) == ([action], [resource])


@pytest.mark.parametrize(
    "log",
    [
        "not authorized to perform: s3:* on resource: arn:aws:s3:::shop",
        "not authorized to perform: dynamodb:GetItem on resource: *",
        "not authorized to perform: kms:Decrypt",
        "caller does not have storage.objects.get access to the bucket shop-models: 403 denied",
        "Not authorized to perform sts:AssumeRoleWithWebIdentity",
        "nothing at all",
    ],
)
def test_rights_that_would_be_too_wide_or_are_not_named_are_refused(log: str) -> None:
    assert policy(log) is None


def test_without_a_file_the_scope_is_shown_as_a_snippet() -> None:
    patch = propose(Proposal("github-permissions", {"scope": "packages"}, "permission_or_secret"), None)
    assert patch is not None
    assert (patch.kind, patch.text) == ("snippet", "permissions:\n  contents: read\n  packages: write\n")


@pytest.mark.parametrize(
    ("yaml", "kind"),
    [
        ("on: push\njobs: {}\n", "github"),
        ("services:\n  a: {image: b}\n", "compose"),
        ("apiVersion: v1\nkind: Pod\n", "kubernetes"),
        ("Resources: {}\n", "cloudformation"),
        ("stages: [a]\n", "gitlab"),
        ("[a]", None),
    ],
)
def test_a_file_tells_what_it_is(yaml: str, kind: str | None) -> None:
    assert kind_of(yaml) == kind
