import inspect
from typing import Any

import pytest
from botocore import exceptions as boto

from app.adapters.aws_errors import aws_errors, translated
from app.kernel.errors import (
    Conflict,
    GenaiError,
    NotFound,
    ProviderRejected,
    ProviderThrottled,
    ProviderTimeout,
    Unavailable,
)


def _kinds() -> list[type[Exception]]:
    return [
        kind
        for _, kind in inspect.getmembers(boto, inspect.isclass)
        if issubclass(kind, (boto.BotoCoreError, boto.ClientError)) and not issubclass(kind, boto.ClientError)
    ]


def _bare(kind: type[Exception]) -> Exception:
    """An instance without what its constructor would format."""
    return kind.__new__(kind, "secret-request")


@pytest.mark.parametrize("kind", _kinds(), ids=lambda kind: kind.__name__)
def test_each_botocore_exception_becomes_one_of_ours_that_says_its_name_only(kind: type[Exception]) -> None:
    error = translated(_bare(kind), "documents/a")
    assert isinstance(error, (Unavailable, ProviderRejected))
    assert (kind.__name__ in error.detail and "documents/a" in error.detail) or "credentials" in error.detail
    assert "secret-request" not in error.detail


@pytest.mark.parametrize(
    ("kind", "ours"),
    [
        (boto.ConnectTimeoutError, ProviderTimeout),
        (boto.ReadTimeoutError, ProviderTimeout),
        (boto.EndpointConnectionError, Unavailable),
        (boto.SSLError, Unavailable),
        (boto.ConnectionClosedError, Unavailable),
        (boto.IncompleteReadError, Unavailable),
        (boto.NoCredentialsError, Unavailable),
        (boto.NoAuthTokenError, Unavailable),
        (boto.ChecksumError, Unavailable),
        (boto.LoginRefreshRequired, Unavailable),
        (boto.ParamValidationError, ProviderRejected),
        (boto.NoRegionError, ProviderRejected),
    ],
)
def test_what_a_retry_or_a_sign_in_mends_is_unavailable(
    kind: type[Exception], ours: type[GenaiError]
) -> None:
    assert type(translated(_bare(kind), "x")) is ours


@pytest.mark.parametrize(
    ("code", "status", "operation", "ours"),
    [
        ("NoSuchKey", 404, "GetObject", NotFound),
        ("404", 404, "HeadObject", NotFound),
        ("ResourceNotFoundException", 400, "GetSecretValue", NotFound),
        ("NoSuchBucket", 404, "PutObject", Unavailable),
        ("404", 404, "HeadBucket", Unavailable),
        ("AccessDenied", 403, "GetObject", Unavailable),
        ("403", 403, "HeadBucket", Unavailable),
        ("ExpiredToken", 400, "GetObject", Unavailable),
        ("SlowDown", 503, "PutObject", ProviderThrottled),
        ("ThrottlingException", 400, "GetSecretValue", ProviderThrottled),
        ("RequestTimeout", 400, "PutObject", ProviderTimeout),
        ("InternalError", 500, "PutObject", Unavailable),
        ("ServiceUnavailable", 503, "PutObject", Unavailable),
        ("PreconditionFailed", 412, "PutObject", Conflict),
        ("ConditionalCheckFailedException", 400, "PutItem", Conflict),
        ("InvalidArgument", 400, "PutObject", ProviderRejected),
        ("", 0, "PutObject", ProviderRejected),
    ],
)
def test_each_answer_of_aws_becomes_the_error_its_callers_act_on(
    code: str, status: int, operation: str, ours: type[GenaiError]
) -> None:
    response: Any = {
        "Error": {"Code": code, "Message": "secret-request"}, "ResponseMetadata": {"HTTPStatusCode": status}
    }  # fmt: skip
    error = translated(boto.ClientError(response, operation), "documents/a")
    assert type(error) is ours
    assert "documents/a" in error.detail and "secret-request" not in error.detail


def test_the_vendors_error_does_not_travel_along() -> None:
    with pytest.raises(Unavailable) as raised, aws_errors("x"):
        raise boto.NoCredentialsError
    assert raised.value.__cause__ is None and raised.value.__suppress_context__
