"""The RAG service: answers questions from documents in the data bucket."""

from typing import Any

import pulumi

from infra.adopt import Found
from infra.cluster.room import Cluster
from infra.durable.room import Durable
from infra.stack import Stack
from infra.workloads.service import App, AppService

NAME = "rag"


def missing(stack: Stack, found: Found) -> list[str]:
    """What the account still lacks before the service can start, each with the command that brings it."""
    lacks = []
    if NAME not in found.images:
        lacks.append(
            f"image {NAME}:{stack.image_tag} is not in the registry yet; run `make images STACK={stack.name}`"
        )
    if not found.api_keys_set:
        lacks.append(f"the API keys have no value yet; run `make secrets STACK={stack.name}`")
    return lacks


def rag(
    stack: Stack, found: Found, durable: Durable, cluster: Cluster, *, opts: pulumi.ResourceOptions
) -> AppService | None:
    """Declare the service, or leave it out with a warning while its image or its keys are missing."""
    if lacks := missing(stack, found):
        for lack in lacks:
            pulumi.warn(f"The {NAME} service is left out: {lack}, then `pulumi up` again.")
        return None
    app = App(
        name=NAME,
        image=stack.names(found.account).image(NAME, tag=stack.image_tag),
        environment={
            "GENAI_OBJECTS": "s3",
            "GENAI_BUCKET": durable.data.name,
            "GENAI_REGION": stack.region,
            # The name of the secret, not its value: the app reads it at start with its own role.
            "GENAI_API_KEYS_SECRET": durable.api_keys.arn,
        },
        permissions=[
            durable.data.arn.apply(list_documents),
            durable.data.arn.apply(keep_documents),
            durable.records.arn.apply(keep_records),
            durable.api_keys.arn.apply(read_keys),
        ],
    )
    return AppService(app, stack, cluster, opts=opts)


def list_documents(bucket: str) -> dict[str, Any]:
    return {
        "Sid": "ListDocuments",
        "Effect": "Allow",
        # Versions too: a delete removes every version of a document and counts what is left.
        "Action": ["s3:ListBucket", "s3:ListBucketVersions"],
        "Resource": bucket,
    }


def keep_documents(bucket: str) -> dict[str, Any]:
    return {
        "Sid": "KeepDocuments",
        "Effect": "Allow",
        "Action": ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject", "s3:PutObject"],
        "Resource": f"{bucket}/*",
    }


def keep_records(table: str) -> dict[str, Any]:
    return {
        "Sid": "KeepRecords",
        "Effect": "Allow",
        "Action": [
            "dynamodb:BatchGetItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:DescribeTable",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        ],
        "Resource": table,
    }


def read_keys(secret: str) -> dict[str, Any]:
    return {
        "Sid": "ReadKeys",
        "Effect": "Allow",
        "Action": ["secretsmanager:GetSecretValue"],
        "Resource": secret,
    }
