"""Bytes under keys: originals, extracted text, chunks with their embeddings, manifests."""

from collections.abc import AsyncIterator
from typing import Protocol


class Objects(Protocol):
    """A folder or a bucket. Keys are relative, `/`-separated and never contain `..`.

    A put is whole or absent: a reader never sees half an object. Errors: NotFound for a key that is not
    there; Unavailable (retryable) when the store does not answer.
    """

    async def put(self, key: str, content: bytes) -> None: ...

    async def get(self, key: str) -> bytes: ...

    def keys(self, prefix: str) -> AsyncIterator[str]:
        """Current keys under the prefix, in lexical order."""
        ...

    async def purge(self, prefix: str) -> int:
        """Remove everything under the prefix for good: all versions and delete markers. Returns how many went."""
        ...

    async def residue(self, prefix: str) -> int:
        """How many objects, old versions and delete markers are left under the prefix."""
        ...

    async def ping(self) -> None:
        """Raise Unavailable when the store cannot be used."""
        ...
