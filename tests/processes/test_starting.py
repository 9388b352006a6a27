"""Why it cannot start: exit code 2 and one line that says what to do."""

import fcntl
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes.service import environ, free_port, run, started


def _one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    lines = (done.stdout + done.stderr).strip().splitlines()
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0]


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        _one_line(run("app", env=environ(tmp_path, GENAI_PORT=port)), port, "GENAI_PORT")
        taken = environ(tmp_path, GENAI_CONSOLE="true", GENAI_CONSOLE_PORT=port)
        _one_line(run("app", env=taken), port, "GENAI_CONSOLE_PORT")


@pytest.mark.parametrize("below", ["", "data"])
def test_a_folder_that_cannot_be_made(tmp_path: Path, below: str) -> None:
    """Root may write anywhere, so a file stands where the folder should be."""
    (tmp_path / "file").write_text("in the way")
    _one_line(run("app", env=environ(tmp_path / "file" / below)), "not writable", "GENAI_DATA_DIR")


@pytest.mark.parametrize("part", ["objects", "metrics", "owner.lock"])
def test_a_folder_with_something_else_in_it(tmp_path: Path, part: str) -> None:
    if part == "owner.lock":
        (tmp_path / part).mkdir()
    else:
        (tmp_path / part).write_text("in the way")
    _one_line(run("app", env=environ(tmp_path)), "GENAI_DATA_DIR")


def test_a_folder_on_a_read_only_disk(tmp_path: Path) -> None:
    script = 'mount -t tmpfs -o ro none "$GENAI_DATA_DIR" && exec "$0" -m app'
    command = ["unshare", "--mount", "--map-root-user", "sh", "-c", script, sys.executable]
    probe = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "true"], capture_output=True, check=False
    )
    if probe.returncode:
        pytest.skip("This machine gives nobody a mount namespace of their own.")
    done = subprocess.run(
        command, env=environ(tmp_path), capture_output=True, text=True, timeout=60, check=False
    )
    if "mount:" in done.stderr:
        pytest.skip("This machine mounts nothing in a namespace.")
    _one_line(done, "not writable", "Read-only", "GENAI_DATA_DIR")


def test_an_unknown_setting_names_the_nearest(tmp_path: Path) -> None:
    _one_line(run("app", env=environ(tmp_path, GENAI_EMBEDER="minilm")), "GENAI_EMBEDER", "GENAI_EMBEDDER?")


def test_a_choice_that_lacks_its_files_is_told_once_by_all_its_processes(tmp_path: Path) -> None:
    settings = {"GENAI_EMBEDDER": "minilm", "GENAI_MODEL_DIR": str(tmp_path), "GENAI_WORKERS": "3"}
    _one_line(run("app", env=environ(tmp_path, **settings)), "model.onnx", "GENAI_MODEL_DIR")


def test_a_key_is_never_printed(tmp_path: Path) -> None:
    done = run("app", env=environ(tmp_path, GENAI_API_KEYS="acme:hunter2,globex:hunter2"))
    _one_line(done, "GENAI_API_KEYS")
    assert "hunter2" not in done.stderr


def test_a_second_service_on_the_folder_and_an_index_of_another_embedder(tmp_path: Path) -> None:
    with started(tmp_path) as service:
        service.upload("Mine.")
        _one_line(
            run("app", env=environ(tmp_path)), str(tmp_path), str(service.process.pid), "GENAI_DATA_DIR"
        )
        assert service.found("mine") == ["Mine."]
    models = Path(__file__).parents[3] / "shared" / "models" / "minilm-l6-int8"
    if not models.is_dir():
        pytest.skip(f"No second embedder to try: {models.name} is not next to the repository.")
    other = environ(tmp_path, GENAI_EMBEDDER="minilm", GENAI_MODEL_DIR=str(models), GENAI_WORKERS="2")
    _one_line(run("app", env=other), "reindex --embed", "GENAI_EMBEDDER")


def test_two_services_at_the_same_moment_are_one_service(tmp_path: Path) -> None:
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "app.rag"], env=environ(tmp_path), stderr=subprocess.PIPE, text=True,
            stdout=subprocess.DEVNULL,
        )
        for _ in range(2)
    ]  # fmt: skip
    try:
        while all(one.poll() is None for one in both):
            os.sched_yield()
        loser = next(one for one in both if one.poll() is not None)
        assert loser.returncode == 2
        assert "GENAI_DATA_DIR" in (loser.stderr.read() if loser.stderr else "")
    finally:
        for one in both:
            one.terminate()
            one.wait(30)
            one.stderr.close()  # type: ignore[union-attr]


def test_a_tool_that_looks_at_the_folder_does_not_keep_the_service_out(tmp_path: Path) -> None:
    (tmp_path / "owner.lock").touch()
    with (tmp_path / "owner.lock").open() as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        import threading

        threading.Timer(0.2, looking.close).start()
        with started(tmp_path, GENAI_PORT=str(free_port())) as service:
            assert service.http.get("/healthz").status_code == 200
