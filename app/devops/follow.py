"""What is done about a job that ended: red ones are explained and told of, green ones are remembered."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from app.devops.connections import Connection
from app.devops.forges import Forge
from app.devops.incoming.event import Event, Kind
from app.devops.incoming.inbox import Inbox, when_of
from app.devops.memory.analyses import analysis_id
from app.devops.memory.context import Context, described
from app.devops.memory.job_runs import Run
from app.devops.memory.memory import Memory
from app.devops.service import DevopsService, Failure
from app.devops.telling.outbox import Outbox
from app.kernel.errors import GenaiError

_log = logging.getLogger("genai.devops")
_T = TypeVar("_T")


class Follow:
    """Called again for a job that was followed already, it does nothing that anybody sees."""

    def __init__(
        self,
        service: DevopsService,
        memory: Memory,
        forges: Mapping[str, Forge],
        inbox: Inbox,
        outbox: Outbox,
    ) -> None:
        self._service = service
        self._memory = memory
        self._forges = forges
        self._inbox = inbox
        self._outbox = outbox
        self._jobs: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, connection: Connection, event: Event) -> None:
        if event.kind is Kind.RUN:
            for job in await self._forges[event.platform].jobs(connection, event):
                await self._inbox.add_job(job, connection)
            return
        # A run and each of its jobs may be delivered both, and at the same time.
        lock = self._jobs.setdefault(f"{connection.name}/{event.identity}", asyncio.Lock())
        async with lock:
            await (self._failed(connection, event) if event.failed else self._passed(connection, event))

    async def _failed(self, connection: Connection, event: Event) -> None:
        tenant, job, forge = connection.tenant, name_of(event), self._forges[event.platform]
        at = when_of(event.ended_at)
        at_ms = int(at.timestamp() * 1000) if at else 0
        if await self._memory.analyses.has(tenant, analysis_id(at_ms, event.identity)):
            return
        log = event.log or await forge.log(connection, event)
        known = await self._memory.jobs.get(tenant, event.repository, job)
        commits: Sequence[Mapping[str, Any]] = ()
        if since := known.get("last_green"):
            commits = await _or(forge.commits(connection, event, since=since), ())
        change = await _or(forge.change(connection, event), 0)
        texts, shas = described(commits)
        study = await self._service.study(
            Failure(
                log=log,
                source=event.platform,
                yaml=await _or(forge.definition(connection, event), None),
                passing_log=await self._memory.greens.get(tenant, event.repository, job),
            ),
            tenant=tenant,
            context=Context(
                identity=event.identity,
                repository=event.repository,
                job=job,
                commit=event.commit,
                branch=event.branch,
                url=event.url,
                at_ms=at_ms,
                commits=texts,
                shas=shas,
            ),
        )
        await self._outbox.tell(connection, _with_change(event, change), job, study.masked)

    async def _passed(self, connection: Connection, event: Event) -> None:
        tenant, job, forge = connection.tenant, name_of(event), self._forges[event.platform]
        known = await self._memory.jobs.get(tenant, event.repository, job)
        if any(run["id"] == event.identity for run in known.get("runs", ())):
            return
        if log := event.log or await _or(forge.log(connection, event), ""):
            await self._memory.greens.put(tenant, event.repository, job, log)
        change = await _or(forge.change(connection, event), 0)
        if change:
            await self._outbox.tell_mended(connection, _with_change(event, change), job)
        run = Run(event.identity, event.commit, passed=True, at=event.ended_at)
        await self._memory.jobs.note(tenant, event.repository, job, run)


def name_of(event: Event) -> str:
    """Two workflows of GitHub may have a job of the same name."""
    qualified = event.platform == "github" and event.workflow
    return f"{event.workflow} / {event.job}" if qualified else event.job


def _with_change(event: Event, change: int) -> Event:
    return replace(event, change=change, log="")


async def _or(asked: Awaitable[_T], otherwise: _T) -> _T:
    """What only makes an answer better must not keep it from being given."""
    try:
        return await asked
    except GenaiError as error:
        _log.warning("The platform could not be asked: %s", error.detail)
        return otherwise
