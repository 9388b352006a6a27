"""Who may take the deploy role: jobs of the named branches, told by equality of what their platform says of them."""

import json
from typing import Any

import pytest

from infra.choices.refused import ConfigRefused

from ...program import declared, load
from .judge import allowed

GITHUB = "token.actions.githubusercontent.com"


def trust(*origins: dict[str, str]) -> list[dict[str, Any]]:
    (role,) = (
        thing
        for thing in declared("dev", ("deployFrom", json.dumps(list(origins))))
        if thing.kind == "aws:iam/role:Role" and thing.room == "durable"
    )
    statements: list[dict[str, Any]] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    return statements


def lets_in(
    statements: list[dict[str, Any]], host: str, subject: str, audience: str = "sts.amazonaws.com"
) -> bool:
    """A trust policy is about the role it is attached to; here that is called by a name of its own."""
    about = [one | {"Resource": "the-role"} for one in statements]
    claims = {f"{host}:sub": subject, f"{host}:aud": audience}
    return allowed(about, "sts:AssumeRoleWithWebIdentity", "the-role", claims)


def test_a_job_of_the_branch_gets_in_and_no_other_job_of_github_does():
    found = trust({"github": "acme/genai-ops", "branch": "main"})
    assert lets_in(found, GITHUB, "repo:acme/genai-ops:ref:refs/heads/main")
    for subject in (
        "repo:acme/genai-ops:pull_request",
        "repo:acme/genai-ops:ref:refs/heads/main-2",
        "repo:acme/genai-ops:ref:refs/tags/main",
        "repo:acme/genai-ops:environment:prod",
        "repo:stranger/genai-ops:ref:refs/heads/main",
    ):
        assert not lets_in(found, GITHUB, subject)
    assert not lets_in(found, GITHUB, "repo:acme/genai-ops:ref:refs/heads/main", "https://github.com/acme")


def test_a_job_of_the_branch_gets_in_and_no_other_job_of_gitlab_does():
    found = trust({"gitlab": "acme/platform/genai-ops", "branch": "release/1.x"})
    good = "project_path:acme/platform/genai-ops:ref_type:branch:ref:release/1.x"
    assert lets_in(found, "gitlab.com", good)
    for subject in (
        "project_path:acme/platform/genai-ops:ref_type:tag:ref:release/1.x",
        "project_path:acme/platform/genai-ops:ref_type:branch:ref:main",
        "project_path:acme/platform/genai-ops-fork:ref_type:branch:ref:release/1.x",
    ):
        assert not lets_in(found, "gitlab.com", subject)


def test_a_gitlab_of_ones_own_vouches_for_its_jobs_only():
    found = trust({"gitlab": "acme/genai-ops", "branch": "main", "url": "https://git.acme.example/gitlab"})
    subject = "project_path:acme/genai-ops:ref_type:branch:ref:main"
    assert lets_in(found, "git.acme.example/gitlab", subject)
    assert not lets_in(found, "gitlab.com", subject)


def test_several_branches_and_both_platforms_are_one_role():
    found = trust(
        {"github": "acme/genai-ops", "branch": "main"},
        {"github": "acme/genai-ops", "branch": "next"},
        {"gitlab": "acme/genai-ops", "branch": "main"},
    )
    assert [one["Principal"] for one in found] == [
        {"Federated": "arn:aws:iam:::gitlab"},
        {"Federated": "arn:aws:iam:::github"},
    ]
    for branch in ("main", "next"):
        assert lets_in(found, GITHUB, f"repo:acme/genai-ops:ref:refs/heads/{branch}")
    assert not lets_in(found, GITHUB, "repo:acme/genai-ops:ref:refs/heads/other")


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"github": "acme/*", "branch": "main"}, r"github 'acme/\*'"),
        ({"github": "https://github.com/acme/genai-ops", "branch": "main"}, "without address"),
        ({"github": "acme/genai-ops", "branch": "*"}, r"branch '\*' for 'acme/genai-ops'.*pattern"),
        ({"github": "acme/genai-ops"}, "branch ''"),
        ({"github": "acme/genai-ops", "gitlab": "acme/genai-ops", "branch": "main"}, "names one repository"),
        ({"github": "acme/genai-ops", "branch": "main", "url": "https://x.example"}, "'url'.*'github'"),
        ({"gitlab": "genai-ops", "branch": "main"}, "gitlab 'genai-ops'"),
        ({"gitlab": "acme/genai-ops", "branch": "main", "url": "http://git.acme.example"}, "url 'http:"),
        (
            {"gitlab": "acme/genai-ops", "branch": "main", "url": "https://git.acme.example:8443"},
            "url 'https:",
        ),
        ({"branch": "main"}, "names one repository"),
        ("acme/genai-ops", "an item is"),
    ],
)
def test_what_names_no_single_branch_is_refused(item: Any, words: str):
    with pytest.raises(ConfigRefused, match=words):
        load(("deployFrom", json.dumps([item])))


def test_two_gitlabs_are_refused_naming_both():
    two = [
        {"gitlab": "acme/genai-ops", "branch": "main"},
        {"gitlab": "acme/genai-ops", "branch": "main", "url": "https://git.acme.example"},
    ]
    with pytest.raises(ConfigRefused, match=r"'git.acme.example' and of 'gitlab.com'"):
        load(("deployFrom", json.dumps(two)))


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ([("stateBucket", "acme-state")], r"stateBucket is 'acme-state' while deployFrom is \[\]"),
        (
            [
                ("deployFrom", '[{"github": "a/b", "branch": "main"}]'),
                ("stateBucket", "s3://acme-state"),
            ],
            "without s3://",
        ),
        ([("deployFrom", '"main"')], 'deployFrom is "main"'),
    ],
)
def test_a_place_of_the_state_that_cannot_be_is_refused(choices: list[tuple[str, str]], words: str):
    with pytest.raises(ConfigRefused, match=words):
        load(*choices)
