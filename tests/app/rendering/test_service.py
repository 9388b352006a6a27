"""`python -m app.rendering` as a process: its start, its answers, and what it refuses."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

pytest.importorskip("playwright", reason="needs the render extra: uv sync --extra render")

from app.adapters.rendering_service import RenderingService
from app.kernel.errors import SettingsError, Unavailable, UrlRefused
from app.rendering.settings import find_browser, read_settings
from tests.journeys.platform import free_port

needs_browser = pytest.mark.skipif(
    not find_browser(), reason="No browser: install chromium or set CHROME to its path."
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@contextmanager
def served(folder: Path) -> Iterator[str]:
    url = f"http://127.0.0.1:{(port := free_port())}"
    env = {**os.environ, "RENDERING_PORT": str(port), "RENDERING_SANDBOX": "off"}
    log = folder / "rendering.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.rendering"], env=env, stdout=output, stderr=output
        )
    try:
        deadline = time.monotonic() + 60
        while not _ready(url):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", trust_env=False, timeout=30).is_success
    except httpx.TransportError:
        return False


@needs_browser
@pytest.mark.anyio
async def test_the_process_refuses_what_is_inside_as_the_writer_is_told_it(tmp_path: Path) -> None:
    with served(tmp_path) as url:
        client = RenderingService(url)
        for inside in ("http://169.254.169.254/latest/meta-data/", "file:///etc/passwd", f"{url}/healthz"):
            with pytest.raises(UrlRefused):
                await client.draw(inside)
        strange = httpx.post(f"{url}/render", json={"url": "https://a.example", "js": "1"}, trust_env=False)
        assert strange.status_code == 422
        # A form of a page elsewhere cannot ask: that sends no JSON.
        form = httpx.post(f"{url}/render", content='{"url": "https://a.example"}', trust_env=False)
        assert form.status_code == 422
        await client.aclose()


@pytest.mark.anyio
async def test_a_service_that_is_away_is_told_as_that() -> None:
    client = RenderingService("http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        await client.draw("https://tide.example/")
    await client.aclose()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"RENDERING_SANDBX": "off"}, "RENDERING_SANDBX"),
        ({"RENDERING_SANDBOX": "no"}, "RENDERING_SANDBOX"),
        ({"RENDERING_PORT": "0"}, "RENDERING_PORT"),
        ({"RENDERING_PAGES": "many"}, "RENDERING_PAGES"),
    ],
)
def test_a_setting_that_cannot_be_is_named(given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        read_settings({"RENDERING_BROWSER": "/usr/bin/chromium", **given})


def test_without_a_browser_the_start_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROME", raising=False)
    with pytest.raises(SettingsError, match="RENDERING_BROWSER"):
        read_settings({})
