"""The last green log of each job: clean, masked and packed, to be held against the next red one."""

import asyncio
import zlib
from base64 import b64decode, b64encode
from hashlib import sha256

from app.devops.memory.writes import delete_all, get_or_empty
from app.devops.reading.masking import log_redactor
from app.devops.reading.read import read_log
from app.kernel.ports.records import Records

# What a record may hold (400 KB in DynamoDB) with room for the rest; packed to a tenth, some megabytes of log.
_MOST_PACKED = 250_000
_MOST_CHARS = 5_000_000


class Greens:
    """One record a job; the next green log takes its place. Of a log that is too long its end is kept."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def put(self, tenant: str, repository: str, job: str, log: str) -> None:
        packed = b64encode(await asyncio.to_thread(_packed, log)).decode()
        await self._records.put(_partition(tenant), _key(repository, job), {"packed": packed})

    async def get(self, tenant: str, repository: str, job: str) -> str | None:
        """None for a job that was never green here."""
        found = await get_or_empty(self._records, _partition(tenant), _key(repository, job))
        return await asyncio.to_thread(_unpacked, found["packed"]) if found else None

    async def delete_all(self, tenant: str) -> int:
        return await delete_all(self._records, _partition(tenant))


def _packed(log: str) -> bytes:
    lines = "\n".join(read_log(log, redactor=log_redactor()).lines)[-_MOST_CHARS:]
    while len(packed := zlib.compress(lines.encode("utf-8", errors="replace"), level=6)) > _MOST_PACKED:
        lines = lines[len(lines) // 2 :].partition("\n")[2]
    return packed


def _unpacked(packed: str) -> str:
    content = zlib.decompressobj().decompress(b64decode(packed), 4 * _MOST_CHARS)
    return content.decode("utf-8", errors="replace")


def _partition(tenant: str) -> str:
    return f"devops/{tenant}/greens"


def _key(repository: str, job: str) -> str:
    return sha256(f"{repository}\n{job}".encode()).hexdigest()[:32]
