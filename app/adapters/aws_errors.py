"""Every error that botocore raises, turned into one of ours; shared by the AWS adapters."""

from collections.abc import Iterator
from contextlib import contextmanager

import urllib3
from botocore import exceptions as boto

from app.kernel.errors import (
    Conflict,
    GenaiError,
    NotFound,
    ProviderRejected,
    ProviderThrottled,
    ProviderTimeout,
    Unavailable,
)

# What each code means to whoever called. Every code in the models of S3, SQS, DynamoDB and Secrets Manager stands in
# one of these sets (a test reads the models); the others are codes that AWS sends without modelling them.
MISSING = {"NoSuchKey", "NoSuchVersion", "NoSuchUpload", "NoSuchAnnotation"}
STORE_MISSING = {"NoSuchBucket", "QueueDoesNotExist", "NonExistentQueue"}
# A secret that is not there, or a table.
MISSING_BY_OPERATION = {"ResourceNotFoundException"}
THROTTLED = {
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "BandwidthLimitExceeded",
    "KmsThrottled",
    "OverLimit",  # 120,000 messages of a queue are with workers already
}
CONFLICT = {
    "PreconditionFailed",
    "ConditionalRequestConflict",
    "ConditionalCheckFailedException",
    "OperationAborted",
    "MessageNotInflight",  # the message was given to somebody else, or waits again
    "ReceiptHandleIsInvalid",
}
DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSecurity",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "NotAuthorized",
    "OptInRequired",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
    # The key that encrypts bucket, queue or secret.
    "DecryptionFailure",
    "KmsAccessDenied",
    "KmsDisabled",
    "KmsInvalidKeyUsage",
    "KmsInvalidState",
    "KmsNotFound",
    "KmsOptInRequired",
}
TIMED_OUT = {"RequestTimeout", "RequestTimeoutException"}
# Passes by itself: AWS's own fault, a table that is being made, two writes of one item in one moment.
FAILED = {
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServiceError",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "ReplicatedWriteConflictException",
    "ResourceInUseException",
    "TransactionConflictException",
    "TransactionInProgressException",
}
# A request that no retry mends.
REJECTED = {
    "EncryptionFailure",
    "IdempotencyParameterMismatch",
    "IdempotentParameterMismatchException",
    "InvalidAddress",
    "InvalidAttributeName",
    "InvalidAttributeValue",
    "InvalidMessageContents",
    "InvalidObjectState",
    "InvalidParameterException",
    "InvalidRequest",
    "InvalidRequestException",
    "ItemCollectionSizeLimitExceededException",
    "LimitExceededException",
    "UnsupportedOperation",
    "ValidationException",
}
# Codes of operations that nothing here calls: batches, backups, exports, transactions, annotations, policies.
NOT_OURS = {
    "AnnotationLimitExceeded",
    "AnnotationNameTooLong",
    "BackupInUseException",
    "BackupNotFoundException",
    "BatchEntryIdsNotDistinct",
    "BatchRequestTooLong",
    "BucketAlreadyExists",
    "BucketAlreadyOwnedByYou",
    "ContinuousBackupsUnavailableException",
    "DuplicateItemException",
    "EmptyBatchRequest",
    "EncryptionTypeMismatch",
    "ExportConflictException",
    "ExportNotFoundException",
    "GlobalTableAlreadyExistsException",
    "GlobalTableNotFoundException",
    "ImportConflictException",
    "ImportNotFoundException",
    "IndexNotFoundException",
    "InvalidAnnotationName",
    "InvalidBatchEntryId",
    "InvalidExportTimeException",
    "InvalidIdFormat",
    "InvalidNextTokenException",
    "InvalidPrefix",
    "InvalidRestoreTimeException",
    "InvalidWriteOffset",
    "MalformedPolicyDocumentException",
    "ObjectAlreadyInActiveTierError",
    "ObjectNotInActiveTierError",
    "PointInTimeRecoveryUnavailableException",
    "PolicyNotFoundException",
    "PreconditionNotMetException",
    "PublicPolicyException",
    "PurgeQueueInProgress",
    "QueueDeletedRecently",
    "QueueNameExists",
    "ReplicaAlreadyExistsException",
    "ReplicaNotFoundException",
    "ResourceExistsException",
    "TableAlreadyExistsException",
    "TableInUseException",
    "TableNotFoundException",
    "TooManyEntriesInBatchRequest",
    "TooManyParts",
    "TransactionCanceledException",
    "UnsupportedMediaType",
}

_TABLE_OPERATIONS = {"GetItem", "UpdateItem", "DeleteItem", "Query"}

# Anything else that botocore raises before or after the wire is a request that a retry will not mend.
_TIMEOUTS = (boto.ConnectTimeoutError, boto.ReadTimeoutError)
_NETWORK = (
    boto.HTTPClientError,
    boto.ConnectionError,  # EndpointConnectionError, SSLError, ProxyConnectionError, ConnectionClosedError
    boto.IncompleteReadError,
    boto.ResponseStreamingError,
    boto.ChecksumError,
    boto.FlexibleChecksumError,
    urllib3.exceptions.HTTPError,
    OSError,
)
_SIGN_IN = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.TokenRetrievalError,
    boto.NoAuthTokenError,
    boto.SSOError,
    boto.MetadataRetrievalError,
    boto.RefreshWithMFAUnsupportedError,
    boto.LoginError,
)


def translated(error: Exception, what: str) -> GenaiError:
    """Our error for one of botocore's. The vendor's message stays out: it may carry a signed request."""
    if isinstance(error, boto.ClientError):
        return _of_response(error, what)
    kind = type(error).__name__
    if isinstance(error, _TIMEOUTS):
        return ProviderTimeout(
            f"AWS did not answer in time for {what!r} ({kind}); try again.", retry_after_s=1
        )
    if isinstance(error, _SIGN_IN):
        return Unavailable(f"AWS credentials are missing or stale ({kind}); sign in or mend the role.")
    if isinstance(error, _NETWORK):
        return Unavailable(
            f"AWS cannot be reached for {what!r} ({kind}); check the network.", retry_after_s=1
        )
    return ProviderRejected(f"AWS refused the request for {what!r} ({kind}); check region, bucket and names.")


def _of_response(error: boto.ClientError, what: str) -> GenaiError:
    # SQS still sends the codes of its older protocol, "AWS.SimpleQueueService.NonExistentQueue".
    code = str(error.response.get("Error", {}).get("Code", "")).removeprefix("AWS.SimpleQueueService.")
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    operation = error.operation_name
    if _is_store_missing(code, status, operation):
        return Unavailable(
            f"The bucket, table or queue of {what!r} does not exist ({code}); create it or correct GENAI_BUCKET, "
            "GENAI_TABLE, GENAI_QUEUE_URL."
        )
    if code in THROTTLED or status == 429:
        return ProviderThrottled(f"AWS asks to slow down for {what!r} ({code}); try again.", retry_after_s=1)
    if code in CONFLICT:
        return Conflict(f"Another writer changed {what!r} ({code}); read it again.")
    if code in DENIED:
        return Unavailable(
            f"AWS denies {operation} for {what!r} ({code}); check the role's policy and the key."
        )
    if code in TIMED_OUT or status in (408, 504):
        return ProviderTimeout(
            f"AWS did not answer in time for {what!r} ({code}); try again.", retry_after_s=1
        )
    if code in FAILED or status >= 500:
        return Unavailable(f"AWS failed at {operation} for {what!r} ({code}); try again.", retry_after_s=1)
    if code in REJECTED or code in NOT_OURS:
        return ProviderRejected(f"AWS refused {operation} for {what!r} ({code}).")
    if code in MISSING or code in MISSING_BY_OPERATION or status == 404:
        return NotFound(f"AWS holds nothing named {what!r}.")
    if status in (409, 412):
        return Conflict(f"Another writer changed {what!r} ({code}); read it again.")
    if status in (401, 403):
        return Unavailable(f"AWS denies {operation} for {what!r} ({code}); check the role's policy.")
    return ProviderRejected(f"AWS refused {operation} for {what!r} ({code or status}).")


def _is_store_missing(code: str, status: int, operation: str) -> bool:
    if code in MISSING_BY_OPERATION:
        return operation in _TABLE_OPERATIONS
    return code in STORE_MISSING or (status == 404 and operation == "HeadBucket")


@contextmanager
def aws_errors(what: str) -> Iterator[None]:
    """Raise our error instead of the vendor's for what happens inside."""
    try:
        yield
    except (boto.BotoCoreError, boto.ClientError, urllib3.exceptions.HTTPError, OSError) as error:
        raise translated(error, what) from None
