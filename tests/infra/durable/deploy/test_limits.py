"""Whoever holds the deploy role cannot come to more: neither by itself, nor by a role that it makes."""

import json

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from ...program import WIDEST, declared
from . import documents
from .documents import BOUNDARY, ROLE
from .judge import allowed, as_list

OURS = "arn:aws:iam::111122223333:role/genai-ops-dev-rag-1a2b3c4"
AWS_POLICY = "arn:aws:iam::aws:policy/"
WITHIN = {"iam:PermissionsBoundary": BOUNDARY}
# What AmazonEKSClusterPolicy has for Services of type LoadBalancer, routes and disks made by the control plane, none of which
# this program has. They would reach every load balancer and volume of the account.
NOT_IN_THE_BOUNDARY = ("elasticloadbalancing:", "iam:", "autoscaling:", "ec2:")


def may(action: str, resource: str, **context: str) -> bool:
    return allowed(documents.deploys(), action, resource, context)


def test_a_role_is_made_within_the_boundary_and_not_otherwise():
    assert allowed(documents.deploys(), "iam:CreateRole", OURS, WITHIN)
    assert not may("iam:CreateRole", OURS)
    other = {"iam:PermissionsBoundary": f"{BOUNDARY}-wider"}
    assert not allowed(documents.deploys(), "iam:CreateRole", OURS, other)
    assert not allowed(
        documents.deploys(), "iam:CreateRole", "arn:aws:iam::111122223333:role/another", WITHIN
    )


@pytest.mark.parametrize("action", ["iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:DeleteRole"])
def test_only_roles_within_the_boundary_are_changed(action: str):
    assert allowed(documents.deploys(), action, OURS, WITHIN)
    assert not may(action, OURS)


def test_of_aws_own_policies_only_those_of_machines_and_control_plane_are_attached():
    given = WITHIN | {"iam:PolicyARN": f"{AWS_POLICY}AmazonEKSWorkerNodePolicy"}
    assert allowed(documents.deploys(), "iam:AttachRolePolicy", OURS, given)
    for policy in ("AdministratorAccess", "IAMFullAccess", "AmazonS3FullAccess"):
        wider = WITHIN | {"iam:PolicyARN": AWS_POLICY + policy}
        assert not allowed(documents.deploys(), "iam:AttachRolePolicy", OURS, wider)
        assert not allowed(documents.deploys(), "iam:AttachRolePolicy", ROLE, wider)


def test_every_policy_of_aws_that_the_program_attaches_may_be_attached():
    attached = {
        thing.inputs["policyArn"]
        for thing in documents.everything()
        if thing.kind.endswith(":RolePolicyAttachment") and thing.room != "durable"
    }
    assert len(attached) == 4
    for arn in attached:
        given = WITHIN | {"iam:PolicyARN": arn}
        assert allowed(documents.deploys(), "iam:AttachRolePolicy", OURS, given)


@pytest.mark.parametrize(
    "action",
    [
        *("iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:DeleteRole", "iam:UpdateRole"),
        *("iam:UpdateAssumeRolePolicy", "iam:PutRolePermissionsBoundary", "iam:TagRole", "iam:PassRole"),
    ],
)  # fmt: skip
def test_it_changes_nothing_of_itself_whatever_the_call_says(action: str):
    for policy in ("AdministratorAccess", "AmazonEKSClusterPolicy"):
        context = WITHIN | {
            "iam:PolicyARN": AWS_POLICY + policy,
            "iam:PassedToService": "ec2.amazonaws.com",
        }
        assert not allowed(documents.deploys(), action, ROLE, context)


def test_a_resume_attaches_its_own_policies_again_and_no_other():
    own = "arn:aws:iam::111122223333:policy/genai-ops-dev-deploy-stores"
    assert allowed(documents.deploys(), "iam:AttachRolePolicy", ROLE, {"iam:PolicyARN": own})
    within = WITHIN | {"iam:PolicyARN": f"{AWS_POLICY}AmazonEKSClusterPolicy"}
    assert not allowed(documents.deploys(), "iam:AttachRolePolicy", ROLE, within)


@pytest.mark.parametrize(
    "action",
    ["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:DeletePolicyVersion", "iam:DeletePolicy"],
)
def test_its_policies_and_the_boundary_are_changed_by_a_person_only(action: str):
    for name in documents.policies():
        assert not may(action, f"arn:aws:iam::111122223333:policy/{name}")
    assert not may(action, "arn:aws:iam::111122223333:policy/another")


def test_a_boundary_is_never_taken_off_and_nobody_else_is_made():
    assert not allowed(documents.deploys(), "iam:DeleteRolePermissionsBoundary", OURS, WITHIN)
    every = {action for one in documents.deploys() for action in one["Action"] if one["Effect"] == "Allow"}
    assert not every & {
        *("iam:CreateUser", "iam:CreateAccessKey", "iam:CreatePolicy", "iam:UpdateAssumeRolePolicy"),
        *("iam:CreateOpenIDConnectProvider", "sts:AssumeRole", "organizations:LeaveOrganization"),
    }


def test_a_role_is_handed_to_the_services_that_the_program_uses_only():
    for service, expected in (("ec2.amazonaws.com", True), ("glue.amazonaws.com", False)):
        context = {"iam:PassedToService": service}
        assert allowed(documents.deploys(), "iam:PassRole", OURS, context) is expected
    assert not may("iam:PassRole", OURS)


def test_things_of_other_stacks_are_not_touched_and_cannot_be_claimed():
    group = "arn:aws:ec2:us-east-1:111122223333:security-group/sg-1"
    key = "aws:ResourceTag/genai-ops:stack"
    revoke = "ec2:RevokeSecurityGroupIngress"
    assert allowed(documents.deploys(), revoke, group, {key: "genai-ops/dev"})
    assert not allowed(documents.deploys(), revoke, group, {key: "genai-ops/prod"}) and not may(revoke, group)
    claim = {"aws:RequestTag/genai-ops:stack": "genai-ops/dev"}
    assert not allowed(documents.deploys(), "ec2:CreateTags", group, claim | {key: "genai-ops/prod"})
    volume = "arn:aws:ec2:us-east-1:111122223333:volume/vol-1"
    assert not allowed(documents.deploys(), "ec2:CreateTags", volume, claim)
    made = claim | {"ec2:CreateAction": "CreateVolume"}
    assert allowed(documents.deploys(), "ec2:CreateTags", volume, made)


def test_every_role_of_the_program_is_within_the_boundary_and_the_deploy_role_is_the_one_without():
    roles = [thing for thing in documents.everything() if thing.kind == "aws:iam/role:Role"]
    assert len(roles) > 40
    outside = {thing.name for thing in roles if "permissionsBoundary" not in thing.inputs}
    assert outside == {"deploy"}
    bounds = {role.inputs["permissionsBoundary"] for role in roles if role.room != "durable"}
    assert bounds == {"arn:aws:iam:::boundary"}


def test_without_pipelines_there_is_neither_role_nor_boundary():
    things = declared("dev", *WIDEST, ("deployFrom", "[]"), ("stateBucket", ""))
    assert not [thing for thing in things if "permissionsBoundary" in thing.inputs]
    assert not [thing for thing in things if thing.kind.startswith("aws:iam/") and thing.room == "durable"]


def inside() -> set[str]:
    return {action for one in documents.boundary() for action in one["Action"]}


def test_the_boundary_leaves_every_role_what_its_own_policy_gives_it():
    given = {
        action
        for thing in documents.everything()
        if thing.kind == "aws:iam/rolePolicy:RolePolicy"
        for statement in json.loads(thing.inputs["policy"])["Statement"]
        for action in as_list(statement["Action"])
    }
    assert len(given) > 50
    assert sorted(given - inside()) == []


def test_of_aws_own_policies_it_leaves_what_only_looks_and_what_the_machines_do():
    known = json.loads(aws_managed_policies_data)
    given = {
        policy: {
            action for one in known[policy]["Document"]["Statement"] for action in as_list(one["Action"])
        }
        for policy in (
            *("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"),
            "AmazonEKSClusterPolicy",
        )
    }
    control = given.pop("AmazonEKSClusterPolicy") - inside()
    assert sorted(set().union(*given.values()) - inside()) == []
    assert all(action.startswith(NOT_IN_THE_BOUNDARY) or action == "kms:DescribeKey" for action in control)
    looks = {action for action in control if action.startswith("ec2:Describe")}
    assert looks == set()


def test_nothing_in_the_boundary_makes_roles_and_one_role_is_taken_that_lies_within_it():
    assert not [action for action in inside() if action.startswith(("iam:", "organizations:"))]
    (taken,) = (one for one in documents.boundary() if "sts:AssumeRole" in one["Action"])
    assert (taken["Action"], taken["Resource"]) == (
        ["sts:AssumeRole"],
        ["arn:aws:iam::111122223333:role/genai-ops-dev-chat-uploads-*"],
    )
    names = {thing.name for thing in documents.everything() if thing.kind == "aws:iam/role:Role"}
    assert "genai-ops-dev-chat-uploads" in names
