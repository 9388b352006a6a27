"""Runs in the cluster, alone, with Python and boto3: carries models between S3 and the folder in which Ollama keeps them.

Both have the same layout: manifests/HOST/OWNER/NAME/TAG names the blobs of a model with size and SHA-256, blobs/sha256-SUM holds
each. In S3 a model's manifest is written after its blobs, so one that was interrupted is not there; in the folder a blob gets its
name only once its sum is right.
"""

import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REGISTRY = "registry.ollama.ai"
WANTED = "wanted"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NAME = re.compile(r"(?:(?P<owner>[a-z0-9][\w.-]*)/)?(?P<name>[a-z0-9][\w.-]*):(?P<tag>\w[\w.-]*)")
_MISSING = ("404", "NoSuchKey", "NotFound")


class Damaged(Exception):
    """A model that is not there, or not what its manifest says."""


@dataclass(frozen=True)
class Blob:
    digest: str
    size: int

    @property
    def path(self) -> str:
        return f"blobs/{self.digest.replace(':', '-')}"


@dataclass(frozen=True)
class Cache:
    """The models of one stack in S3, below a prefix."""

    s3: Any
    bucket: str
    prefix: str

    def read(self, path: str) -> bytes | None:
        """None for what is not there."""
        try:
            found: bytes = self.s3.get_object(Bucket=self.bucket, Key=self.prefix + path)["Body"].read()
        except self.s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise
        return found

    def size(self, path: str) -> int | None:
        try:
            size: int = self.s3.head_object(Bucket=self.bucket, Key=self.prefix + path)["ContentLength"]
        except self.s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise
        return size

    def whole(self, model: str) -> bool:
        """Whether the model is here with everything its manifest names."""
        manifest = self.read(manifest_path(model))
        return manifest is not None and all(self.size(blob.path) == blob.size for blob in blobs(manifest))


def manifest_path(model: str) -> str:
    """Where both keep the manifest of `qwen3:4b-instruct`. Raises: Damaged for a name that could lead elsewhere."""
    found = _NAME.fullmatch(model)
    if found is None:
        raise Damaged(f"{model!r} is no name of a model with its tag, like qwen3:4b-instruct.")
    return f"manifests/{REGISTRY}/{found['owner'] or 'library'}/{found['name']}/{found['tag']}"


def blobs(manifest: bytes) -> list[Blob]:
    """Raises: Damaged for what is no manifest. Its digests become names of files, so nothing else may stand there."""
    try:
        content = json.loads(manifest)
        found = [Blob(str(part["digest"]), int(part["size"])) for part in _parts(content)]
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(f"The manifest of a model cannot be read: {error!r}.") from error
    if bad := [blob.digest for blob in found if not _DIGEST.fullmatch(blob.digest)]:
        raise Damaged(f"The manifest of a model names {bad[0]!r}, which is no SHA-256.")
    return found


def _parts(content: Any) -> Iterable[Any]:
    yield content["config"]
    yield from content["layers"]


def missing(cache: Cache, models: Sequence[str], folder: Path) -> list[str]:
    """Those that S3 lacks; listed in folder/wanted for whoever pulls them."""
    found = [model for model in models if not cache.whole(model)]
    (folder / WANTED).write_text("".join(f"{model}\n" for model in found))
    return found


def keep(cache: Cache, folder: Path) -> list[str]:
    """Bring what was pulled to S3, the manifest of each last. Returns: their names. Raises: Damaged."""
    models = (folder / WANTED).read_text().split()
    for model in models:
        path = folder / manifest_path(model)
        if not path.is_file():
            raise Damaged(f"{model} was not pulled into {folder}.")
        manifest = path.read_bytes()
        for blob in blobs(manifest):
            if _sum(folder / blob.path) != blob.digest:
                raise Damaged(f"{blob.path} of {model} is not what its name says.")
            if cache.size(blob.path) != blob.size:
                cache.s3.upload_file(str(folder / blob.path), cache.bucket, cache.prefix + blob.path)
        cache.s3.put_object(Bucket=cache.bucket, Key=cache.prefix + manifest_path(model), Body=manifest)
    return models


def bring(cache: Cache, models: Sequence[str], folder: Path) -> None:
    """Fill the folder that Ollama reads. Raises: Damaged, naming the model."""
    for model in models:
        manifest = cache.read(manifest_path(model))
        if manifest is None:
            raise Damaged(f"S3 has no {model} yet; the job that pulls it is not done, or failed.")
        for blob in blobs(manifest):
            _bring(cache, blob, folder / blob.path, model=model)
        path = folder / manifest_path(model)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(manifest)


def _bring(cache: Cache, blob: Blob, path: Path, *, model: str) -> None:
    # Models share blobs, and a step that begins again finds what it has brought.
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    cache.s3.download_file(cache.bucket, cache.prefix + blob.path, str(part))
    if part.stat().st_size != blob.size or _sum(part) != blob.digest:
        part.unlink()
        raise Damaged(
            f"{blob.path} of {model} is not what its name says; delete it in S3, the job pulls it anew."
        )
    part.rename(path)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def do_missing(cache: Cache, models: Sequence[str], folder: Path) -> str:
    return f"S3 lacks {len(missing(cache, models, folder))} of {len(models)} models"


def do_keep(cache: Cache, _: Sequence[str], folder: Path) -> str:
    return f"kept {', '.join(keep(cache, folder)) or 'nothing, S3 had everything'}"


def do_bring(cache: Cache, models: Sequence[str], folder: Path) -> str:
    bring(cache, models, folder)
    return f"brought {', '.join(models)}"


DEEDS: Mapping[str, Callable[[Cache, Sequence[str], Path], str]] = {
    "missing": do_missing,
    "keep": do_keep,
    "bring": do_bring,
}


def main(argv: Sequence[str]) -> int:
    import boto3

    deed, folder = argv
    cache = Cache(boto3.client("s3"), os.environ["MODELS_BUCKET"], os.environ["MODELS_PREFIX"])
    try:
        print(DEEDS[deed](cache, json.loads(os.environ["MODELS"]), Path(folder)))  # noqa: T201
    except Damaged as damaged:
        sys.stderr.write(f"{damaged}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
