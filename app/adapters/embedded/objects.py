"""Objects as files below one folder, written whole or not at all."""

import asyncio
import errno
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, unquote

from app.kernel.errors import BadInput, NotFound, Unavailable

_STAGING = ".staging"
_T = TypeVar("_T")


class FolderObjects:
    """The Objects port on a folder. There are no old versions: a put replaces the file by a rename."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._staging = folder / _STAGING
        self._staging.mkdir(parents=True, exist_ok=True)

    async def put(self, key: str, content: bytes) -> None:
        await _in_thread(lambda: self._write(self._path(key), content))

    async def get(self, key: str) -> bytes:
        return await _in_thread(lambda: self._read(key))

    async def keys(self, prefix: str) -> AsyncIterator[str]:
        for key in await _in_thread(lambda: sorted(self._matching(prefix))):
            yield key

    async def purge(self, prefix: str) -> int:
        return await _in_thread(lambda: self._remove(prefix))

    async def residue(self, prefix: str) -> int:
        return await _in_thread(lambda: sum(1 for _ in self._matching(prefix)))

    async def ping(self) -> None:
        if not self._staging.is_dir() or not os.access(self._staging, os.W_OK):
            raise Unavailable(f"The folder {self._folder} is not writable; check its owner and free space.")

    def _path(self, key: str) -> Path:
        parts = key.split("/")
        if any(part in ("", "..", ".", _STAGING) for part in parts) or "\x00" in key:
            raise BadInput(f"Object key {key!r} is not a plain relative path.")
        # Percent-encoding keeps any character a key may have away from the file system's rules.
        return self._folder.joinpath(*(quote(part, safe=" @()+,=~-_.") for part in parts))

    def _read(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise NotFound(f"No object {key!r}.") from None

    def _write(self, path: Path, content: bytes) -> None:
        handle, staged = tempfile.mkstemp(dir=self._staging)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            self._place(staged, path)
        except BaseException:
            Path(staged).unlink(missing_ok=True)
            raise

    @staticmethod
    def _place(staged: str, path: Path) -> None:
        # A purge next door may remove the empty folder between the two calls: make it once more.
        for _ in range(3):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                Path(staged).replace(path)
                return
            except FileNotFoundError:
                continue
        raise Unavailable(
            f"The folder {path.parent} vanishes while it is written to; run one service a folder."
        )

    def _matching(self, prefix: str) -> Iterator[str]:
        if prefix.startswith("/") or any(part in ("..", _STAGING) for part in prefix.split("/")):
            raise BadInput(f"Object prefix {prefix!r} is not a plain relative path.")
        # The folder part of the prefix bounds the walk; the rest is compared as text.
        start = self._folder.joinpath(
            *(quote(part, safe=" @()+,=~-_.") for part in prefix.split("/")[:-1] if part)
        )
        for folder, folders, files in os.walk(start):
            if Path(folder) == self._folder and _STAGING in folders:
                folders.remove(_STAGING)
            for name in files:
                key = unquote(Path(folder, name).relative_to(self._folder).as_posix())
                if key.startswith(prefix):
                    yield key

    def _remove(self, prefix: str) -> int:
        keys = list(self._matching(prefix))
        for key in keys:
            self._path(key).unlink(missing_ok=True)
        emptied = {
            parent for key in keys for parent in self._path(key).parents if self._folder in parent.parents
        }
        for folder in sorted(emptied, key=lambda path: len(path.parts), reverse=True):
            _drop_if_empty(folder)
        return len(keys)


def _drop_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.ENOENT):
            raise


async def _in_thread(work: Callable[[], _T]) -> _T:
    try:
        return await asyncio.to_thread(work)
    except OSError as error:
        if error.errno in (
            errno.ENOSPC,
            errno.EDQUOT,
            errno.EROFS,
            errno.EIO,
            errno.EACCES,
            errno.ENOENT,
            errno.ENOTDIR,
        ):
            raise Unavailable(
                f"The data folder cannot be used ({error.strerror}); free space or mend it."
            ) from error
        raise
