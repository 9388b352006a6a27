"""Who writes and how: kept per tenant under an id of the caller's choice."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from app.kernel.errors import NotFound
from app.kernel.ports.records import Records

_MOST = 500


@dataclass(frozen=True, slots=True)
class Profile:
    """Empty parts are left out of a draft."""

    id: str = "default"
    name: str = ""
    role: str = ""
    company: str = ""
    tone: str = "friendly"
    language: str = "en"
    length: str = "medium"
    signature: str = ""
    opt_out: str = ""


class Profiles:
    """Reads, writes and forgets."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def all(self, tenant: str) -> list[Profile]:
        page = await self._records.page(_partition(tenant), limit=_MOST)
        return [_profile(record.value) for record in page.records]

    async def get(self, tenant: str, profile_id: str) -> Profile:
        try:
            return _profile((await self._records.get(_partition(tenant), profile_id)).value)
        except NotFound:
            raise NotFound(f"No profile {profile_id!r}.", code="profile_not_found") from None

    async def put(self, tenant: str, profile: Profile) -> Profile:
        await self._records.put(_partition(tenant), profile.id, asdict(profile))
        return profile

    async def delete(self, tenant: str, profile_id: str) -> None:
        await self.get(tenant, profile_id)
        await self._records.delete(_partition(tenant), profile_id)

    async def delete_all(self, tenant: str) -> int:
        gone = await self.all(tenant)
        for profile in gone:
            await self._records.delete(_partition(tenant), profile.id)
        return len(gone)


def id_of(name: str) -> str:
    """An id made of a person's name, `default` without one. Names in other letters than an address holds differ by a digest."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    readable = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64]
    if readable or not name.strip():
        return readable or "default"
    return f"profile-{hashlib.sha256(' '.join(name.split()).encode()).hexdigest()[:12]}"


def _partition(tenant: str) -> str:
    return f"coldmail/{tenant}/profiles"


def _profile(value: Mapping[str, Any]) -> Profile:
    return Profile(**{each.name: value[each.name] for each in fields(Profile) if each.name in value})
