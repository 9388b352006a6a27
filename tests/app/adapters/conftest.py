"""The event loop kind of adapter tests."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
