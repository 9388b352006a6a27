"""What the RAG service may do in AWS: the actions that docs/guide/06 and 08 list, on its own things and nobody else's."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from infra.statements import allow

# What lies in the data bucket, each under its own prefix: nobody reaches another's. tests/contracts compare the first with app.
DOCUMENTS_PREFIX = "documents/"
DUMPS_PREFIX = "database/dumps/"
# In the model bucket.
MODELS_PREFIX = "ollama/"

Keeper = Literal["dynamodb", "s3", "secretsmanager"]
# What each service that keeps data under a key does with it in the name of who asks, by its own guide (read 2026-11-27):
# DynamoDB "Encryption at rest: usage notes"; S3 "Using SSE-KMS"; Secrets Manager "Secret encryption and decryption", where
# nobody here writes a value.
KEEPERS: Mapping[Keeper, tuple[str, ...]] = {
    "dynamodb": ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
    "s3": ("kms:Decrypt", "kms:GenerateDataKey"),
    "secretsmanager": ("kms:Decrypt",),
}


def list_documents(bucket: str) -> dict[str, Any]:
    # Versions too: a delete removes every version of a document and counts what is left. No prefix: the service's probe asks for
    # the bucket itself, which is this right too; beside documents it shows the times of dumps and nothing in them.
    return allow("ListDocuments", bucket, "s3:ListBucket", "s3:ListBucketVersions")


def keep_documents(bucket: str) -> dict[str, Any]:
    return allow(
        "KeepDocuments",
        f"{bucket}/{DOCUMENTS_PREFIX}*",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:GetObject",
        "s3:PutObject",
        # Originals are stored with the tag that the bucket's lifecycle rule goes by.
        "s3:PutObjectTagging",
    )


def keep_records(table: str) -> dict[str, Any]:
    # Every write is conditional, so PutItem and the batches are not among them.
    return allow(
        "KeepRecords",
        table,
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
    )


def work_off(queue: str) -> dict[str, Any]:
    return allow(
        "WorkOffJobs",
        queue,
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
    )


def read_keys(secret: str) -> dict[str, Any]:
    return allow("ReadKeys", secret, "secretsmanager:GetSecretValue")


def read_own_keys(secret: str) -> dict[str, Any]:
    """The keys of others that this one app uses."""
    return allow("ReadOwnKeys", secret, "secretsmanager:GetSecretValue")


def list_dumps(bucket: str) -> dict[str, Any]:
    """Of the data bucket only what lies below the prefix."""
    return _below_dumps(allow("ListDumps", bucket, "s3:ListBucket"))


def list_dumps_to_prune(bucket: str) -> dict[str, Any]:
    """With the versions of each: what is surplus goes in all of them."""
    return _below_dumps(allow("ListDumps", bucket, "s3:ListBucket", "s3:ListBucketVersions"))


def _below_dumps(listed: dict[str, Any]) -> dict[str, Any]:
    return listed | {"Condition": {"StringLike": {"s3:prefix": f"{DUMPS_PREFIX}*"}}}


def keep_dumps(bucket: str) -> dict[str, Any]:
    return allow("KeepDumps", f"{bucket}/{DUMPS_PREFIX}*", "s3:DeleteObjectVersion", "s3:PutObject")


def read_dumps(bucket: str) -> dict[str, Any]:
    return allow("ReadDumps", f"{bucket}/{DUMPS_PREFIX}*", "s3:GetObject")


def list_below(bucket: str, prefix: str) -> dict[str, Any]:
    """The names of what lies below the prefix, of a bucket that others use too."""
    listed = allow("ListBelow", bucket, "s3:ListBucket")
    return listed | {"Condition": {"StringLike": {"s3:prefix": f"{prefix}/*"}}}


def keep_below(bucket: str, prefix: str) -> dict[str, Any]:
    return allow("KeepBelow", f"{bucket}/{prefix}/*", "s3:DeleteObject", "s3:GetObject", "s3:PutObject")


def see_bucket(bucket: str) -> dict[str, Any]:
    """All names: whoever asks first whether the bucket is there asks without a prefix, which no condition would let through."""
    return allow("SeeBucket", bucket, "s3:ListBucket")


def read_below(bucket: str, prefix: str) -> dict[str, Any]:
    return allow("ReadBelow", f"{bucket}/{prefix}/*", "s3:GetObject")


def write_below(bucket: str, prefix: str) -> dict[str, Any]:
    return allow("WriteBelow", f"{bucket}/{prefix}/*", "s3:GetObject", "s3:PutObject")


def use_key(key: str, *, region: str, by: Sequence[Keeper]) -> dict[str, Any]:
    """The stack's own key, only by way of the services that the role asks, and only for what these do with it."""
    use = allow("UseKey", key, *sorted({action for keeper in by for action in KEEPERS[keeper]}))
    return use | _by_way_of(by, region=region)


def read_by_key(key: str, *, region: str, by: Sequence[Keeper]) -> dict[str, Any]:
    """The key that the stack had: what it encrypted is read, and nothing more is put under it."""
    used = {action for keeper in by for action in KEEPERS[keeper]} & {"kms:Decrypt", "kms:DescribeKey"}
    return allow("ReadByFormerKey", key, *sorted(used)) | _by_way_of(by, region=region)


def _by_way_of(keepers: Sequence[Keeper], *, region: str) -> dict[str, Any]:
    services = [f"{keeper}.{region}.amazonaws.com" for keeper in sorted(keepers)]
    return {"Condition": {"StringEquals": {"kms:ViaService": services}}}


def list_models(bucket: str) -> dict[str, Any]:
    """Without it S3 answers "denied" for what is not there."""
    listed = allow("ListModels", bucket, "s3:ListBucket")
    return listed | {"Condition": {"StringLike": {"s3:prefix": f"{MODELS_PREFIX}*"}}}


def read_models(bucket: str) -> dict[str, Any]:
    return allow("ReadModels", f"{bucket}/{MODELS_PREFIX}*", "s3:GetObject")


def keep_models(bucket: str) -> dict[str, Any]:
    # Large blobs go up in parts; one that was given up must not lie there, invisible and billed.
    return allow("KeepModels", f"{bucket}/{MODELS_PREFIX}*", "s3:AbortMultipartUpload", "s3:PutObject")
