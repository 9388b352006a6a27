"""From a key of the stack's own back to AWS's: nothing new lies under it, the old is still read, and it is let go of by hand."""

import json
from typing import Any

import pytest

from . import account
from .bench import Bench
from .fake_aws import FakeAws

pytestmark = pytest.mark.engines

ALIAS = "alias/genai-ops-dev"


def rights(bench: Bench, key: str) -> set[str]:
    """What the roles of the stack may do with the key."""
    policies = (
        json.loads(item["inputs"]["policy"])
        for item in bench.rented().values()
        if item["type"] == "aws:iam/rolePolicy:RolePolicy"
    )
    return {
        action
        for policy in policies
        for statement in policy["Statement"]
        if str(statement["Resource"]).endswith(f":key/{key}")
        for action in statement["Action"]
    }


def declared(bench: Bench) -> list[dict[str, Any]]:
    return [item for item in bench.state() if item["type"] == "aws:kms/key:Key"]


def test_the_old_key_is_read_by_until_somebody_lets_go_of_it(bench: Bench, aws: FakeAws) -> None:
    bench.configure(encryptionKey="own", paused=True).up()
    account.push_image(aws)
    account.set_keys(aws)
    bench.configure(paused=False).up()
    kms = aws.client("kms")
    key = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    assert "kms:GenerateDataKey" in rights(bench, key)

    # While paused: a cluster never changes its key, and a second one cannot have its name.
    refused = bench.configure(encryptionKey="aws").preview()
    assert refused.code and "a cluster never changes its key" in " ".join(refused.output.split())
    bench.destroy()
    bench.up()
    assert rights(bench, key) == {"kms:Decrypt", "kms:DescribeKey"}
    rules = aws.client("s3").get_bucket_encryption(Bucket=account.BUCKET)["ServerSideEncryptionConfiguration"]
    assert rules["Rules"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert set(bench.up().counts()) == {"same"}

    assert len(declared(bench)) == 1

    kms.disable_key(KeyId=key)
    bench.up()
    assert declared(bench) == [] and rights(bench, key) == set()
    # Forgotten, not deleted: the runbook says when that is.
    assert kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyState"] == "Disabled"
