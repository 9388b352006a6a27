"""What holds for every test: nothing beyond loopback, nothing of the user's settings, keys and proxies."""

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import pytest

LOOPBACK = Path(__file__).parent / "loopback"
FOREIGN_PREFIXES = ("AWS_", "GENAI_", "OPENAI_", "PULUMI_", "STREAMLIT_")
FOREIGN_NAMES = {
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "ftp_proxy",
    "no_proxy",
    "kubeconfig",
    "pythonstartup",
}


def _isolate() -> Path:
    """Give this process, and with it every child, an environment of its own; return its home folder."""
    home = Path(tempfile.mkdtemp(prefix="genai-tests-"))
    engines = os.environ.get("GENAI_ENGINES") or _default_engines()
    for name in list(os.environ):
        if name.startswith(FOREIGN_PREFIXES) or name.lower() in FOREIGN_NAMES or name.startswith("XDG_"):
            del os.environ[name]
    os.environ |= {
        "HOME": str(home),
        "GENAI_ENGINES": engines,  # the one setting that tests need: where `make engines` has put its builds
        "NO_PROXY": "*",
        "HF_HUB_OFFLINE": "1",
        "PYTHONPATH": str(LOOPBACK),
    }
    return home


def _default_engines() -> str:
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return str(Path(cache) / "genai-ops" / "engines")


def _guard_this_process() -> None:
    # By path: PYTHONPATH came too late for this process, and the system may have a sitecustomize of its own.
    spec = importlib.util.spec_from_file_location("loopback_guard", LOOPBACK / "sitecustomize.py")
    assert spec is not None and spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


def pytest_configure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:  # inherits what the first process has set up
        return
    home = _isolate()
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))


_guard_this_process()
