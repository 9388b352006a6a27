"""`scripts/env.sh` asks uv for what a target needs, once, and says what to do when it cannot."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.shape.project import REPO

# Stands in for uv: notes each call, and makes the environment that `uv sync` would make.
UV = """#!/bin/sh
if [ "$1" = --version ]; then echo "uv ${UV_STANDIN_VERSION:-0.13.8}"; exit 0; fi
echo "$*" >>calls
[ -z "${UV_STANDIN_FAILS:-}" ] || exit 1
mkdir -p .venv/bin && ln -sf /bin/sh .venv/bin/python
"""
OLD_PYTHON = '#!/bin/sh\n[ "$1" != --version ] || echo "Python 3.9.18"\n'


class Clone:
    """A copy of the few files that matter, with a PATH on which only chosen programs are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "a clone"  # people have blanks in their paths
        self.programs = folder / "programs"
        self.programs.mkdir()
        (self.folder / "scripts").mkdir(parents=True)
        shutil.copy(REPO / "scripts/env.sh", self.folder / "scripts/env.sh")
        for name in ("pyproject.toml", "uv.lock"):
            (self.folder / name).write_text(f"{name} of one day\n")
        for name in (
            "sh",
            "dirname",
            "cat",
            "cksum",
            "head",
            "tail",
            "grep",
            "mkdir",
            "rm",
            "mv",
            "ln",
            "chmod",
        ):
            found = shutil.which(name)
            assert found, name
            (self.programs / name).symlink_to(found)

    def program(self, name: str, text: str) -> None:
        (self.programs / name).write_text(text)
        (self.programs / name).chmod(0o755)

    def prepare(self, target: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.folder / "scripts/env.sh"), target],
            env={"PATH": str(self.programs), **environ}, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def calls(self) -> list[str]:
        log = self.folder / "calls"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    made = Clone(tmp_path)
    made.program("uv", UV)
    return made


def test_running_asks_for_the_service_and_the_console_only_and_keeps_what_is_there(clone: Clone) -> None:
    assert clone.prepare("run").returncode == 0
    assert clone.calls() == [
        "sync --frozen --inexact --extra rag --extra devops --extra coldmail --extra console"
    ]


def test_a_second_call_asks_nobody(clone: Clone) -> None:
    for _ in range(3):
        assert clone.prepare("run").returncode == 0
    assert len(clone.calls()) == 1


def test_another_target_adds_its_parts_and_spoils_nothing(clone: Clone) -> None:
    for target in ("run", "test", "run", "test"):
        clone.prepare(target)
    assert [call.split()[3:] for call in clone.calls()] == [
        ["--extra", "rag", "--extra", "devops", "--extra", "coldmail", "--extra", "console"],
        ["--all-extras", "--group", "test"],
    ]


@pytest.mark.parametrize("name", ["pyproject.toml", "uv.lock"])
def test_changed_dependencies_are_synced_for_every_target_again(clone: Clone, name: str) -> None:
    clone.prepare("run")
    clone.prepare("test")
    (clone.folder / name).write_text("another day\n")
    for target in ("run", "test", "run", "test"):
        clone.prepare(target)
    assert len(clone.calls()) == 4


def test_a_removed_environment_is_made_anew(clone: Clone) -> None:
    clone.prepare("run")
    shutil.rmtree(clone.folder / ".venv")
    clone.prepare("run")
    assert len(clone.calls()) == 2


def test_a_moved_clone_is_prepared_anew(clone: Clone) -> None:
    clone.prepare("run")
    clone.folder = clone.folder.rename(clone.folder.with_name("elsewhere"))
    clone.prepare("run")
    assert len(clone.calls()) == 2


def test_a_failed_sync_is_said_and_tried_again_next_time(clone: Clone) -> None:
    failed = clone.prepare("run", UV_STANDIN_FAILS="1")
    assert failed.returncode == 1
    assert "could not prepare .venv" in failed.stderr
    assert clone.prepare("run").returncode == 0


def test_an_old_python_is_named_with_what_to_do(clone: Clone) -> None:
    clone.program("python3", OLD_PYTHON)
    (clone.programs / "uv").unlink()
    done = clone.prepare("run")
    assert done.returncode == 1
    assert "Python 3.11 or later is needed; python3 here is: Python 3.9.18." in done.stderr


def test_no_python_at_all_is_said(clone: Clone) -> None:
    (clone.programs / "uv").unlink()
    done = clone.prepare("run")
    assert done.returncode == 1
    assert "not installed" in done.stderr


def test_a_uv_that_cannot_read_our_lock_file_is_passed_over(clone: Clone) -> None:
    done = clone.prepare("run", UV_STANDIN_VERSION="0.4.30")
    assert done.returncode == 1
    assert "Python 3.11 or later is needed" in done.stderr
    assert not clone.calls()


@pytest.mark.parametrize(
    ("part", "folder"), [("peers", "benchmarks/peers"), ("policies", "scripts/policies")]
)
def test_what_would_drag_others_back_comes_into_an_environment_of_its_own_on_the_same_python(
    clone: Clone, part: str, folder: str
) -> None:
    clone.prepare("bench")
    assert clone.prepare(part).returncode == 0
    assert clone.calls()[1:] == [
        f"sync --frozen --quiet --project {folder} --python {clone.folder}/.venv/bin/python"
    ]


def test_an_unknown_part_is_refused(clone: Clone) -> None:
    assert "usage:" in clone.prepare("nonsense").stderr
    assert not clone.calls()


def test_the_scripts_that_make_and_ci_call_are_executable() -> None:
    assert os.access(REPO / "scripts/env.sh", os.X_OK)
    assert os.access(REPO / ".ci/run", os.X_OK)
