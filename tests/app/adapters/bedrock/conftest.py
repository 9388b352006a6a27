"""A Bedrock for each test."""

from collections.abc import Iterator

import pytest

from tests.bedrock.environment import bedrock_in_environment
from tests.bedrock.server import BedrockServer


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def server() -> Iterator[BedrockServer]:
    with bedrock_in_environment() as server:
        yield server
