"""One owner a folder, and tools that find it without getting in its way."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.folder import (
    FolderLock,
    RunningService,
    announce,
    owner_lock,
    owner_of,
    running_service,
    withdraw_announcement,
)
from app.kernel.errors import FolderBusy, SettingsError


def test_the_second_owner_is_refused_with_the_first_ones_process(tmp_path: Path) -> None:
    first, second = owner_lock(tmp_path), owner_lock(tmp_path)
    first.take()
    with pytest.raises(FolderBusy) as raised:
        second.take(wait_s=0.1)
    assert str(os.getpid()) in raised.value.detail and str(tmp_path) in raised.value.detail
    first.release()
    second.take()
    second.release()


def test_a_lock_goes_with_its_process_however_that_ends(tmp_path: Path) -> None:
    script = (
        "import os,sys; from pathlib import Path; from app.folder import owner_lock; "
        "lock = owner_lock(Path(sys.argv[1])); lock.take(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    lock = owner_lock(tmp_path)
    lock.take()
    lock.release()


def test_a_running_service_is_found_only_while_its_owner_is_the_one_that_announced_it(tmp_path: Path) -> None:
    assert running_service(tmp_path) is None and owner_of(tmp_path) is None
    assert not (tmp_path / "owner.lock").exists(), "looking makes nothing"
    lock = owner_lock(tmp_path)
    lock.take()
    assert owner_of(tmp_path) == os.getpid() and running_service(tmp_path) is None
    announce(tmp_path, RunningService("http://127.0.0.1:1", os.getpid() + 1))
    assert running_service(tmp_path) is None, "left by a service that was killed"
    announce(tmp_path, RunningService("http://127.0.0.1:2", os.getpid()))
    assert running_service(tmp_path) == RunningService("http://127.0.0.1:2", os.getpid())
    (tmp_path / "service.json").write_text("{")
    assert running_service(tmp_path) is None
    lock.release()
    announce(tmp_path, RunningService("http://127.0.0.1:2", os.getpid()))
    assert running_service(tmp_path) is None
    withdraw_announcement(tmp_path)
    withdraw_announcement(tmp_path)


def test_a_folder_that_cannot_be_made_is_a_settings_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError) as raised:
        FolderLock(tmp_path / "file" / "data" / "owner.lock").take()
    assert "GENAI_DATA_DIR" in raised.value.detail
