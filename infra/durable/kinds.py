"""The one list of what survives a pause. What stays must be adopted and what is adopted must stay."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A durable resource type whose import id equals its resource id, and the output that carries its physical name."""

    token: str
    title: str
    name_output: str


# The key is what adopt.py finds it under and what its declaration asks for.
KINDS: Mapping[str, Kind] = {
    "data_bucket": Kind("aws:s3/bucket:Bucket", "bucket", "bucket"),
    "rag_images": Kind("aws:ecr/repository:Repository", "image repository", "name"),
    "records": Kind("aws:dynamodb/table:Table", "table", "name"),
    "api_keys": Kind("aws:secretsmanager/secret:Secret", "secret", "name"),
    "budget": Kind("aws:budgets/budget:Budget", "budget", "name"),
}

# Settings of a bucket, not things of their own: a put overwrites them, so a resume writes them again instead of importing.
# They are retained, or destroy would open the bucket it leaves behind.
SATELLITES = frozenset(
    {
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketVersioning:BucketVersioning",
    }
)
