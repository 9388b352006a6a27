"""What the deploy role may do: all that the program needs, nothing besides, and never more than it was given."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from infra import adopt, availability, leftovers
from infra.durable.deploy import boundary, rights
from infra.durable.deploy.place import Place
from infra.naming import DEPLOY_PARTS, Names
from infra.snapshot import Snapshot

from ...accounts import Account
from ...program import WIDEST, load
from . import documents
from .judge import allowed, as_list
from .provider_calls import needed

# Rights that no type of the program needs, each with who does.
REASONS = {
    "ec2:DescribeAvailabilityZones": "the provider asks whether the region is open to the account",
    "ecr:BatchCheckLayerAvailability": "`make images` pushes",
    "ecr:BatchGetImage": "`make images` pushes",
    "ecr:CompleteLayerUpload": "`make images` pushes",
    "ecr:DescribeImages": "adopt.py asks whether an image is there, once there is a repository",
    "ecr:GetAuthorizationToken": "`make images` logs in",
    "ecr:GetDownloadUrlForLayer": "`make images` pushes",
    "ecr:InitiateLayerUpload": "`make images` pushes",
    "ecr:PutImage": "`make images` pushes",
    "ecr:UploadLayerPart": "`make images` pushes",
    "iam:ListRoleTags": "leftovers.py asks of each role whose it is",
    "kms:Encrypt": "AWS's services encrypt with the stack's key in the name of whoever makes a thing",
    "kms:GenerateDataKeyWithoutPlaintext": "EBS encrypts the database's volume in the name of whoever makes it",
    "s3:DeleteObject": "the lock and the history in Pulumi's state",
    "s3:GetObject": "Pulumi's state",
    "s3:PutObject": "Pulumi's state",
}
# IAM calls some operations otherwise than their API does.
OTHERWISE = {
    "s3:HeadBucket": "s3:ListBucket",
    "budgets:DescribeBudget": "budgets:ViewBudget",
    "tagging:GetResources": "tag:GetResources",
}
# AWS: what is in a policy's document, and how many characters of it.
POLICY_LIMIT = 6_144
NEEDS_NOTHING = {"sts:GetCallerIdentity"}


def granted() -> set[str]:
    return {
        action for one in documents.deploys() if one["Effect"] == "Allow" for action in as_list(one["Action"])
    }


def kinds() -> set[str]:
    return {thing.kind for thing in documents.everything()}


def test_every_type_that_the_program_declares_may_be_made_changed_and_let_go():
    missing = {
        kind: sorted(set(needed(kind)) - granted()) for kind in kinds() if set(needed(kind)) - granted()
    }
    assert missing == {}


def test_there_is_no_right_that_nothing_needs_and_no_reason_that_nothing_has(aws: Account):
    used = {action for kind in kinds() for action in needed(kind)} | looked(aws)
    assert sorted(granted() - used - REASONS.keys()) == []
    assert sorted(REASONS.keys() & used) == [] and REASONS.keys() <= granted()


def test_it_may_look_at_everything_that_the_program_looks_at_before_it_starts(aws: Account):
    assert sorted(looked(aws) - granted()) == []


def looked(aws: Account) -> set[str]:
    """What IAM calls the questions that the finders and the search for leftovers ask."""
    asked: set[str] = set()

    def recording(service: str) -> Any:
        client = aws.cloud(service)
        name = client.meta.service_model.signing_name
        client.meta.events.register("before-call", lambda model, **_: asked.add(f"{name}:{model.name}"))
        return client

    aws.list_cost_tag()
    for choices in documents.STACKS:
        adopt.look(load(*choices), cloud=recording, state=Snapshot({}))
    # moto answers this one with an error, which comes after the question.
    with suppress(ClientError, BotoCoreError):
        availability.look(cloud=recording)
    leftovers.refuse("genai-ops/dev", cloud=recording, state=Snapshot({}), warn=pytest.fail, stop=True)
    return {OTHERWISE.get(action, action) for action in asked} - NEEDS_NOTHING


def test_every_right_is_an_operation_that_aws_has():
    """By the services' own models; for the few that IAM calls otherwise, by the list above or below."""
    others = {
        *OTHERWISE.values(),
        # Rights for what S3's and other APIs call otherwise, or for a field of another call.
        *("budgets:ModifyBudget", "elasticloadbalancing:SetWebAcl", "iam:PassRole", "s3:ListBucket"),
        *("s3:GetAccelerateConfiguration", "s3:GetBucketCORS", "s3:GetBucketObjectLockConfiguration"),
        *("s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration"),
        *("s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
        *("s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration"),
        *("s3:TagResource", "s3:UntagResource", "s3:ListTagsForResource"),
        *("cloudformation:TagResource", "cloudformation:UntagResource"),
    }
    clients = {"tag": "resourcegroupstaggingapi", "elasticloadbalancing": "elbv2", "airflow": "mwaa"}
    unknown = []
    for service in {action.split(":")[0] for action in granted()}:
        model = _of(clients.get(service, service)).meta.service_model
        known = {f"{service}:{name}" for name in model.operation_names}
        unknown += [
            action
            for action in granted()
            if action.startswith(f"{service}:") and action not in known | others
        ]
    assert sorted(unknown) == []


def _of(service: str) -> Any:
    """A client that is asked about its service and never called."""
    return boto3.client(
        service, region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none"
    )


def test_nothing_durable_can_be_deleted_and_no_value_be_read():
    forbidden = {
        *("s3:DeleteBucket", "s3:DeleteObjectVersion", "s3:DeleteBucketPolicy", "dynamodb:DeleteTable"),
        *("secretsmanager:DeleteSecret", "secretsmanager:PutSecretValue", "ecr:DeleteRepository"),
        *("ecr:BatchDeleteImage", "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:DeleteAlias"),
        *("ec2:DeleteVolume", "rds:DeleteDBSnapshot", "sns:DeleteTopic", "acm:DeleteCertificate"),
        *("dynamodb:GetItem", "dynamodb:Scan", "dynamodb:Query", "sqs:ReceiveMessage"),
    }
    assert granted() & forbidden == set()
    reads = [one for one in documents.deploys() if "secretsmanager:GetSecretValue" in one["Action"]]
    assert [one["Resource"] for one in reads] == [
        ["arn:aws:secretsmanager:us-east-1:111122223333:secret:login-AbCdEf"]
    ]


def test_the_log_groups_that_outlive_a_pause_cannot_be_deleted():
    for group in ("/aws/eks/genai-ops-dev/cluster", "/genai-ops/dev/containers"):
        arn = f"arn:aws:logs:us-east-1:111122223333:log-group:{group}"
        assert allowed(documents.deploys(), "logs:PutRetentionPolicy", arn)
        assert not allowed(documents.deploys(), "logs:DeleteLogGroup", arn)


def test_objects_are_reached_in_pulumis_state_of_this_stack_only():
    state = "arn:aws:s3:::acme-pulumi-state/.pulumi"
    may = documents.deploys()
    for path in (
        "stacks/genai-ops/dev.json",
        "stacks/genai-ops/dev.json.bak",
        "locks/organization/genai-ops/dev/1.json",
    ):
        assert allowed(may, "s3:PutObject", f"{state}/{path}")
    for path in ("stacks/genai-ops/prod.json", "stacks/genai-ops/dev-two.json", "stacks/other/dev.json"):
        assert not allowed(may, "s3:GetObject", f"{state}/{path}")
        assert not allowed(may, "s3:PutObject", f"{state}/{path}")
    data = "arn:aws:s3:::genai-ops-dev-data-111122223333-us-east-1/documents/a.pdf"
    assert not allowed(may, "s3:GetObject", data) and not allowed(may, "s3:DeleteObject", data)


def places() -> Iterator[Place]:
    """The longest names that the program accepts, where the region's is short and where it is long."""
    for region, longest in (("us-east-1", 23), ("ap-southeast-2", 18)):
        names = Names(project="genai-ops", stack="s" * longest, account="1" * 12, region=region)
        with pytest.raises(ValueError, match="bucket name"):
            Names(project="genai-ops", stack="s" * (longest + 1), account="1" * 12, region=region)
        yield Place(load(*WIDEST), names)


def test_each_policy_fits_whatever_the_stack_is_called():
    for place in places():
        every = {**rights.parts(place), "boundary": boundary.statements(place)}
        assert set(every) == {*DEPLOY_PARTS, "boundary"}
        sizes = {
            name: len(json.dumps({"Version": "2012-10-17", "Statement": found}, separators=(",", ":")))
            for name, found in every.items()
        }
        assert {name: size for name, size in sizes.items() if size > POLICY_LIMIT} == {}
