"""What could not be done or told: shown to whom it concerns, tried again on request, never dropped by itself."""

import time
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from app.devops.backlog import Backlog, Entry
from app.devops.connections import Connection
from app.kernel.errors import NotFound
from app.kernel.ports.records import Records


class GivenUp:
    """One record an entry, each tenant its own."""

    def __init__(self, records: Records, *, clock: Callable[[], float] = time.time) -> None:
        self._records = records
        self._clock = clock

    async def put(self, tenant: str, backlog: str, entry: Entry, error: str) -> None:
        value = {
            "backlog": backlog,
            "key": entry.key,
            "value": dict(entry.value),
            "attempts": entry.attempts,
            "error": error,
            "at": self._clock(),
        }
        await self._records.put(_partition(tenant), _id(backlog, entry.key), value)

    async def all(self, tenant: str) -> list[Mapping[str, Any]]:
        page = await self._records.page(_partition(tenant), limit=500)
        return [{**record.value, "id": record.key} for record in page.records]

    async def get(self, tenant: str, id_: str) -> Mapping[str, Any]:
        try:
            return (await self._records.get(_partition(tenant), id_)).value
        except NotFound:
            raise NotFound(
                f"Nothing undelivered has the id {id_[:80]!r}.", code="undelivered_not_found"
            ) from None

    async def delete(self, tenant: str, id_: str) -> None:
        await self.get(tenant, id_)
        await self._records.delete(_partition(tenant), id_)


class Undelivered:
    """The waiting and the given up, in one list."""

    def __init__(
        self,
        given_up: GivenUp,
        connections: Sequence[Connection],
        *,
        backlogs: Mapping[str, Backlog],
        wake: Callable[[], None],
    ) -> None:
        self._given_up = given_up
        self._tenants = {connection.name: connection.tenant for connection in connections}
        self._backlogs = backlogs
        self._wake = wake

    async def all(self, tenant: str) -> list[dict[str, Any]]:
        found = [
            _shape(each["id"], "given_up", each["value"], each["attempts"], each["error"])
            for each in await self._given_up.all(tenant)
        ]
        for name, backlog in self._backlogs.items():
            for record in await backlog.waiting():
                value = record.value["value"]
                if self._tenants.get(value["connection"]) == tenant:
                    found.append(
                        _shape(
                            _id(name, record.key),
                            "waiting",
                            value,
                            record.value["attempts"],
                            record.value["error"],
                        )
                    )
        return found

    async def again(self, tenant: str, id_: str) -> None:
        """Put what was given up back to where it was. Raises NotFound."""
        found = await self._given_up.get(tenant, id_)
        await self._backlogs[found["backlog"]].put(found["key"], found["value"])
        await self._given_up.delete(tenant, id_)
        self._wake()

    async def delete(self, tenant: str, id_: str) -> None:
        await self._given_up.delete(tenant, id_)


def _shape(id_: str, state: str, value: Mapping[str, Any], attempts: int, error: str) -> dict[str, Any]:
    return {
        "id": id_,
        "state": state,
        "channel": value.get("channel", "analysis"),
        "analysis_id": value.get("analysis_id", ""),
        "repository": value["event"]["repository"],
        "attempts": attempts,
        "error": error,
    }


def _id(backlog: str, key: str) -> str:
    return sha256(f"{backlog}/{key}".encode()).hexdigest()[:24]


def _partition(tenant: str) -> str:
    return f"devops/{tenant}/given-up"
