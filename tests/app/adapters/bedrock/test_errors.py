import inspect
from typing import Any

import botocore.session
import pytest
import urllib3
from botocore import eventstream
from botocore import exceptions as boto

from app.adapters.bedrock.errors import CAUGHT, ERRORS, of_error
from app.kernel.errors import (
    ProviderDenied,
    ProviderRejected,
    ProviderThrottled,
    ProviderTimeout,
    ProviderUnavailable,
)

MODEL = botocore.session.get_session().get_service_model("bedrock-runtime")
KINDS = (ProviderThrottled, ProviderTimeout, ProviderUnavailable, ProviderRejected)
OUTPUT: Any = MODEL.shape_for("ConverseStreamOutput")
STREAM = [name for name in OUTPUT.members if name.endswith("Exception")]


def _client_error(code: str, status: int) -> boto.ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": "secret-request"}, "ResponseMetadata": {"HTTPStatusCode": status}
    }  # fmt: skip
    return boto.ClientError(response, "ConverseStream")


def test_the_table_holds_exactly_the_errors_of_the_services_model() -> None:
    assert set(ERRORS) == {shape.name for shape in MODEL.error_shapes}


@pytest.mark.parametrize("code", [shape.name for shape in MODEL.error_shapes])
def test_each_error_of_the_service_is_of_its_kind_and_says_its_name_only(code: str) -> None:
    error = of_error(_client_error(code, 400), what="a-model")
    assert type(error) is ERRORS[code][0]
    assert code in error.detail and "a-model" in error.detail and "secret-request" not in error.detail
    assert (error.retry_after_s is None) is isinstance(error, ProviderRejected)


@pytest.mark.parametrize("code", STREAM)
def test_an_error_inside_a_stream_is_of_the_same_kind_as_outside(code: str) -> None:
    assert STREAM
    inside = of_error(eventstream.EventStreamError(_client_error(code, 200).response, "x"), what="a-model")
    assert type(inside) is ERRORS[code[0].upper() + code[1:]][0]


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("UnrecognizedClientException", 403, ProviderDenied),
        ("ExpiredTokenException", 403, ProviderDenied),
        ("InvalidSignatureException", 403, ProviderDenied),
        ("404", 404, ProviderDenied),
        ("", 429, ProviderThrottled),
        ("", 504, ProviderTimeout),
        ("", 502, ProviderUnavailable),
        ("Whatever", 400, ProviderRejected),
    ],
)
def test_codes_outside_of_the_model_follow_the_table_of_all_of_aws(
    code: str, status: int, kind: type
) -> None:
    assert type(of_error(_client_error(code, status), what="a-model")) is kind


@pytest.mark.parametrize(
    "kind",
    [
        found
        for _, found in inspect.getmembers(boto, inspect.isclass)
        if issubclass(found, boto.BotoCoreError)
    ],
    ids=lambda kind: kind.__name__,
)
def test_each_exception_of_botocore_is_one_of_the_ports_kinds(kind: type[Exception]) -> None:
    error = kind.__new__(kind, "secret-request")
    assert isinstance(error, CAUGHT)
    found = of_error(error, what="a-model")
    assert isinstance(found, KINDS) and "secret-request" not in found.detail


@pytest.mark.parametrize(
    "kind",
    [
        found
        for module in (eventstream, urllib3.exceptions)
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, eventstream.ParserError | urllib3.exceptions.HTTPError)
    ],
    ids=lambda kind: kind.__name__,
)
def test_each_way_that_a_stream_can_break_may_be_tried_again(kind: type[Exception]) -> None:
    error = kind.__new__(kind, "secret-request")
    assert isinstance(error, CAUGHT)
    found = of_error(error, what="a-model")
    assert isinstance(found, ProviderUnavailable | ProviderTimeout), type(found)
