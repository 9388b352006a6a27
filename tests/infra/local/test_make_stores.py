"""The job that makes bucket and table, run as the pod runs it against servers that speak the same protocols."""

import os
import subprocess
import sys
from pathlib import Path

from infra.local import make_stores

from ..accounts import Account

BUCKET, TABLE = "genai-ops-local-data", "genai-ops-local-records"


def run(aws: Account) -> subprocess.CompletedProcess[str]:
    told = {
        "AWS_ACCESS_KEY_ID": "genaiops",
        "AWS_SECRET_ACCESS_KEY": "of-the-laptop",
        "AWS_ENDPOINT_URL_S3": aws.url,
        "AWS_ENDPOINT_URL_DYNAMODB": aws.url,
        "GENAI_BUCKET": BUCKET,
        "GENAI_TABLE": TABLE,
        "GENAI_REGION": "us-east-1",
    }
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    script = Path(make_stores.__file__)
    return subprocess.run(
        [sys.executable, script],
        env={**kept, **told},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_makes_both_and_a_second_run_leaves_what_lies_in_them(aws: Account):
    assert run(aws).returncode == 0
    aws.cloud("s3").put_object(Bucket=BUCKET, Key="documents/a", Body=b"kept")
    item = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    aws.cloud("dynamodb").put_item(TableName=TABLE, Item=item)
    again = run(aws)
    assert again.returncode == 0, again.stderr
    assert aws.cloud("s3").get_object(Bucket=BUCKET, Key="documents/a")["Body"].read() == b"kept"
    assert aws.cloud("dynamodb").get_item(TableName=TABLE, Key=item)["Item"] == item


def test_a_server_that_does_not_answer_is_an_error_without_a_key_in_it():
    told = run(Account("http://127.0.0.1:1"))
    assert told.returncode and "of-the-laptop" not in told.stderr + told.stdout
