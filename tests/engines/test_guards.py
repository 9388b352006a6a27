"""The stack's own name, key and cost guard on the real engine: a pause keeps the first two, a resume finds them again."""

from pathlib import Path

import pytest

from . import account
from .bench import Bench
from .fake_aws import FakeAws

pytestmark = pytest.mark.engines


def zone_of(aws: FakeAws) -> str:
    """AWS's zones all begin with a Z, moto's do by chance."""
    route53 = aws.client("route53")
    for number in range(1_000):
        made = route53.create_hosted_zone(Name="example.org", CallerReference=str(number))
        zone: str = made["HostedZone"]["Id"].rsplit("/", 1)[-1]
        if zone.startswith("Z"):
            return zone
    raise AssertionError("no zone of moto's begins with a Z")


def test_certificate_and_key_survive_a_pause_and_are_adopted_and_the_guard_goes(
    tmp_path: Path, pulumi: Path, aws: FakeAws
) -> None:
    zone = zone_of(aws)
    bench = Bench(tmp_path, pulumi=pulumi, aws=aws).init(
        domain="genai.example.org",
        hostedZone=zone,
        encryptionKey="own",
        gpu="spot",
        autoscaler=True,
        costGuard="stop-gpu",
    )
    bench.up()
    assert set(bench.up().counts()) == {"same"}
    certificates = aws.client("acm").list_certificates()["CertificateSummaryList"]
    keys = aws.client("kms").list_keys()["Keys"]
    rules = aws.client("s3").get_bucket_encryption(Bucket=account.BUCKET)["ServerSideEncryptionConfiguration"]
    assert rules["Rules"][0]["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"].endswith(
        keys[0]["KeyId"]
    )
    bench.destroy()
    assert bench.rented() == {} and bench.state() == []
    counts = bench.up().counts()
    assert not counts.keys() & {"replace", "delete"}
    assert aws.client("acm").list_certificates()["CertificateSummaryList"] == certificates
    assert aws.client("kms").list_keys()["Keys"] == keys
