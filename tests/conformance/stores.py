"""Buckets, tables and queues for a test, made on the AWS server as a user makes them."""

import json
from functools import partial
from uuid import uuid4

import boto3

from app.adapters.dynamodb import DynamoRecords
from app.adapters.sqs import SqsWork

# A call's longest time is not what these suites judge, and on a busy machine the stand-in needed more than the usual 5 s.
PATIENT_S = 60


def make_table(endpoint: str) -> str:
    """A new table with the keys that the adapter wants."""
    name = f"records-{uuid4().hex[:12]}"
    boto3.client("dynamodb", endpoint_url=endpoint).create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}
        ],
        BillingMode="PAY_PER_REQUEST",
    )  # fmt: skip
    return name


def make_bucket(endpoint: str) -> str:
    name = f"objects-{uuid4().hex[:12]}"
    boto3.client("s3", endpoint_url=endpoint).create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    return name


def make_queue(endpoint: str, *, max_receives: int = 50) -> str:
    """A new queue with its dead-letter queue; the URL of the first. The other's ends in `-dead`."""
    client, name = boto3.client("sqs", endpoint_url=endpoint), f"work-{uuid4().hex[:12]}"
    dead = client.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    arn = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": max_receives})
    return client.create_queue(QueueName=name, Attributes={"RedrivePolicy": policy})["QueueUrl"]


def open_work(queue_url: str, table: str, endpoint: str) -> SqsWork:
    """A queue with its records as one process opens them; picklable by name."""
    records = DynamoRecords(table, endpoint_url=endpoint, whole_s=PATIENT_S)
    return SqsWork(queue_url, records=records, endpoint_url=endpoint)


def work_opener(endpoint: str) -> "partial[SqsWork]":
    return partial(open_work, make_queue(endpoint), make_table(endpoint), endpoint)
