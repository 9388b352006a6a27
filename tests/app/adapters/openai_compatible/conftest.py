"""A wire server for each test, and a pause that only remembers how long it would have been."""

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


class Pauses(list[float]):
    """Stands in for asyncio.sleep; also closes the clients that a test has opened."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[OpenAIChat | OpenAIEmbedder] = []

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
async def pauses() -> AsyncIterator[Pauses]:
    pauses = Pauses()
    yield pauses
    for client in pauses.opened:
        await client.aclose()
