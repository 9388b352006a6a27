"""Who may speak without a key: this machine, and no page that a browser on it has open."""

import pytest
from fastapi import FastAPI
from starlette.requests import Request

from app.kernel.errors import Forbidden, Unauthenticated
from app.web.authentication import LOCAL_TENANT, Keys


def _request(**headers: str) -> Request:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw, "app": FastAPI()})


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "localhost:80", "[::1]:8080", "LOCALHOST:1"])
def test_this_machine_needs_no_key(host: str) -> None:
    assert Keys({}).tenant_of(_request(host=host)) == LOCAL_TENANT
    assert Keys({}).tenant_of(_request(host=host, origin=f"http://{host}")) == LOCAL_TENANT


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "rebound.example:8080"},
        {"host": "127.0.0.1.rebound.example"},
        {"host": "127.0.0.1:8080", "origin": "https://page.example"},
        {"host": "127.0.0.1:8080", "origin": "null"},
        {"host": "localhost@page.example"},
        {"host": ""},
        {"host": "[::1"},
        {"host": "[not-an-address]:8080"},
        {"host": "localhost", "origin": "http://[page"},
    ],
)
def test_a_page_elsewhere_is_refused_without_keys(headers: dict[str, str]) -> None:
    with pytest.raises(Forbidden):
        Keys({}).tenant_of(_request(**headers))


def test_with_keys_the_key_decides_and_the_name_does_not() -> None:
    keys = Keys({"secret-1": "acme", "secret-2": "beta"})
    assert keys.tenant_of(_request(host="api.example", authorization="Bearer secret-2")) == "beta"
    with pytest.raises(Unauthenticated):
        keys.tenant_of(_request(host="127.0.0.1", authorization="Bearer wrong"))
