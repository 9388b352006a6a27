"""What every conformance suite shares: one event loop kind, and an AWS that boto3 reaches over real HTTP."""

import os
from collections.abc import Iterator

import pytest

from tests.conformance.aws_server import AwsServer


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def aws_endpoint() -> Iterator[str]:
    """A moto server, and credentials that mean nothing anywhere else and end with the module."""
    server = AwsServer()
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        yield server.url
    server.stop()
