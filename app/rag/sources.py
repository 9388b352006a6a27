"""Where `import` finds documents: files, folders and s3:// prefixes."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.kernel.errors import BadInput, GenaiError
from app.kernel.ports.objects import Objects

SUFFIXES = frozenset({".pdf", ".docx", ".txt", ".text", ".md", ".markdown", ".html", ".htm"})

OpenBucket = Callable[[str], Objects]


@dataclass(frozen=True, slots=True)
class Source:
    """One document to bring in; `name` identifies it from one import to the next."""

    name: str
    read: Callable[[], bytes]

    @property
    def filename(self) -> str:
        return self.name.rpartition("/")[2]


def find_sources(places: Iterable[str], *, open_bucket: OpenBucket) -> list[Source]:
    """All documents at the places, sorted by name, each once. Raises BadInput for a place that is not there."""
    found = {source.name: source for place in places for source in _at(place, open_bucket)}
    return [found[name] for name in sorted(found)]


def _at(place: str, open_bucket: OpenBucket) -> Iterator[Source]:
    if place.startswith("s3://"):
        yield from _in_bucket(place, open_bucket)
        return
    path = Path(place)
    if path.is_file():
        yield Source(path.name, path.read_bytes)
    elif path.is_dir():
        # Names are relative to the folder that was named: the same folder elsewhere is the same import.
        for file in sorted(path.rglob("*")):
            relative = file.relative_to(path)
            hidden = any(part.startswith(".") for part in relative.parts)
            if file.is_file() and not hidden and file.suffix.lower() in SUFFIXES:
                yield Source(f"{path.name or path.resolve().name}/{relative.as_posix()}", file.read_bytes)
    else:
        raise BadInput(f"There is no file or folder {place!r}; check the path.")


def _in_bucket(place: str, open_bucket: OpenBucket) -> Iterator[Source]:
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    if not bucket:
        raise BadInput(f"{place!r} names no bucket; write s3://bucket/prefix.")
    objects = open_bucket(bucket)

    async def keys() -> list[str]:
        return [key async for key in objects.keys(prefix)]

    try:
        found = asyncio.run(keys())
    except GenaiError as error:
        raise type(error)(f"{place!r} cannot be listed: {error.detail}") from None
    for key in found:
        if Path(key).suffix.lower() in SUFFIXES:
            yield Source(f"s3://{bucket}/{key}", lambda key=key: asyncio.run(objects.get(key)))  # type: ignore[misc]
