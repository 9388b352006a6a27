import inspect

import httpx
import pytest

from app.adapters.openai_compatible.errors import EXCEPTIONS, of_exception, of_status
from app.kernel.errors import (
    GenaiError,
    ProviderDenied,
    ProviderRejected,
    ProviderThrottled,
    ProviderTimeout,
    ProviderUnavailable,
    Unavailable,
)

# Families that httpx never raises itself, and the one we never ask for (raise_for_status).
ABSTRACT = {
    httpx.HTTPError, httpx.RequestError, httpx.TransportError, httpx.TimeoutException, httpx.NetworkError,
    httpx.ProtocolError, httpx.StreamError, httpx.HTTPStatusError,
}  # fmt: skip
CONCRETE = sorted(
    {
        kind
        for _, kind in inspect.getmembers(httpx, inspect.isclass)
        if issubclass(kind, Exception) and kind not in ABSTRACT
    },
    key=lambda kind: kind.__name__,
)


@pytest.mark.parametrize("kind", CONCRETE, ids=lambda kind: kind.__name__)
def test_each_exception_that_httpx_exports_has_a_place_in_the_table(kind: type[Exception]) -> None:
    assert kind in EXCEPTIONS
    error = of_exception(kind.__new__(kind), service="chat")
    assert type(error) is EXCEPTIONS[kind]


def test_the_table_names_nothing_that_httpx_does_not_export() -> None:
    assert set(EXCEPTIONS) == set(CONCRETE)


def test_an_exception_is_told_without_its_text() -> None:
    error = of_exception(httpx.ConnectError("https://user:secret@host/v1 refused"), service="chat")
    assert "secret" not in error.detail and "ConnectError" in error.detail


@pytest.mark.parametrize("status", range(300, 600))
def test_each_status_is_an_error_of_a_provider_and_names_the_status(status: int) -> None:
    error = of_status(status, service="chat")
    assert type(error) in (
        ProviderDenied,
        ProviderRejected,
        ProviderThrottled,
        ProviderTimeout,
        ProviderUnavailable,
    )
    assert str(status) in error.detail


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, ProviderRejected), (400, ProviderRejected), (401, ProviderDenied), (402, ProviderDenied),
        (403, ProviderDenied), (404, ProviderRejected), (408, ProviderTimeout), (413, ProviderRejected),
        (422, ProviderRejected), (429, ProviderThrottled), (500, ProviderUnavailable), (501, ProviderRejected),
        (502, ProviderUnavailable), (503, ProviderUnavailable), (504, ProviderTimeout), (529, ProviderUnavailable),
    ],
)  # fmt: skip
def test_waiting_helps_exactly_where_the_server_may_recover(status: int, kind: type[GenaiError]) -> None:
    error = of_status(status, service="chat")
    assert type(error) is kind
    assert isinstance(error, Unavailable) == (not issubclass(kind, ProviderRejected))


def test_a_spent_quota_is_no_throttling() -> None:
    spent = {"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}
    assert type(of_status(429, service="chat", body=spent)) is ProviderDenied


@pytest.mark.parametrize(
    "body",
    [None, [], "text", 7, {"error": None}, {"error": "text"}, {"error": {"code": 5}}, {"error": {"code": "a b: c"}},
     {"error": {"code": "sk-live-1234"}}, {"error": {"code": "x" * 65}}],
)  # fmt: skip
def test_odd_error_bodies_are_told_without_their_words(body: object) -> None:
    assert of_status(400, service="chat", body=body).detail == (
        "The chat service answered 400; the request was not accepted."
    )
