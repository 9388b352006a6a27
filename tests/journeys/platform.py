"""The platform as a process: `python -m app` on free ports and a folder of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

READY_S = 90.0


@dataclass(frozen=True, slots=True)
class Platform:
    """Addresses of a running platform; `log` is what it printed so far."""

    api: str
    console: str
    log: Path

    def text(self, document_id: str) -> str:
        return str(self._get(f"/v1/documents/{document_id}/text")["text"])

    def documents(self) -> dict[str, str]:
        """{file name: document id}"""
        found = self._get("/v1/documents?limit=1000")["documents"]
        return {item["filename"]: item["document_id"] for item in found}

    def _get(self, path: str) -> dict[str, list[dict[str, str]]]:
        with httpx.Client(trust_env=False, timeout=30) as client:
            found: dict[str, list[dict[str, str]]] = client.get(self.api + path).raise_for_status().json()
        return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(folder: Path, *, module: str = "app", **environ: str) -> Iterator[Platform]:
    """Start, wait until it says that it is ready, and stop it at the end; its output stands in the error."""
    port, console_port = free_port(), free_port()
    log = folder / f"{module}.log"
    settings = {
        "GENAI_PORT": str(port),
        "GENAI_CONSOLE_PORT": str(console_port),
        "GENAI_DATA_DIR": str(folder / "data"),
    }
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module],
            env=os.environ | settings | environ, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    platform = Platform(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{console_port}", log)
    try:
        _wait_until_ready(process, platform, module=module)
        yield platform
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], platform: Platform, *, module: str) -> None:
    deadline = time.monotonic() + READY_S
    while not _is_ready(platform, module=module):
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(
                f"{module} is not ready (exit {process.poll()}):\n{platform.log.read_text()}"
            )
        time.sleep(0.1)


def _is_ready(platform: Platform, *, module: str) -> bool:
    """The platform says so itself, after its samples are in; the console alone has a health page."""
    if module == "app":
        return "genai-ops is ready." in platform.log.read_text()
    try:
        return httpx.get(f"{platform.console}/_stcore/health", trust_env=False).is_success
    except httpx.TransportError:
        return False
