"""Runs in the cluster, alone, in the RAG service's image: makes bucket and table in the stand-ins where they are missing."""

import os
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

# As long as a server may take to answer after its pod says that it does.
CALLS = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 8})
ALREADY = ("BucketAlreadyOwnedByYou", "BucketAlreadyExists", "ResourceInUseException")


def main() -> int:
    bucket, table = os.environ["GENAI_BUCKET"], os.environ["GENAI_TABLE"]
    s3 = boto3.client("s3", region_name=os.environ["GENAI_REGION"], config=CALLS)
    dynamodb = boto3.client("dynamodb", region_name=os.environ["GENAI_REGION"], config=CALLS)
    try:
        s3.create_bucket(Bucket=bucket)
    except ClientError as error:
        _unless_there(error)
    try:
        dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
        )
    except ClientError as error:
        _unless_there(error)
    dynamodb.get_waiter("table_exists").wait(TableName=table)
    s3.head_bucket(Bucket=bucket)
    sys.stdout.write(f"The bucket {bucket} and the table {table} are there.\n")
    return 0


def _unless_there(error: ClientError) -> None:
    if error.response["Error"]["Code"] not in ALREADY:
        raise error


if __name__ == "__main__":
    sys.exit(main())
