"""A served fake API and a client of it, fresh for each test."""

from collections.abc import Iterator

import pytest

pytest.importorskip("streamlit", reason="needs the console extra: uv sync --extra console")

from app.console import session
from app.console.api import Api
from tests.app.console.fake_api import FakeState, served


@pytest.fixture
def state() -> FakeState:
    return FakeState()


@pytest.fixture
def base_url(state: FakeState) -> Iterator[str]:
    with served(state) as url:
        yield url


@pytest.fixture
def client(base_url: str) -> Iterator[Api]:
    api = Api(base_url, timeout_s=10.0)
    yield api
    api.close()


@pytest.fixture
def console(base_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The pages of this process talk to the fake."""
    monkeypatch.setenv("GENAI_API_URL", base_url)
    session.settings.cache_clear()
    session.api.cache_clear()
    yield base_url
    session.api().close()
    session.settings.cache_clear()
    session.api.cache_clear()
