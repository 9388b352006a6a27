"""The console where each app has an address of its own, as in the cluster: a page asks its app; one that is absent says so."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import Visitor
from tests.journeys.deployment import until
from tests.journeys.platform import free_port, running
from tests.journeys.test_emails import POSTING, find_jobs

pytestmark = pytest.mark.xdist_group("journeys")

KEY = "key-of-acme"


@contextmanager
def serving(app: str, folder: Path) -> Iterator[str]:
    """`python -m app.<name> api` with a folder and a port of its own; its address."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    env = {
        **os.environ,
        "GENAI_API_KEYS": f"acme:{KEY}",
        "GENAI_DATA_DIR": str(folder / app),
        "GENAI_PORT": str(port),
    }
    with (folder / f"{app}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", f"app.{app}", "api"], env=env, stdout=log, stderr=log
        )
    try:
        until(lambda: _answers(url, process), why=(folder / f"{app}.log").read_text)
        yield url
    finally:
        process.terminate()
        process.wait(60)


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "it has ended"
    try:
        return httpx.get(f"{url}/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def apart(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder = tmp_path_factory.mktemp("apart")
    with (
        serving("rag", folder) as rag,
        serving("coldmail", folder) as coldmail,
        serving("devops", folder) as devops,
    ):
        yield {"GENAI_API_URL": rag, "GENAI_COLDMAIL_URL": coldmail, "GENAI_DEVOPS_URL": devops}


@contextmanager
def visiting(browser: Browser, folder: Path, **environ: str) -> Iterator[Visitor]:
    with running(folder, module="app.console", GENAI_API_KEY=KEY, **environ) as console:
        visitor = Visitor(browser, console.console)
        yield visitor
        visitor.leave()
    assert visitor.strayed == []


def test_each_page_asks_the_app_at_its_own_address(
    browser: Browser, apart: dict[str, str], tmp_path: Path
) -> None:
    with visiting(browser, tmp_path, **apart) as visitor:
        visitor.open("emails")
        find_jobs(visitor, POSTING)
        expect(visitor.page.locator(".st-key-jobs")).to_contain_text("Harbour Lights")
        visitor.page.locator(".st-key-write button").click()
        expect(visitor.page.locator('[class*="st-key-draft-"]')).to_have_count(1)
        visitor.open("failures")
        visitor.explain("npm ERR! code ENOSPC\nnpm ERR! nospc ENOSPC: no space left on device, write\n")
        visitor.open("documents")
        expect(visitor.page.locator(".g-lead")).to_be_visible()


@pytest.mark.parametrize(("path", "app"), [("emails", "coldmail"), ("failures", "devops")])
def test_an_address_without_the_app_is_told_with_what_turns_it_on(
    browser: Browser, apart: dict[str, str], tmp_path: Path, path: str, app: str
) -> None:
    with visiting(browser, tmp_path, GENAI_API_URL=apart["GENAI_API_URL"]) as visitor:
        visitor.open(path)
        expect(visitor.page.get_by_text("Not part of this deployment")).to_be_visible()
        expect(visitor.page.get_by_text(f"GENAI_{app.upper()}_URL")).to_be_visible()


def test_an_app_that_is_off_has_no_page(browser: Browser, apart: dict[str, str], tmp_path: Path) -> None:
    with visiting(browser, tmp_path, **{**apart, "GENAI_DEVOPS_URL": "off"}) as visitor:
        visitor.open()
        links = visitor.page.get_by_test_id("stTopNavLink")
        expect(links).to_have_text(["Ask", "Documents", "E-mails", "Status"])
