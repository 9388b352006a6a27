"""A cache in memory that a test can take away and look into."""

import time

from app.kernel.errors import Unavailable
from app.kernel.ports.cache import Count


class MemoryCache:
    """The Cache port. While `down`, every call raises Unavailable."""

    def __init__(self) -> None:
        self.entries: dict[str, bytes] = {}
        self.counts: dict[str, int] = {}
        self.down = False

    async def get(self, key: str) -> bytes | None:
        self._check()
        return self.entries.get(key)

    async def put(self, key: str, value: bytes, *, ttl_s: float) -> None:
        self._check()
        self.entries[key] = value

    async def add(self, key: str, amount: int, *, window_s: float) -> Count:
        self._check()
        self.counts[key] = self.counts.get(key, 0) + amount
        return Count(self.counts[key], window_s - time.time() % window_s)

    async def purge(self, prefix: str) -> int:
        self._check()
        gone = [key for key in self.entries if key.startswith(prefix)]
        for key in gone:
            del self.entries[key]
        return len(gone)

    async def residue(self, prefix: str) -> int:
        self._check()
        return sum(key.startswith(prefix) for key in self.entries)

    async def ping(self) -> None:
        self._check()

    def _check(self) -> None:
        if self.down:
            raise Unavailable("The cache is away.", retry_after_s=1)
