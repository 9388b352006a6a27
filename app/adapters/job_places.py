"""Which jobs stand in a queue and who holds each, as records: what a queue of messages alone cannot promise."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass, replace

from app.kernel.errors import Conflict, LeaseLost, NotFound
from app.kernel.ports.records import Record, Records
from app.kernel.ports.work import Lease

_PARTITION = "work"
_TRIES = 16


@dataclass(frozen=True, slots=True)
class Place:
    """A job's place in the queue; without one a job is not queued, whatever messages say.

    ticket: only messages that carry it speak of this place. until: before it the job is leased (with a token) or
    rests (without). message, receipt: the message that was leased last. sent_at, until: seconds since 1970.
    """

    job_id: str
    ticket: str
    sent_at: float
    until: float = 0.0
    token: str = ""
    attempt: int = 0
    message: str = ""
    receipt: str = ""
    revision: int = 0

    def held(self, now: float) -> bool:
        return self.until > now

    def leased(self, now: float) -> bool:
        return bool(self.token) and self.until > now

    def idle_since(self) -> float:
        return max(self.sent_at, self.until)


@dataclass(frozen=True, slots=True)
class Places:
    """Reads and conditional writes of places. Errors: as the records port."""

    records: Records

    async def find(self, job_id: str) -> Place | None:
        try:
            return _place(await self.records.get(_PARTITION, job_id))
        except NotFound:
            return None

    async def save(self, place: Place) -> Place:
        """Over the revision that was read (0: a new place). Raises Conflict."""
        value = asdict(place)
        del value["job_id"], value["revision"]
        record = await self.records.put(_PARTITION, place.job_id, value, expected=place.revision)
        return replace(place, revision=record.revision)

    async def remove(self, place: Place) -> None:
        await self.records.delete(_PARTITION, place.job_id, expected=place.revision)

    async def all(self) -> AsyncIterator[Place]:
        after: str | None = None
        while True:
            page = await self.records.page(_PARTITION, after=after, limit=1000)
            for record in page.records:
                yield _place(record)
            after = page.after
            if after is None:
                return

    async def change(self, lease: Lease, changed: Callable[[Place], Place]) -> Place:
        """Write what `changed` makes of the leased place. Raises LeaseLost when the token is no longer its own."""
        for turn in range(_TRIES):
            place = await self._of(lease)
            try:
                return await self.save(changed(place))
            except Conflict:  # an earlier attempt of ours got through, or somebody has taken it
                await asyncio.sleep(0.01 * turn)
        raise _busy(lease.job_id)

    async def give_up(self, lease: Lease) -> Place:
        """Remove the leased place. Raises LeaseLost."""
        for turn in range(_TRIES):
            place = await self._of(lease)
            try:
                await self.remove(place)
            except Conflict:
                await asyncio.sleep(0.01 * turn)
                continue
            return place
        raise _busy(lease.job_id)

    async def _of(self, lease: Lease) -> Place:
        place = await self.find(lease.job_id)
        # A lease that ran out but was taken by nobody is still ours: the token decides, not the clock.
        if place is None or not lease.token or not secrets.compare_digest(place.token, lease.token):
            raise LeaseLost(f"The lease on job {lease.job_id} is no longer ours.")
        return place


def _busy(job_id: str) -> Conflict:
    return Conflict(f"Job {job_id!r} is being changed by others; try again.")


def _place(record: Record) -> Place:
    return Place(record.key, **record.value, revision=record.revision)
