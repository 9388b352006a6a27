"""What every conformance suite shares: one event loop kind, and an AWS that boto3 reaches over real HTTP."""

from collections.abc import Iterator

import pytest

from tests.conformance.aws_server import aws_server


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def aws_endpoint() -> Iterator[str]:
    """A moto server, and credentials that mean nothing anywhere else and end with the module."""
    with aws_server() as url:
        yield url
