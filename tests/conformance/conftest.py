"""What every conformance suite shares: one event loop kind, and an AWS that boto3 reaches over real HTTP."""

from collections.abc import Iterator

import pytest

from app.adapters.aws_calls import Calls
from tests.conformance.aws_server import aws_server


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a store does is asked here, not how fast the machine is that plays AWS beside the tests."""
    begin = Calls.__init__
    monkeypatch.setattr(Calls, "__init__", lambda self, store, *, whole_s: begin(self, store, whole_s=60.0))


@pytest.fixture(scope="module")
def aws_endpoint() -> Iterator[str]:
    """A moto server, and credentials that mean nothing anywhere else and end with the module."""
    with aws_server() as url:
        yield url
