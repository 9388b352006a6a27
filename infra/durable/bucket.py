"""The buckets: data (the source of truth that everything else is rebuilt from), model artifacts, and logs.

Documents lie under documents/<tenant>/<document>/<version>/, so no prefix tells originals from what is read at every
resume. A lifecycle rule knows prefix, size and tags; the app marks originals with a tag when it stores them.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import s3

from infra.durable.keeping import Keeping

# Old versions are the undo of a mistake, not an archive: a month is long enough to notice one.
OLD_VERSIONS_DAYS = 30
# Parts of an unfinished upload are invisible and billed.
UNFINISHED_UPLOAD_DAYS = 7
# An original is read while it is ingested and almost never again. Glacier Instant Retrieval keeps it at a sixth of the price,
# answers as fast, and bills at least 90 days: what is deleted within a month is not moved at all.
ORIGINALS_DAYS = 30
ORIGINAL_TAG = ("genai-ops:object", "original")
# Logs are read for weeks and kept for questions that come later.
LOGS_DAYS = 90
LOAD_BALANCERS = "logdelivery.elasticloadbalancing.amazonaws.com"


@dataclass(frozen=True)
class Holding:
    """What one bucket is for: what moves to the cheaper class by age, and who besides the account may write."""

    name: str
    archived: tuple[dict[str, Any], ...] = ()
    # Load balancers write their logs into buckets that S3 itself encrypts and no others.
    own_key: bool = True
    writers: Callable[[str, Keeping], Sequence[dict[str, Any]]] = lambda arn, keeping: ()


class Bucket(pulumi.ComponentResource):
    """A bucket with its satellites: versioning, encryption, public-access block, ownership, TLS-only policy, lifecycle."""

    def __init__(
        self, holding: Holding, keeping: Keeping, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        name = holding.name
        super().__init__(f"genai:durable:{name.title()}Bucket", name, None, opts)
        bucket = s3.Bucket(
            name,
            bucket=keeping.names.bucket(name),
            force_destroy=not keeping.keep,
            tags=keeping.tags.durable(),
            opts=keeping.adopted(f"{name}_bucket", parent=self),
        )
        policy = self._close(holding, keeping, bucket)
        self._clean(holding, keeping, bucket)
        self.name: pulumi.Output[str] = bucket.bucket
        self.arn: pulumi.Output[str] = bucket.arn
        # The name for those whom the policy lets write: AWS tries whether they may before it accepts them.
        self.written: pulumi.Output[str] = pulumi.Output.all(bucket.bucket, policy.id).apply(
            lambda both: both[0]
        )
        self.register_outputs({"name": self.name, "arn": self.arn})

    def _close(self, holding: Holding, keeping: Keeping, bucket: s3.Bucket) -> s3.BucketPolicy:
        name, options = holding.name, keeping.satellite(parent=bucket)
        block = s3.BucketPublicAccessBlock(
            name,
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=options,
        )
        s3.BucketOwnershipControls(
            name, bucket=bucket.bucket, rule={"object_ownership": "BucketOwnerEnforced"}, opts=options
        )
        s3.BucketServerSideEncryptionConfiguration(
            name,
            bucket=bucket.bucket,
            rules=[encryption(keeping.key if holding.own_key else None)],
            opts=options,
        )
        return s3.BucketPolicy(
            name,
            bucket=bucket.bucket,
            policy=bucket.arn.apply(
                lambda arn: json.dumps(bucket_policy(arn, holding.writers(arn, keeping)))
            ),
            # S3 refuses two changes of one bucket's access at the same moment.
            opts=keeping.satellite(parent=bucket, after=[block]),
        )

    def _clean(self, holding: Holding, keeping: Keeping, bucket: s3.Bucket) -> None:
        name = holding.name
        versioning = s3.BucketVersioning(
            name,
            bucket=bucket.bucket,
            versioning_configuration={"status": "Enabled"},
            opts=keeping.satellite(parent=bucket),
        )
        s3.BucketLifecycleConfiguration(
            name,
            bucket=bucket.bucket,
            rules=lifecycle_rules(holding.archived),
            # A rule for old versions means nothing before there are versions.
            opts=keeping.satellite(parent=bucket, after=[versioning]),
        )


def lifecycle_rules(archived: Sequence[dict[str, Any]] = ()) -> list[Any]:
    """Nothing current ever expires by age: a pause may last longer than any number of days written here."""
    return [
        {
            "id": "abort-unfinished-uploads",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "abort_incomplete_multipart_upload": {"days_after_initiation": UNFINISHED_UPLOAD_DAYS},
        },
        {
            "id": "expire-old-versions",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "noncurrent_version_expiration": {"noncurrent_days": OLD_VERSIONS_DAYS},
            # A delete marker with nothing behind it is no data, and slows every listing.
            "expiration": {"expired_object_delete_marker": True},
        },
        *archived,
    ]


def encryption(key: pulumi.Input[str] | None) -> Any:
    """SSE-S3 costs nothing, a KMS key a dollar a month while paused. The bucket's own data key spares a call for each object."""
    if key is None:
        return {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    return {
        "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key},
        "bucket_key_enabled": True,
    }


def archive(name: str, *, days: int, only: dict[str, Any]) -> dict[str, Any]:
    """Move what the filter names into the class that costs a sixth and answers at once."""
    return {
        "id": name,
        "status": "Enabled",
        "filter": only,
        "transitions": [{"days": days, "storage_class": "GLACIER_IR"}],
    }


def bucket_policy(arn: str, writers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [tls_only(arn), *writers]}


def tls_only(arn: str) -> dict[str, Any]:
    """Refuses every request that does not come over TLS, whoever asks."""
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def load_balancer_logs(arn: str, keeping: Keeping) -> list[dict[str, Any]]:
    """Load balancers of this account and region may write their access logs, under the prefix AWS gives them."""
    account, region = keeping.names.account, keeping.names.region
    return [
        {
            "Sid": "LoadBalancerLogs",
            "Effect": "Allow",
            "Principal": {"Service": LOAD_BALANCERS},
            "Action": ["s3:PutObject"],
            "Resource": f"{arn}/AWSLogs/{account}/*",
            "Condition": {
                "ArnLike": {
                    "aws:SourceArn": f"arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/*"
                }
            },
        }
    ]


DATA = Holding(
    "data",
    archived=(
        archive(
            "archive-originals",
            days=ORIGINALS_DAYS,
            only={"tag": {"key": ORIGINAL_TAG[0], "value": ORIGINAL_TAG[1]}},
        ),
    ),
)
# Weights are read whole at every start of a model: nothing here moves to a class that bills each reading.
MODELS = Holding("models")
LOGS = Holding(
    "logs",
    archived=(archive("archive-logs", days=LOGS_DAYS, only={"prefix": ""}),),
    writers=load_balancer_logs,
    own_key=False,
)
