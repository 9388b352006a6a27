"""A wire server for each test, and the clients that a test has opened, closed behind it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from app.adapters.openai_compatible import OpenAIChat, OpenAIEmbedder
from tests.wire.server import WireServer, wire_server


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def server() -> Iterator[WireServer]:
    with wire_server() as server:
        yield server


Opened = list[OpenAIChat | OpenAIEmbedder]


@pytest.fixture
async def opened() -> AsyncIterator[Opened]:
    opened: Opened = []
    yield opened
    for client in opened:
        await client.aclose()
