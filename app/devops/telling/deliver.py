"""Brings one entry of the outbox to where it belongs."""

import asyncio
import hmac
import json
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any
from weakref import WeakValueDictionary

from app.devops.connections import Connection
from app.devops.forges import Forge
from app.devops.forges.asking import check_posted
from app.devops.incoming.event import Event, event_of
from app.devops.telling.outbox import Outbox, marker_of
from app.devops.telling.wording import comment
from app.kernel.ports.posts import Posts


class Deliver:
    """Called again for what it did already, it updates the same comment; a message may then come twice."""

    def __init__(
        self,
        outbox: Outbox,
        forges: Mapping[str, Forge],
        posts: Posts,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._outbox = outbox
        self._forges = forges
        self._posts = posts
        self._clock = clock
        self._changes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, connection: Connection, value: Mapping[str, Any]) -> None:
        event = event_of(value["event"])
        match value["channel"]:
            case "comment":
                await self._comment(connection, event)
            case "slack":
                content = json.dumps({"text": value["text"]}).encode()
                await self._post(connection.slack_url.get_secret_value(), content, {})
            case "ticket":
                await self._ticket(connection, value)

    async def _comment(self, connection: Connection, event: Event) -> None:
        """One at a time for each change, always of what is known now: the last one to come says everything."""
        lock = self._changes.setdefault(f"{connection.name}/{event.change}", asyncio.Lock())
        async with lock:
            record = await self._outbox.comment_record(connection.tenant, event)
            if not record:
                return
            marker = marker_of(connection, event)
            written = await self._forges[event.platform].comment(
                connection, event, known=record["comment_id"], marker=marker,
                body=comment(marker, record["sections"]),
            )  # fmt: skip
            if written != record["comment_id"]:
                await self._outbox.note_comment(connection.tenant, event, written)

    async def _ticket(self, connection: Connection, value: Mapping[str, Any]) -> None:
        content = json.dumps(value["ticket"], ensure_ascii=False).encode()
        stamp = str(int(self._clock()))
        headers = {
            "X-Genai-Timestamp": stamp,
            "X-Genai-Signature-256": ticket_signature(
                connection.ticket_secret.get_secret_value(), stamp, content
            ),
            "X-Genai-Delivery": str(value["analysis_id"]),
        }
        await self._post(connection.ticket_url.get_secret_value(), content, headers)

    async def _post(self, url: str, content: bytes, headers: Mapping[str, str]) -> None:
        if not url:
            return  # taken out of the settings meanwhile
        check_posted(await self._posts.send("POST", url, content=content, headers=headers))


def ticket_signature(secret: str, stamp: str, content: bytes) -> str:
    """HMAC-SHA256 over `<timestamp>.<body>`, so that an old message cannot be sent again as a new one."""
    return "sha256=" + hmac.new(secret.encode(), stamp.encode() + b"." + content, sha256).hexdigest()
