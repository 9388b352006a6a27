"""The data folder: one service owns it, and tools find that service through it."""

import fcntl
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.kernel.errors import FolderBusy, SettingsError

_SERVICE = "service.json"
_OWNER = "owner.lock"
# Longer than a look at the lock by a tool takes.
TURN_S = 0.5


@dataclass(frozen=True, slots=True)
class RunningService:
    """What the owner of a folder tells tools about itself."""

    url: str
    pid: int


class FolderLock:
    """An advisory lock that the kernel drops with the process, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def take(self, *, wait_s: float = 0.0) -> None:
        """Raises SettingsError when the folder is not writable, FolderBusy when another process has it."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = self._path.open("a+")
        except OSError as error:
            raise unusable(self._path.parent, error) from None
        deadline = time.monotonic() + wait_s
        while not _try_lock(file):
            if time.monotonic() >= deadline:
                file.seek(0)
                owner = file.read().strip() or "unknown"
                file.close()
                raise FolderBusy(
                    f"The data folder {str(self._path.parent)!r} is in use by process {owner}; "
                    "stop that service or set GENAI_DATA_DIR to another folder."
                )
            time.sleep(0.05)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def unusable(data_dir: Path, error: OSError) -> SettingsError:
    """What to say when the folder, or something in it, cannot be made or written."""
    place = f" at {str(error.filename)!r}" if error.filename else ""
    return SettingsError(
        f"The data folder {str(data_dir)!r} is not writable ({error.strerror}{place}); "
        "mend it or set GENAI_DATA_DIR to another."
    )


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def owner_lock(data_dir: Path) -> FolderLock:
    return FolderLock(data_dir / _OWNER)


def worker_lock(data_dir: Path) -> FolderLock:
    """The one writer: held by the ingestion process itself, so a successor waits until it is really gone."""
    return FolderLock(data_dir / "worker.lock")


def announce(data_dir: Path, service: RunningService) -> None:
    staged = data_dir / f"{_SERVICE}.new"
    staged.write_text(json.dumps({"url": service.url, "pid": service.pid}))
    staged.replace(data_dir / _SERVICE)


def withdraw_announcement(data_dir: Path) -> None:
    (data_dir / _SERVICE).unlink(missing_ok=True)


def running_service(data_dir: Path) -> RunningService | None:
    """The service that owns the folder now; None when there is none or it has not announced itself yet."""
    owner = owner_of(data_dir)
    if owner is None:
        return None
    try:
        service = RunningService(**json.loads((data_dir / _SERVICE).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    # A service that was killed leaves its announcement to whoever owns the folder next.
    return service if service.pid == owner else None


def owner_of(data_dir: Path) -> int | None:
    """Process id of the owner (0 while it has not written it yet); None when nobody owns the folder."""
    try:
        file = (data_dir / _OWNER).open()
    except OSError:
        return None
    with file:
        try:
            # Shared, so that those who look do not keep each other out.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(file.read().strip() or 0)
    return None
