"""An account for the tests that look at one, and the event loop that Pulumi's SDK asks for."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from .accounts import Account, account


@pytest.fixture(autouse=True)
def an_event_loop() -> Iterator[None]:
    """Asynchronous tests that ran before have left the thread none."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Account]:
    with account() as running:
        yield running


@pytest.fixture
def aws(server: Account) -> Account:
    """An empty account: each test fills its own."""
    httpx.post(f"{server.url}/moto-api/reset", timeout=30).raise_for_status()
    return server
