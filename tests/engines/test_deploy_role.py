"""The role of the pipeline on the real engine: a pause keeps it and what vouches for it, a resume finds both again."""

import json
from fnmatch import fnmatchcase
from typing import Any

import pytest

from infra import removal
from infra.naming import DEPLOY_PARTS

from .bench import Bench
from .fake_aws import FakeAws

pytestmark = pytest.mark.engines

GITHUB = "token.actions.githubusercontent.com"
FROM: dict[str, Any] = {
    "deployFrom": [
        {"github": "acme/genai-ops", "branch": "main"},
        {"gitlab": "acme/genai-ops", "branch": "main"},
    ],
    "stateBucket": "acme-pulumi-state",
}
# Parts with a role each, of pods, machines, the network and a function.
PARTS: dict[str, Any] = {
    "apps": ["coldmail", "devops"],
    "autoscaler": True,
    "costGuard": "stop-gpu",
    "database": "cluster",
    "encryptionKey": "own",
    "flowLogs": True,
    "gpu": "spot",
    "machineMetrics": True,
    "search": "opensearch",
    "shipLogs": True,
}
ROLE, RIGHTS = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"


def of_somebody(aws: FakeAws) -> str:
    """A provider that was in the account before, for other tokens too."""
    made = aws.client("iam").create_open_id_connect_provider(
        Url=f"https://{GITHUB}",
        ClientIDList=["of-somebody", "sts.amazonaws.com"],
        ThumbprintList=["a" * 40],
        Tags=[{"Key": "team", "Value": "platform"}],
    )
    arn: str = made["OpenIDConnectProviderArn"]
    return arn


def identities(aws: FakeAws) -> dict[str, Any]:
    """All that IAM keeps: providers, roles with what is attached to them, policies with what they say."""
    iam = aws.client("iam")
    found: dict[str, Any] = {}
    for one in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        answer = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=one["Arn"])
        found[one["Arn"]] = {key: answer[key] for key in ("Url", "ClientIDList", "ThumbprintList", "Tags")}
    for role in iam.list_roles()["Roles"]:
        attached = iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
        found[role["Arn"]] = (
            role["AssumeRolePolicyDocument"],
            sorted(one["PolicyArn"] for one in attached),
        )
    for one in iam.list_policies(Scope="Local")["Policies"]:
        version = iam.get_policy_version(PolicyArn=one["Arn"], VersionId=one["DefaultVersionId"])
        found[one["Arn"]] = version["PolicyVersion"]["Document"]
    return found


def test_a_pause_keeps_the_role_and_a_resume_adopts_it_and_leaves_a_foreign_provider_alone(
    bench: Bench, aws: FakeAws
) -> None:
    foreign = of_somebody(aws)
    untouched = identities(aws)[foreign]
    bench.configure(**FROM).up()
    assert set(bench.up().counts()) == {"same"}
    kept = identities(aws)
    assert kept[foreign] == untouched
    arn = "arn:aws:iam::123456789012"
    assert set(kept) == {
        foreign,
        f"{arn}:oidc-provider/gitlab.com",
        f"{arn}:role/genai-ops-dev-deploy",
        f"{arn}:policy/genai-ops-dev-boundary",
        *(f"{arn}:policy/genai-ops-dev-deploy-{part}" for part in DEPLOY_PARTS),
    }
    trust, attached = kept[f"{arn}:role/genai-ops-dev-deploy"]
    assert {one["Principal"]["Federated"] for one in trust["Statement"]} == {
        foreign,
        f"{arn}:oidc-provider/gitlab.com",
    }
    assert attached == sorted(f"{arn}:policy/genai-ops-dev-deploy-{part}" for part in DEPLOY_PARTS)
    bench.destroy()
    assert bench.rented() == {} and bench.state() == []
    assert identities(aws) == kept
    assert list(removal.role_removals("genai-ops/dev", cloud=aws.client)) == [], "it is no leftover"
    counts = bench.up().counts()
    assert not counts.keys() & {"replace", "delete"} and counts["import"] >= len(kept)
    assert identities(aws) == kept
    moved = [FROM["deployFrom"][0] | {"branch": "next"}, FROM["deployFrom"][1]]
    counts = bench.configure(deployFrom=moved).up("--target", "**DeployRole**").counts()
    assert counts["update"] == 1 and not counts.keys() & {"create", "replace", "delete"}
    assert "repo:acme/genai-ops:ref:refs/heads/next" in json.dumps(identities(aws))
    bench.destroy()
    bench.configure(paused=True, keepData=False).up()
    bench.destroy()
    assert set(identities(aws)) == {foreign, f"{arn}:oidc-provider/gitlab.com"}, "providers are the account's"
    assert identities(aws)[foreign] == untouched


def test_what_every_role_may_do_lies_within_the_boundary(bench: Bench, aws: FakeAws) -> None:
    bench.configure(**FROM, **PARTS, paused=True).up()
    _fill(aws)
    bench.configure(paused=False).up()
    things = bench.rented().values()
    roles = [thing["inputs"] for thing in things if thing["type"] == ROLE]
    boundary = "arn:aws:iam::123456789012:policy/genai-ops-dev-boundary"
    assert len(roles) > 12 and {role.get("permissionsBoundary") for role in roles} == {boundary}
    limits = identities(aws)[boundary]["Statement"]
    outside = [
        (thing["inputs"]["role"], action, resource)
        for thing in things
        if thing["type"] == RIGHTS
        for statement in json.loads(thing["inputs"]["policy"])["Statement"]
        for action in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
        if not any(_covers(limit, action, resource) for limit in limits)
    ]
    assert outside == []


def _covers(limit: dict[str, Any], action: str, resource: str) -> bool:
    # Some policies have a star for the account: what is in another one is out of their reach anyway.
    here = resource.replace(":us-east-1:*:", ":us-east-1:123456789012:")
    wanted = [resource, here]
    return action in limit["Action"] and any(
        fnmatchcase(one, pattern) for one in wanted for pattern in _listed(limit.get("Resource", []))
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _fill(aws: FakeAws) -> None:
    from . import account

    account.set_keys(aws)
    for app in ("rag", "console", "coldmail", "devops"):
        account.push_image(aws, repository=f"genai-ops/dev/{app}")


SMALL = """
import json
import pulumi, pulumi_aws as aws

names = json.loads(pulumi.Config().require("what"))
if "open" in names:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated":
             "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"},
             "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}}
    aws.iam.Role("open", assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
if "long" in names:
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": [f"arn:aws:s3:::bucket-{n}" for n in range(300)]}
    aws.iam.Policy("long", policy=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
if "unbounded" in names:
    own = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
    aws.iam.Role("r", assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [own]}),
                 permissions_boundary="arn:aws:iam::123456789012:policy/nobody-made-it")
"""


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("open", "without a condition on token.actions.githubusercontent.com:sub"),
        ("long", "LimitExceeded: Cannot exceed quota for PolicySize: 6144"),
        ("unbounded", "NoSuchEntity: Scope ARN"),
    ],
)
def test_the_stand_in_refuses_what_iam_refuses(program: Any, what: str, words: str) -> None:
    bench: Bench = program(SMALL)
    outcome = bench.configure(small__what=json.dumps([what])).try_up()
    assert outcome.code != 0
    assert words in outcome.output
