"""Takes deliveries once each, and keeps them until they are worked on."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from app.devops.backlog import Backlog, Entry
from app.devops.connections import Connection
from app.devops.incoming.event import Event, event_of
from app.kernel.errors import Conflict, NotFound
from app.kernel.ports.records import Records

_SEEN = "devops/deliveries"
INBOX = "devops/inbox"
# A log that comes along is cut to what a record may hold, with room for the rest; its end tells most.
_MOST_LOG_BYTES = 250_000
# Platforms try again for hours, people redeliver for days.
_SEEN_DAYS = 90


class Inbox:
    """Replays are known by the delivery's id and by its content: the id stands in a header that nobody signed."""

    def __init__(self, records: Records, *, lease_s: float, clock: Callable[[], float] = time.time) -> None:
        self._records = records
        self._clock = clock
        self.backlog = Backlog(records, INBOX, lease_s=lease_s, clock=clock)

    async def accept(self, event: Event, connection: Connection, *, delivery: str, body: bytes) -> bool:
        """Kept when this returns; False for a delivery that was here before. `event.log` is masked."""
        digest = sha256(connection.name.encode() + b"\0" + body).hexdigest()
        marks = [f"body/{digest}"]
        if delivery:
            marks.append(f"id/{sha256(f'{connection.name}/{delivery}'.encode()).hexdigest()}")
        if any([await self._seen(mark) for mark in marks]):
            return False
        kept = replace(event, log=_end_of(event.log), ended_at=self._when(event.ended_at))
        value = {"connection": connection.name, "event": kept.record(), "marks": marks}
        # First the work, then the mark: who dies in between has acknowledged nothing, and the next try finds the work.
        if not await self.backlog.put(digest, value):
            return False
        await self._mark(marks)
        return True

    async def add_job(self, event: Event, connection: Connection) -> None:
        """A job of a run that was delivered; each is worked on for itself."""
        kept = replace(event, ended_at=self._when(event.ended_at))
        key = sha256(f"job/{connection.name}/{event.identity}".encode()).hexdigest()
        await self.backlog.put(key, {"connection": connection.name, "event": kept.record(), "marks": []})

    async def finish(self, entry: Entry) -> None:
        await self._mark(entry.value.get("marks", ()))
        await self.backlog.finish(entry)

    async def forget_old(self) -> int:
        """Drop the marks of deliveries that nobody sends again."""
        oldest = self._clock() - _SEEN_DAYS * 86_400
        gone, after = 0, None
        while True:
            page = await self._records.page(_SEEN, after=after, limit=200)
            for record in page.records:
                if record.value["at"] < oldest:
                    await self._records.delete(_SEEN, record.key)
                    gone += 1
            if page.after is None:
                return gone
            after = page.after

    def _when(self, told: str) -> str:
        """In one form and to the second, whoever wrote it: what is kept of the job is known again by it."""
        return (when_of(told) or datetime.fromtimestamp(self._clock(), UTC)).isoformat(timespec="seconds")

    async def _seen(self, mark: str) -> bool:
        try:
            await self._records.get(_SEEN, mark)
        except NotFound:
            return False
        return True

    async def _mark(self, marks: list[str]) -> None:
        for mark in marks:
            with suppress(Conflict):
                await self._records.put(_SEEN, mark, {"at": self._clock()}, expected=0)


def connection_and_event(entry: Entry) -> tuple[str, Event]:
    """The connection's name and the event of an entry in the inbox."""
    return entry.value["connection"], event_of(entry.value["event"])


def when_of(told: str) -> datetime | None:
    """`2024-05-01T10:00:00Z` or `2024-05-01 10:00:00 UTC`; None for anything else."""
    try:
        found = datetime.fromisoformat(told.removesuffix(" UTC").strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _end_of(log: str) -> str:
    """Whole lines from the end."""
    content = log.encode("utf-8", errors="replace")
    if len(content) <= _MOST_LOG_BYTES:
        return log
    return content[-_MOST_LOG_BYTES:].decode("utf-8", errors="replace").partition("\n")[2]
