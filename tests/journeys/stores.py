"""The stores of a vendor as settings of a service: AWS as moto plays it over HTTP, made as the guide says."""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3

from tests.conformance.aws_server import aws_server
from tests.conformance.stores import make_bucket, make_queue, make_table


@contextmanager
def aws_stores() -> Iterator[dict[str, str]]:
    """Documents, states and jobs in AWS. The bucket keeps versions, so that a delete has them to remove."""
    with aws_server() as url:
        yield stores_at(url)


def stores_at(url: str) -> dict[str, str]:
    bucket = make_bucket(url)
    boto3.client("s3", endpoint_url=url).put_bucket_versioning(
        Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    return {
        **{f"AWS_ENDPOINT_URL_{service}": url for service in ("S3", "DYNAMODB", "SQS")},
        "GENAI_OBJECTS": "s3", "GENAI_BUCKET": bucket,
        "GENAI_RECORDS": "dynamodb", "GENAI_TABLE": make_table(url),
        "GENAI_WORK": "sqs", "GENAI_QUEUE_URL": make_queue(url),
    }  # fmt: skip
