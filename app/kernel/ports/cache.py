"""What may be lost at any time: remembered answers, and counters that bound how fast somebody asks."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Count:
    """A counter after it was added to, and the seconds until it starts from nothing again."""

    total: int
    resets_in_s: float


class Cache(Protocol):
    """Shared by all processes of a service. Keys are text of at most 512 bytes. Errors: Unavailable (retryable)."""

    async def get(self, key: str) -> bytes | None: ...

    async def put(self, key: str, value: bytes, *, ttl_s: float) -> None:
        """Kept for at most `ttl_s`; the store may drop it sooner."""
        ...

    async def add(self, key: str, amount: int, *, window_s: float) -> Count:
        """Add to a counter in one step and return its new total. Its window begins with the first addition."""
        ...

    async def purge(self, prefix: str) -> int:
        """Drop every entry whose key begins so; returns how many went."""
        ...

    async def residue(self, prefix: str) -> int:
        """How many entries whose key begins so are left."""
        ...

    async def ping(self) -> None: ...
