"""The event loop kind of answer tests."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
