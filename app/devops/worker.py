"""Works off what was accepted, a few entries at a time, beside the HTTP routes of the same process."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from prometheus_client import Counter

from app.devops.backlog import Backlog, Entry
from app.devops.connections import Connection, named
from app.devops.follow import Follow
from app.devops.incoming.event import event_of
from app.devops.incoming.inbox import Inbox
from app.devops.telling.deliver import Deliver
from app.devops.telling.outbox import Outbox
from app.devops.telling.undelivered import GivenUp
from app.kernel.errors import GenaiError, Unavailable, UrlUnreachable
from app.kernel.ports.notify import Notify

_log = logging.getLogger("genai.devops")
_DONE = Counter(
    "genai_devops_work_total", "Entries worked on, by backlog and outcome", ["backlog", "outcome"]
)

# Longer than the longest entry: a log of 50 MB fetched, analysed, and a model asked.
LEASE_S = 240.0
_MOST_ENTRY_S = 200.0
_AT_ONCE = 2
_IDLE_S = 5.0  # until somebody looks again; what is delivered to this process wakes it at once
_TROUBLED_S = 10.0
_MOST_ATTEMPTS = 10
_MOST_BACKOFF_S = 1_800.0
_FORGET_EVERY_S = 86_400.0


class Worker:
    """Several processes may each have one. An entry that cannot be done is kept where people see it."""

    def __init__(
        self,
        connections: Sequence[Connection],
        inbox: Inbox,
        outbox: Outbox,
        given_up: GivenUp,
        *,
        follow: Follow,
        deliver: Deliver,
        notify: Notify,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._connections = connections
        self._inbox = inbox
        self._outbox = outbox
        self._given_up = given_up
        self._follow = follow
        self._deliver = deliver
        self._notify = notify
        self._clock = clock
        self._news = asyncio.Event()
        self._forgot_at = 0.0

    def wake(self) -> None:
        self._news.set()

    async def run(self) -> None:
        """Until it is cancelled; what is under way then is taken up again when its lease has run out."""
        await asyncio.gather(*(self._one_after_the_other() for _ in range(_AT_ONCE)))

    async def drain(self) -> int:
        """Work until nothing is ready; how many entries that were."""
        done = 0
        while await self._next():
            done += 1
        return done

    async def _one_after_the_other(self) -> None:
        while True:
            try:
                self._news.clear()
                while await self._next():
                    pass
                await self._forget_now_and_then()
            except Exception as error:  # noqa: BLE001 - the process outlives any fault of its stores
                _log.warning("The backlog cannot be worked on now: %r", error)
                await asyncio.sleep(_TROUBLED_S)
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), _IDLE_S)

    async def _next(self) -> bool:
        """Tell first: somebody waits for it, and it is quick."""
        if entry := await self._outbox.backlog.take():
            await self._attempt("outbox", self._outbox.backlog, entry)
            return True
        if entry := await self._inbox.backlog.take():
            await self._attempt("inbox", self._inbox.backlog, entry)
            return True
        return False

    async def _attempt(self, name: str, backlog: Backlog, entry: Entry) -> None:
        connection = named(self._connections, entry.value["connection"])
        if connection is None:
            _log.warning("An entry of the %s is of a connection that is not in the settings any more", name)
            await backlog.finish(entry)
            return
        try:
            async with asyncio.timeout(_MOST_ENTRY_S):
                await self._carry_out(name, connection, entry)
        except (Unavailable, UrlUnreachable) as error:
            await self._later(name, backlog, entry, connection, error.detail, error.retry_after_s)
            return
        except GenaiError as error:
            await self._give_up(name, backlog, entry, connection, f"{error.code}: {error.detail}")
            return
        except Exception as error:  # noqa: BLE001 - any other fault is tried again, then shown; it must not end the worker
            _log.warning("An entry of the %s failed", name, exc_info=error)
            # Its words may hold anything of a log: they are not kept.
            await self._later(name, backlog, entry, connection, f"failed ({type(error).__name__})", None)
            return
        _DONE.labels(name, "done").inc()
        if name == "inbox":
            await self._inbox.finish(entry)
        else:
            await backlog.finish(entry)

    async def _carry_out(self, name: str, connection: Connection, entry: Entry) -> None:
        if name == "inbox":
            await self._follow(connection, event_of(entry.value["event"]))
        else:
            await self._deliver(connection, entry.value)

    async def _later(
        self,
        name: str,
        backlog: Backlog,
        entry: Entry,
        connection: Connection,
        error: str,
        asked_s: float | None,
    ) -> None:
        if entry.attempts >= _MOST_ATTEMPTS:
            await self._give_up(name, backlog, entry, connection, error)
            return
        _DONE.labels(name, "again").inc()
        delay_s = max(asked_s or 0.0, min(_MOST_BACKOFF_S, 5.0 * 2.0**entry.attempts))
        await backlog.give_back(entry, delay_s=delay_s, error=error)

    async def _give_up(
        self, name: str, backlog: Backlog, entry: Entry, connection: Connection, error: str
    ) -> None:
        _DONE.labels(name, "given_up").inc()
        await self._given_up.put(connection.tenant, name, entry, error)
        await self._notify.send(
            subject=f"DevOps assistant, {connection.platform}",
            body=f"{entry.value['event']['repository']}: given up after {entry.attempts} attempts: {error}",
            severity="warning",
        )
        if name == "inbox":
            await self._inbox.finish(entry)
        else:
            await backlog.finish(entry)

    async def _forget_now_and_then(self) -> None:
        if self._clock() - self._forgot_at > _FORGET_EVERY_S:
            self._forgot_at = self._clock()
            await self._inbox.forget_old()
