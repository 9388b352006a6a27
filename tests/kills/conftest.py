"""One host of victims a test process."""

from collections.abc import Iterator

import pytest

from tests.kills.victims import Host


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def victims() -> Iterator[Host]:
    with Host() as host:
        yield host
