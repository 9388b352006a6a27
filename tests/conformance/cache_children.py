"""What the second process of a cache test does; spawned by name, so it lives in a module of its own."""

import asyncio
from collections.abc import Callable

from app.kernel.ports.cache import Cache


def add_many(open_cache: Callable[[], Cache], key: str, times: int) -> None:
    """Add one to a counter, time after time."""

    async def work() -> None:
        cache = open_cache()
        for _ in range(times):
            await cache.add(key, 1, window_s=600)

    asyncio.run(work())


def put_one(open_cache: Callable[[], Cache], key: str, value: bytes) -> None:
    async def work() -> None:
        await open_cache().put(key, value, ttl_s=600)

    asyncio.run(work())
