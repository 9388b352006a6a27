"""The script that pulls, with a program of two lines in Ollama's place."""

import os
import subprocess
from pathlib import Path

import pytest

from infra.workloads.ollama import PULL, scripts

OLLAMA = """\
#!/bin/sh
echo "$@" >> "$CALLS"
case $1 in serve) exec sleep 60 ;; pull) exit "${FAILS:-0}" ;; esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / PULL).write_text(scripts()[PULL])
    (tmp_path / "ollama").write_text(OLLAMA)
    (tmp_path / "ollama").chmod(0o755)
    (tmp_path / "calls").touch()
    return tmp_path


def pull(folder: Path, wanted: str, **more: str) -> subprocess.CompletedProcess[str]:
    (folder / "wanted").write_text(wanted)
    return subprocess.run(
        ["sh", str(folder / PULL), str(folder / "wanted")],
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "CALLS": str(folder / "calls"), **more},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def calls(folder: Path) -> list[str]:
    return [line for line in (folder / "calls").read_text().splitlines() if line.startswith("pull")]


def test_each_model_on_the_list_is_pulled_and_the_server_ends_with_the_script(folder: Path) -> None:
    # It would wait for the server's sleep otherwise: its output is held open.
    done = pull(folder, "qwen3:4b-instruct\ngemma3:4b\n")
    assert done.returncode == 0, done.stderr
    assert calls(folder) == ["pull qwen3:4b-instruct", "pull gemma3:4b"]


def test_with_an_empty_list_nothing_is_started(folder: Path) -> None:
    done = pull(folder, "")
    assert done.returncode == 0 and (folder / "calls").read_text() == ""


def test_a_pull_that_failed_fails_the_step(folder: Path) -> None:
    assert pull(folder, "qwen3:4b-instruct\n", FAILS="1").returncode == 1
