"""What makes boto3's own client speak to the server: its address in the environment, and keys that open nothing."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.bedrock.server import BedrockServer, bedrock_server


@contextmanager
def bedrock_in_environment(*, region: str = "us-east-1") -> Iterator[BedrockServer]:
    with bedrock_server() as server, pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing-secret-key")
        patch.setenv("AWS_REGION", region)
        patch.setenv("AWS_DEFAULT_REGION", region)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        yield server
