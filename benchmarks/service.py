"""Starts the platform as a user does, fills it with a folder of documents, and stops it again."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

_START_S = 60
_STOP_S = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(*, data: Path, port: int, embedder: str, model: Path | None, workers: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GENAI_")}
    given = {
        "GENAI_DATA_DIR": str(data),
        "GENAI_PORT": str(port),
        "GENAI_EMBEDDER": embedder,
        "GENAI_WORKERS": str(workers),
        "GENAI_CONSOLE": "false",
        "GENAI_LOG_LEVEL": "warning",
        "GENAI_SAMPLES": "false",
    }
    known = _known_settings()
    chosen = {name: value for name, value in given.items() if name in known}
    return kept | chosen | ({"GENAI_MODEL_DIR": str(model)} if model else {})


@contextmanager
def running(
    *, embedder: str, model: Path | None = None, workers: int = 1
) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a fresh platform and the environment for its command-line tools; all gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="genai-bench-") as folder:
        port = free_port()
        environ = environment(
            data=Path(folder) / "data", port=port, embedder=embedder, model=model, workers=workers
        )
        log = Path(folder) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "app"], env=environ, stdout=output, stderr=subprocess.STDOUT
            )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_ready(url, process, log)
            yield url, environ
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def bring_in(documents: Mapping[str, str], environ: Mapping[str, str], url: str) -> float:
    """Write each document as `<id>.txt`, import the folder, return the seconds it took. Raises when one failed."""
    with tempfile.TemporaryDirectory(prefix="genai-corpus-") as folder:
        for name, text in documents.items():
            if text.strip():
                (Path(folder) / f"{name}.txt").write_text(text, encoding="utf-8")
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "app.rag", "import", folder],
            env={**environ, "GENAI_API_URL": url},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return time.perf_counter() - started


def _known_settings() -> set[str]:
    from app.settings import known_names

    return known_names()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{url}/readyz", timeout=2, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"The platform did not become ready:\n{log.read_text(errors='replace')[-3_000:]}")


@contextmanager
def devops_alone() -> Iterator[tuple[int, str]]:
    """The DevOps assistant alone: its process, which has no other below it, and its address."""
    with tempfile.TemporaryDirectory(prefix="genai-bench-") as folder:
        port = free_port()
        given = {
            "GENAI_DATA_DIR": folder,
            "GENAI_PORT": str(port),
            "GENAI_WORKERS": "1",
            "GENAI_LOG_LEVEL": "warning",
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GENAI_")}
        command = [sys.executable, "-m", "app.devops"]
        process = subprocess.Popen(command, env=kept | given, stdout=subprocess.DEVNULL)
        url = f"http://127.0.0.1:{port}"
        try:
            for _ in range(300):
                try:
                    if httpx.get(f"{url}/readyz", trust_env=False).status_code == httpx.codes.OK:
                        break
                except httpx.HTTPError:
                    time.sleep(0.1)
            yield process.pid, url
        finally:
            process.terminate()
            process.wait()
