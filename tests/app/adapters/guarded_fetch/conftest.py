"""A small web for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.sites.site import Site, serving


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as served:
        yield served
