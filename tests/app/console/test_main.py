"""`python -m app.console` as a process: it starts, refuses and stops as it should."""

import ast
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

import app.console
from app.console.__main__ import options
from app.console.examples import EXAMPLES
from app.settings import Settings

SOURCES = sorted(Path(app.console.__file__).parent.glob("*.py"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(**environ: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "app.console"],
        env=os.environ | environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_on_its_port_and_leaves_when_told(stop: signal.Signals) -> None:
    port = free_port()
    process = start(GENAI_CONSOLE_PORT=str(port))
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                assert httpx.get(f"http://127.0.0.1:{port}/_stcore/health", trust_env=False).text == "ok"
                break
            except httpx.TransportError:
                assert process.poll() is None and time.monotonic() < deadline
        process.send_signal(stop)
        output, _ = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0, output
    assert "Traceback" not in output


def test_a_taken_port_is_one_clear_line_and_exit_code_2() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        process = start(GENAI_CONSOLE_PORT=str(port))
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert output.strip() == f"127.0.0.1:{port} is taken; stop what listens there or set GENAI_CONSOLE_PORT."


def test_an_unknown_setting_is_one_clear_line_and_exit_code_2() -> None:
    process = start(GENAI_CONSOLE_PROT="1")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "GENAI_CONSOLE_PORT" in output and output.count("\n") == 1


def test_streamlit_asks_nobody_and_takes_files_as_large_as_the_service_does() -> None:
    chosen = options(Settings(max_upload_mb=77))
    assert chosen["server.maxUploadSize"] == 77
    assert chosen["browser.gatherUsageStats"] is False
    assert chosen["browser.serverAddress"] == "127.0.0.1"
    assert chosen["server.fileWatcherType"] == "none"


def test_the_console_knows_the_settings_and_the_errors_and_nothing_else_of_the_platform() -> None:
    allowed = ("app.console", "app.settings", "app.kernel.errors")
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert name.split(".")[0] != "app" or name.startswith(allowed), (
                    f"{source.name} imports {name}"
                )


def test_every_example_belongs_to_a_sample_that_the_platform_loads() -> None:
    samples = [path.name for path in (Path(app.console.__file__).parents[1] / "rag" / "samples").glob("*.md")]
    for example in EXAMPLES:
        assert any(example.document in name for name in samples), example


def test_no_page_lets_streamlit_read_markdown_or_html_of_others() -> None:
    forbidden = {"markdown", "write", "write_stream", "image", "components", "latex"}
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "st":
                assert node.attr not in forbidden, f"{source.name} uses st.{node.attr}"
