"""What pods on a laptop are told of their stores."""

from typing import Any

from infra.local.keys import ACCESS_KEY, SECRET_KEY
from infra.local.stand_ins import DYNAMODB, S3, from_keys
from infra.stack import Stack


def records(stack: Stack) -> dict[str, Any]:
    """For an app that keeps records. Every address and key is the stand-ins': nothing here could reach AWS by mistake."""
    return {
        "AWS_ACCESS_KEY_ID": from_keys(ACCESS_KEY),
        "AWS_SECRET_ACCESS_KEY": from_keys(SECRET_KEY),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL_DYNAMODB": DYNAMODB.address,
        "GENAI_RECORDS": "dynamodb",
        "GENAI_REGION": stack.region,
        "GENAI_TABLE": f"{stack.prefix}-records",
    }


def stores(stack: Stack) -> dict[str, Any]:
    """For one that keeps documents besides."""
    return {
        **records(stack),
        "AWS_ENDPOINT_URL_S3": S3.address,
        "GENAI_BUCKET": f"{stack.prefix}-data",
        "GENAI_OBJECTS": "s3",
    }
