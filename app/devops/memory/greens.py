"""The last green log of each job: clean, masked and packed, to be held against the next red one."""

import asyncio
import zlib
from hashlib import sha256

from app.devops.reading.read import read_log
from app.kernel.errors import NotFound
from app.kernel.ports.objects import Objects
from app.kernel.redaction import Redactor

# What is kept of a log, from its end, and no bomb when it is unpacked again.
_MOST_CHARS = 10_000_000


class Greens:
    """One object a job; the next green log takes its place."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    async def put(self, tenant: str, repository: str, job: str, log: str) -> None:
        await self._objects.put(_key(tenant, repository, job), await asyncio.to_thread(_packed, log))

    async def get(self, tenant: str, repository: str, job: str) -> str | None:
        """None for a job that was never green here."""
        try:
            content = await self._objects.get(_key(tenant, repository, job))
        except NotFound:
            return None
        return await asyncio.to_thread(_unpacked, content)

    async def delete_all(self, tenant: str) -> int:
        return await self._objects.purge(f"devops/{tenant}/green/")


def _packed(log: str) -> bytes:
    lines = "\n".join(read_log(log, redactor=Redactor()).lines)[-_MOST_CHARS:]
    return zlib.compress(lines.encode("utf-8", errors="replace"), level=6)


def _unpacked(content: bytes) -> str:
    return zlib.decompressobj().decompress(content, 4 * _MOST_CHARS).decode("utf-8", errors="replace")


def _key(tenant: str, repository: str, job: str) -> str:
    name = sha256(f"{repository}\n{job}".encode()).hexdigest()[:32]
    return f"devops/{tenant}/green/{name}.z"
