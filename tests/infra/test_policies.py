"""Permissions: every statement names its actions and its resources."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from .program import WIDEST, declared

# Statements on everything, each with the reason why AWS has nothing finer.
NONE_FINER = {
    "AccountDecides": "the policy of a key has no other resource than the key",
    "LogsOfThisStack": "the policy of a key has no other resource than the key; the log groups are named in the condition",
    "LookAtPools": "neither EC2 nor Auto Scaling knows a resource for what only describes",
    "Aliases": "the list of aliases has no resource",
    "AskForCertificate": "what is not there yet and the list of what is have no resource",
    "CostTagsAndNewMonitors": "what is not there yet and the account's own tags have no resource",
    "FirewallOfBalancer": "SetWebAcl knows no resource; it is of use only with a firewall of the stack",
    "ImageRegistry": "the login and the rules of the image cache are the account's",
    "ListRoles": "the list of roles has no resource",
    "Look": "what only describes has no resource, nor have metrics that are sent; it is a limit and grants nothing",
    "LookAtBalancers": "what only describes has no resource",
    "LookAtNetwork": "what only describes has no resource",
    "LookForLeftovers": "the tagging index and the list of log groups have no resource",
    "NewCluster": "what is not there yet has no resource; a condition wants the stack's tag on it",
    "NewKey": "what is not there yet has no resource; a condition wants the stack's tag on it",
    "Subscriptions": "SNS knows a resource for topics only",
    "VersionsOfAddons": "what EKS offers has no resource",
    "SendMachineMetrics": "CloudWatch knows no resource for what is sent; a condition binds it to the stack's namespace",
    "SeeAccountIsClosed": "the account's own setting has no resource",
    "LookAtLogs": "what only describes log groups knows no resource",
    "SendAirflowMetrics": "CloudWatch knows no resource for what is sent",
    "SendChatFigures": "CloudWatch knows no resource for what is sent; a condition binds it to the pool's namespace",
    "LookAtVolumes": "EC2 knows no resource for what only describes",
}
POLICY_INPUTS = ("policy", "assumeRolePolicy", "inlinePolicy")


def statements(*changes: tuple[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for thing in declared("dev", *changes):
        for name in POLICY_INPUTS:
            if text := thing.inputs.get(name):
                # An image repository's policy is a list of rules, not of permissions.
                for statement in json.loads(text).get("Statement", []):
                    yield f"{thing.kind} {thing.name} {statement.get('Sid', name)}", statement


def allowing(*changes: tuple[str, str]) -> list[tuple[str, dict[str, Any]]]:
    """Sorted: the engine's mocks record in no fixed order, and parallel test runs compare what they collected."""
    return sorted(
        ((where, statement) for where, statement in statements(*changes) if statement["Effect"] == "Allow"),
        key=lambda pair: (pair[0], json.dumps(pair[1], sort_keys=True)),
    )


ALLOWING = allowing(*WIDEST)


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_there_are_policies_to_look_at():
    kinds = {where.split()[0] for where, _ in statements()}
    assert kinds >= {"aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy", "aws:s3/bucketPolicy:BucketPolicy"}


@pytest.mark.parametrize(("where", "statement"), ALLOWING, ids=[where for where, _ in ALLOWING])
def test_nothing_is_allowed_by_a_wildcard_action(where: str, statement: dict[str, Any]):
    assert [action for action in as_list(statement["Action"]) if "*" in action] == []


@pytest.mark.parametrize(("where", "statement"), ALLOWING, ids=[where for where, _ in ALLOWING])
def test_nothing_is_allowed_on_everything(where: str, statement: dict[str, Any]):
    # A trust policy has no resource: it is attached to the one role it is about.
    assert "*" not in as_list(statement.get("Resource", [])) or statement.get("Sid") in NONE_FINER


def test_the_app_may_touch_its_bucket_its_table_and_its_secret_and_nothing_else():
    resources = {
        resource
        for where, statement in allowing()
        if where.startswith("aws:iam/rolePolicy:RolePolicy rag")
        for resource in as_list(statement["Resource"])
    }
    assert resources == {
        "arn:aws:s3:::data",
        "arn:aws:s3:::data/documents/*",
        "arn:aws:dynamodb:::records",
        "arn:aws:secretsmanager:::api-keys",
    }


def test_only_the_service_account_of_this_cluster_may_take_the_role_of_an_app():
    (trust,) = (
        statement
        for where, statement in allowing()
        if statement.get("Principal") == {"Service": "pods.eks.amazonaws.com"} and "dev-rag" in where
    )
    assert trust["Condition"]["StringEquals"] == {
        "aws:RequestTag/eks-cluster-name": "genai-ops-dev",
        "aws:RequestTag/kubernetes-namespace": "rag",
        "aws:RequestTag/kubernetes-service-account": "rag",
    }


def test_nodes_pull_images_and_cannot_push_them():
    attached = {thing.inputs["policyArn"] for thing in declared() if "RolePolicyAttachment" in thing.kind}
    assert "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly" in attached
    assert not any("FullAccess" in arn or "PowerUser" in arn or "Administrator" in arn for arn in attached)
