"""The event loop kind of adapter tests, and an AWS that boto3 reaches over real HTTP."""

from collections.abc import Iterator

import pytest

from tests.conformance.aws_server import aws_server


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def aws_endpoint() -> Iterator[str]:
    with aws_server() as url:
        yield url
