"""The database in the cluster on the real engine: a pause keeps its volume and its passwords, a resume adopts them."""

from typing import Any

import pytest

from infra.naming import ROLES

from . import account
from .bench import Bench
from .fake_aws import FakeAws

pytestmark = pytest.mark.engines


def volumes(aws: FakeAws) -> list[tuple[str, str, bool]]:
    found = aws.client("ec2").describe_volumes()["Volumes"]
    return [(one["VolumeId"], one["AvailabilityZone"], one["Encrypted"]) for one in found]


def passwords(aws: FakeAws) -> list[Any]:
    store = aws.client("secretsmanager")
    return [
        store.get_secret_value(SecretId=f"genai-ops/dev/database/{role}")["SecretString"] for role in ROLES
    ]


def is_ours(aws: FakeAws, key: str) -> bool:
    return bool(aws.client("kms").list_resource_tags(KeyId=key)["Tags"])


def keys_of_what_is_kept(aws: FakeAws) -> set[str]:
    """Under which keys the volume and the passwords lie."""
    volumes = [one["KmsKeyId"] for one in aws.client("ec2").describe_volumes()["Volumes"]]
    store = aws.client("secretsmanager")
    passwords = [
        store.describe_secret(SecretId=f"genai-ops/dev/database/{role}")["KmsKeyId"] for role in ROLES
    ]
    return {key.rsplit("/", 1)[-1] for key in (*volumes, *passwords)}


def test_a_pause_keeps_the_volume_and_a_resume_mounts_the_same_one(bench: Bench, aws: FakeAws) -> None:
    bench.configure(paused=True, database="cluster", encryptionKey="own").up()
    account.push_image(aws)
    account.set_keys(aws)
    for role in ROLES:
        aws.client("secretsmanager").put_secret_value(
            SecretId=f"genai-ops/dev/database/{role}", SecretString=f"canary-of-{role}"
        )
    bench.configure(paused=False).up()
    assert set(bench.up().counts()) == {"same"}
    before, kept = volumes(aws), passwords(aws)
    ((volume, zone, encrypted),) = before
    assert (zone, encrypted) == ("us-east-1a", True)
    (key,) = (item["KeyId"] for item in aws.client("kms").list_keys()["Keys"] if is_ours(aws, item["KeyId"]))
    assert keys_of_what_is_kept(aws) == {key}
    told = bench.must("stack", "export", "--stack", bench.stack, "--show-secrets").output
    assert "canary-of" not in told

    bench.destroy()
    assert (bench.rented(), volumes(aws), passwords(aws)) == ({}, before, kept)
    gone = [
        call["urn"].split("::")[2].split("$")[-1] for call in bench.calls("Delete") if "error" not in call
    ]
    for first, later in (
        ("kubernetes:apps/v1:StatefulSet", "kubernetes:core/v1:PersistentVolumeClaim"),
        ("kubernetes:core/v1:PersistentVolumeClaim", "kubernetes:core/v1:PersistentVolume"),
        ("kubernetes:core/v1:PersistentVolume", "aws:eks/nodeGroup:NodeGroup"),
    ):
        assert gone.index(first) < gone.index(later), f"{later} went before {first}"

    counts = bench.up().counts()
    assert volumes(aws) == before and not counts.keys() & {"replace", "delete"}
    (mounted,) = (item for item in bench.state() if item["type"] == "kubernetes:core/v1:PersistentVolume")
    assert mounted["inputs"]["spec"]["csi"]["volumeHandle"] == volume
