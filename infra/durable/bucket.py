"""The data bucket: documents, chunks and their embeddings, the source of truth that everything else is rebuilt from."""

import json
from typing import Any

import pulumi
from pulumi_aws import s3

from infra.durable.keeping import Keeping

# Old versions are the undo of a mistake, not an archive: a month is long enough to notice one.
OLD_VERSIONS_DAYS = 30
# Parts of an unfinished upload are invisible and billed.
UNFINISHED_UPLOAD_DAYS = 7


class DataBucket(pulumi.ComponentResource):
    """The bucket with its satellites: versioning, encryption, public-access block, ownership, TLS-only policy, lifecycle."""

    def __init__(self, name: str, keeping: Keeping, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("genai:durable:DataBucket", name, None, opts)
        bucket = s3.Bucket(
            name,
            bucket=keeping.names.data_bucket,
            force_destroy=not keeping.keep,
            tags=keeping.tags.durable(),
            opts=keeping.adopted("data_bucket", parent=self),
        )
        self._close(name, keeping, bucket)
        self._clean(name, keeping, bucket)
        self.name: pulumi.Output[str] = bucket.bucket
        self.arn: pulumi.Output[str] = bucket.arn
        self.register_outputs({"name": self.name, "arn": self.arn})

    def _close(self, name: str, keeping: Keeping, bucket: s3.Bucket) -> None:
        options = keeping.satellite(parent=bucket)
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
            # SSE-S3 costs nothing; a KMS key would cost a dollar a month while paused.
            rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
            opts=options,
        )
        s3.BucketPolicy(
            name,
            bucket=bucket.bucket,
            policy=bucket.arn.apply(lambda arn: json.dumps(tls_only(arn))),
            # S3 refuses two changes of one bucket's access at the same moment.
            opts=keeping.satellite(parent=bucket, after=[block]),
        )

    def _clean(self, name: str, keeping: Keeping, bucket: s3.Bucket) -> None:
        versioning = s3.BucketVersioning(
            name,
            bucket=bucket.bucket,
            versioning_configuration={"status": "Enabled"},
            opts=keeping.satellite(parent=bucket),
        )
        s3.BucketLifecycleConfiguration(
            name,
            bucket=bucket.bucket,
            rules=lifecycle_rules(),
            # A rule for old versions means nothing before there are versions.
            opts=keeping.satellite(parent=bucket, after=[versioning]),
        )


def lifecycle_rules() -> list[Any]:
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
    ]


def tls_only(bucket_arn: str) -> dict[str, Any]:
    """Refuses every request that does not come over TLS, whoever asks."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [bucket_arn, f"{bucket_arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
