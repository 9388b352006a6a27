"""Fetches the published MiniLM files at one revision and checks every byte before anything uses them."""

import hashlib
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.kernel.errors import StartError

_BLOCK_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """One file as published; `name` is what the embedder looks for."""

    name: str
    path: str
    size: int
    sha256: str


# As published on 2026-11-20. The revision is pinned: what the publisher changes later is not fetched unseen.
_HOST = "https://huggingface.co"
_REPOSITORY = "sentence-transformers/all-MiniLM-L6-v2"
_REVISION = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41"
_TOKENIZER = PublishedFile(
    "tokenizer.json",
    "tokenizer.json",
    466_247,
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
# The publisher's int8 files differ in how they are quantized, to suit the processor's instructions.
_X86 = PublishedFile(
    "model.onnx",
    "onnx/model_quint8_avx2.onnx",
    23_046_789,
    "b941bf19f1f1283680f449fa6a7336bb5600bdcd5f84d10ddc5cd72218a0fd21",
)
_ARM = PublishedFile(
    "model.onnx",
    "onnx/model_qint8_arm64.onnx",
    23_026_053,
    "4278337fd0ff3c68bfb6291042cad8ab363e1d9fbc43dcb499fe91c871902474",
)

Progress = Callable[[str, int, int], None]


def published_files(machine: str = "") -> tuple[PublishedFile, ...]:
    """What this kind of processor needs."""
    arm = (machine or platform.machine()).lower() in ("arm64", "aarch64")
    return (_TOKENIZER, _ARM if arm else _X86)


def fetch(
    folder: Path,
    *,
    files: tuple[PublishedFile, ...] | None = None,
    source: str = f"{_HOST}/{_REPOSITORY}/resolve/{_REVISION}",
    progress: Progress | None = None,
) -> list[Path]:
    """Fetch what is missing into the folder; files that are there and right stay, a broken download goes on.

    A file has its name only once all of it was verified. Raises: StartError when the source cannot be reached
    or what it sends is not what was published.
    """
    wanted = published_files() if files is None else files
    shown = progress or _unshown
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with httpx.Client(follow_redirects=True, timeout=httpx.Timeout(30.0)) as client:
            return [_pull(client, file, folder, source=source, progress=shown) for file in wanted]
    except httpx.HTTPError as error:
        raise StartError(
            f"The model could not be fetched from {source} ({error or type(error).__name__}). Check the network or "
            f"proxy and run the command again, it goes on where it stopped; or copy model.onnx and tokenizer.json "
            f"into {folder} by hand, or another folder named by GENAI_MODEL_DIR."
        ) from error
    except OSError as error:
        raise StartError(f"The model cannot be stored in {folder}: {error}. Set GENAI_MODEL_DIR.") from error


def pull_minilm(folder: Path) -> int:
    """The command: fetch, tell, exit code 0. Raises: StartError."""
    for path in fetch(folder, progress=_show):
        sys.stdout.write(f"{path} is there and verified.\n")
    sys.stdout.write("Use it with GENAI_EMBEDDER=minilm.\n")
    return 0


def _show(name: str, done: int, total: int) -> None:
    """One line on stderr that keeps changing, where somebody looks on."""
    if sys.stderr.isatty():
        end = "\n" if done >= total else ""
        sys.stderr.write(f"\r{name} {done / 1e6:.1f} of {total / 1e6:.1f} MB{end}")
        sys.stderr.flush()


def _unshown(name: str, done: int, total: int) -> None:
    """Nobody looks on."""


def _pull(
    client: httpx.Client, file: PublishedFile, folder: Path, *, source: str, progress: Progress
) -> Path:
    target = folder / file.name
    if target.is_file() and _digest(target) == file.sha256:
        return target
    # Named by content: a part of another revision is never continued.
    part = folder / f".{file.name}.{file.sha256[:12]}.part"
    _download(client, f"{source}/{file.path}", part, file, progress=progress)
    found = _digest(part)
    if found != file.sha256:
        part.unlink()
        raise StartError(
            f"{file.path} from {source} is not the published file: SHA-256 {found}, expected {file.sha256}. "
            "Nothing was kept; run the command again, and distrust the network when it stays."
        )
    os.replace(part, target)  # noqa: PTH105 - replaces an older file in one step on every system
    return target


def _download(client: httpx.Client, url: str, part: Path, file: PublishedFile, *, progress: Progress) -> None:
    have = part.stat().st_size if part.is_file() else 0
    if have >= file.size:  # whole, or of a wrong length: the digest decides about the former
        if have == file.size:
            return
        have = 0
    with client.stream("GET", url, headers={"Range": f"bytes={have}-"} if have else {}) as response:
        response.raise_for_status()
        if response.status_code != httpx.codes.PARTIAL_CONTENT:
            have = 0
        with part.open("ab" if have else "wb") as out:
            for block in response.iter_bytes(_BLOCK_BYTES):
                have += len(block)
                if have > file.size:
                    raise StartError(
                        f"{url} sends more than the {file.size} bytes that were published; nothing was kept."
                    )
                out.write(block)
                progress(file.name, have, file.size)
    if have < file.size:
        raise httpx.RemoteProtocolError(f"the connection ended after {have} of {file.size} bytes")


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
