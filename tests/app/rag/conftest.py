"""One service a test, with two tenants, or without keys."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.app.rag.running import Running, running


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def rag(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as started:
        yield started


@pytest.fixture
async def open_rag(tmp_path: Path) -> AsyncIterator[Running]:
    """Without keys: everybody on this machine is one tenant."""
    async with running(tmp_path, keys="") as started:
        yield started
