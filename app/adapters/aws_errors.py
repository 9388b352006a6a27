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

_MISSING = {"NoSuchKey", "NoSuchVersion", "ResourceNotFoundException"}
_STORE_MISSING = {"NoSuchBucket"}
_THROTTLED = {
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "BandwidthLimitExceeded",
}
_CONFLICT = {"PreconditionFailed", "ConditionalRequestConflict", "ConditionalCheckFailedException"}
_CREDENTIALS = {
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}

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
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    operation = error.operation_name
    if code in _STORE_MISSING or (status == 404 and operation == "HeadBucket"):
        return Unavailable(f"The bucket of {what!r} does not exist; create it or correct GENAI_BUCKET.")
    if code in _MISSING or status == 404:
        return NotFound(f"AWS holds nothing named {what!r}.")
    if code in _THROTTLED or status == 429:
        return ProviderThrottled(f"AWS asks to slow down for {what!r} ({code}); try again.", retry_after_s=1)
    if code in _CONFLICT or status in (409, 412):
        return Conflict(f"Another writer changed {what!r} ({code}); read it again.")
    if code in _CREDENTIALS or status in (401, 403):
        return Unavailable(f"AWS denies {operation} for {what!r} ({code}); check the role's policy.")
    if code == "RequestTimeout" or status in (408, 504):
        return ProviderTimeout(
            f"AWS did not answer in time for {what!r} ({code}); try again.", retry_after_s=1
        )
    if status >= 500:
        return Unavailable(f"AWS failed at {operation} for {what!r} ({code}); try again.", retry_after_s=1)
    return ProviderRejected(f"AWS refused {operation} for {what!r} ({code or status}).")


@contextmanager
def aws_errors(what: str) -> Iterator[None]:
    """Raise our error instead of the vendor's for what happens inside."""
    try:
        yield
    except (boto.BotoCoreError, boto.ClientError, urllib3.exceptions.HTTPError, OSError) as error:
        raise translated(error, what) from None
