"""One platform and one browser for the journeys of a module; a fresh visitor for each.

Not for the whole session: while Playwright lives, its event loop runs in this thread and asynchronous tests cannot.
"""

from collections.abc import Iterator

import pytest

pytest.importorskip("playwright", reason="needs the test group: uv sync --group test")
pytest.importorskip("streamlit", reason="needs the console extra: uv sync --extra console")

from playwright.sync_api import Browser, sync_playwright

from tests.journeys import browser as chromium
from tests.journeys.browser import Visitor
from tests.journeys.platform import Platform, running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = chromium.find()
    if executable is None:
        pytest.skip(f"No browser: install one of {', '.join(chromium.NAMES)} or set CHROME to its path.")
    with sync_playwright() as playwright, chromium.launched(playwright, executable) as started:
        yield started


@pytest.fixture(scope="module")
def platform(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Depends on the browser only so that nothing is started where there is none."""
    with running(tmp_path_factory.mktemp("platform")) as started:
        yield started


@pytest.fixture
def visitor(browser: Browser, platform: Platform) -> Iterator[Visitor]:
    visitor = Visitor(browser, platform.console)
    yield visitor
    visitor.leave()
    assert visitor.strayed == []
    assert visitor.alarms == []
