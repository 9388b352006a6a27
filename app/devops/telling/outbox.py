"""What is to be told, kept until it was: comments, messages and tickets, each on its own."""

import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from app.devops.analysis import Analysis
from app.devops.backlog import Backlog
from app.devops.connections import Connection
from app.devops.incoming.event import Event
from app.devops.memory.writes import change, get_or_empty
from app.devops.telling.wording import message, section
from app.kernel.ports.records import Records
from app.kernel.redaction import Redactor

OUTBOX = "devops/outbox"
_MOST_SECTIONS = 30


class Outbox:
    """Everything that goes in is masked once more: what leaves the platform has no secret, whoever wrote the words."""

    def __init__(self, records: Records, *, lease_s: float, clock: Callable[[], float] = time.time) -> None:
        self._records = records
        self.backlog = Backlog(records, OUTBOX, lease_s=lease_s, clock=clock)

    async def tell(self, connection: Connection, event: Event, job: str, analysis: Analysis) -> None:
        """Put down all that this connection wants to be told of a failed job."""
        said = asdict(analysis)
        redact = Redactor().redact
        if event.change and connection.comment:
            words = redact(section(job, said, url=event.url, commit=event.commit))
            await self._change(
                connection.tenant, event, lambda found: _with_section(found, job, words, mended=False)
            )
            await self._put(connection, event, "comment", analysis.id, {})
        if connection.slack_url.get_secret_value():
            text = redact(message(job, event.repository, said, url=event.url))
            await self._put(connection, event, "slack", analysis.id, {"text": text})
        if connection.ticket_url.get_secret_value():
            await self._put(
                connection, event, "ticket", analysis.id, {"ticket": _ticket(job, event, said, redact)}
            )

    async def tell_mended(self, connection: Connection, event: Event, job: str) -> None:
        """A job is green again: the comment that spoke of it says so; without one nothing is said."""
        sections = (await self.comment_record(connection.tenant, event)).get("sections", {})
        if connection.comment and job in sections and not sections[job]["mended"]:
            words = sections[job]["text"]
            await self._change(
                connection.tenant, event, lambda found: _with_section(found, job, words, mended=True)
            )
            await self._put(connection, event, "comment", f"green-{event.job_id}", {})

    async def comment_record(self, tenant: str, event: Event) -> Mapping[str, Any]:
        """{comment_id, sections} of the event's change; {} when nothing was said there."""
        return await get_or_empty(self._records, _comments(tenant), _change_key(event))

    async def note_comment(self, tenant: str, event: Event, comment_id: str) -> None:
        await self._change(tenant, event, lambda found: {**found, "comment_id": comment_id})

    async def _change(
        self, tenant: str, event: Event, changed: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    ) -> None:
        await change(self._records, _comments(tenant), _change_key(event), changed)

    async def _put(
        self, connection: Connection, event: Event, channel: str, cause: str, what: Mapping[str, Any]
    ) -> None:
        stripped = {**event.record(), "log": ""}
        value = {
            "connection": connection.name,
            "channel": channel,
            "event": stripped,
            "analysis_id": cause,
            **what,
        }
        key = sha256(f"{connection.name}/{channel}/{event.identity}/{cause}".encode()).hexdigest()
        await self.backlog.put(key, value)


def marker_of(connection: Connection, event: Event) -> str:
    """Known again in any copy of the records, and by nobody else made up beforehand."""
    words = f"{event.platform}/{event.repository}/{event.change}".encode()
    sign = hmac.new(connection.secret.get_secret_value().encode(), words, sha256).hexdigest()[:24]
    return f"<!-- genai-ops:devops {sign} -->"


def _with_section(found: Mapping[str, Any], job: str, words: str, *, mended: bool) -> Mapping[str, Any]:
    sections = {**found.get("sections", {}), job: {"text": words, "mended": mended}}
    return {"comment_id": "", **found, "sections": dict(list(sections.items())[-_MOST_SECTIONS:])}


def _ticket(job: str, event: Event, said: Mapping[str, Any], redact: Callable[[str], str]) -> dict[str, Any]:
    """`dedup_key` is the same for the same failure: a ticket system can update instead of opening another."""
    seen = said["similar"][0] if said["similar"] else {}
    return {
        "title": redact(f"{event.repository}: {job} failed ({said['category']})"),
        "description": redact(said["root_cause"]),
        "steps": [redact(step) for step in said["fix"]],
        "category": said["category"],
        "nature": said["nature"],
        "confidence": said["confidence"],
        "dedup_key": said["fingerprint"],
        "analysis_id": said["id"],
        "repository": event.repository,
        "job": job,
        "commit": event.commit,
        "url": event.url,
        "history": redact(str(seen.get("text", ""))),
    }


def _comments(tenant: str) -> str:
    return f"devops/{tenant}/comments"


def _change_key(event: Event) -> str:
    return f"{event.platform}/{event.repository}/{event.change}"
