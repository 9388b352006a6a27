"""The event loop that these tests run on."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
