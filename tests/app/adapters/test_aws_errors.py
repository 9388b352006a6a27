import inspect
from typing import Any

import botocore.session
import pytest
from botocore import exceptions as boto

from app.adapters import aws_errors as aws_errors_module
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


def _modelled_codes() -> list[tuple[str, str]]:
    """(service, code) of every error in botocore's model of each service that has a client here."""
    session = botocore.session.Session()
    return [
        (service, str(shape.metadata.get("error", {}).get("code") or shape.name))
        for service in ("s3", "sqs", "dynamodb", "secretsmanager")
        for shape in session.get_service_model(service).error_shapes
    ]


TABLES = (
    aws_errors_module.MISSING,
    aws_errors_module.STORE_MISSING,
    aws_errors_module.MISSING_BY_OPERATION,
    aws_errors_module.THROTTLED,
    aws_errors_module.CONFLICT,
    aws_errors_module.DENIED,
    aws_errors_module.TIMED_OUT,
    aws_errors_module.FAILED,
    aws_errors_module.REJECTED,
    aws_errors_module.NOT_OURS,
)


@pytest.mark.parametrize(("service", "code"), _modelled_codes())
def test_each_modelled_error_of_a_service_stands_in_one_table(service: str, code: str) -> None:
    assert sum(code in table for table in TABLES) == 1, f"{service} may answer {code}: say what it means"


def test_the_models_were_read_and_no_code_stands_in_two_tables() -> None:
    services = {service for service, _ in _modelled_codes()}
    assert services == {"s3", "sqs", "dynamodb", "secretsmanager"} and len(_modelled_codes()) > 80
    assert len(set().union(*TABLES)) == sum(map(len, TABLES))


@pytest.mark.parametrize("code", sorted(aws_errors_module.THROTTLED | aws_errors_module.FAILED))
def test_what_passes_by_itself_says_when_to_come_back(code: str) -> None:
    response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    error = translated(boto.ClientError(response, "PutItem"), "x")
    assert isinstance(error, Unavailable) and error.retry_after_s


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
        ("ResourceNotFoundException", 400, "UpdateItem", Unavailable),
        ("ProvisionedThroughputExceededException", 400, "Query", ProviderThrottled),
        ("TransactionConflictException", 400, "UpdateItem", Unavailable),
        ("ValidationException", 400, "Query", ProviderRejected),
        ("AWS.SimpleQueueService.NonExistentQueue", 400, "SendMessage", Unavailable),
        ("QueueDoesNotExist", 400, "ReceiveMessage", Unavailable),
        ("RequestThrottled", 403, "SendMessage", ProviderThrottled),
        ("KmsThrottled", 400, "SendMessage", ProviderThrottled),
        ("KmsAccessDenied", 400, "SendMessage", Unavailable),
        ("OverLimit", 403, "ReceiveMessage", ProviderThrottled),
        ("ReceiptHandleIsInvalid", 404, "DeleteMessage", Conflict),
        ("AWS.SimpleQueueService.MessageNotInflight", 400, "ChangeMessageVisibility", Conflict),
        ("InvalidParameterValue", 400, "ChangeMessageVisibility", ProviderRejected),
        ("DecryptionFailure", 400, "GetSecretValue", Unavailable),
        ("InvalidRequestException", 400, "GetSecretValue", ProviderRejected),
        ("SomethingNew", 503, "SendMessage", Unavailable),
        ("SomethingNew", 429, "SendMessage", ProviderThrottled),
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
