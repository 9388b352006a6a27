"""Who may deliver, and where deliveries go: what the webhook routes need, and no more."""

from collections.abc import Callable, Sequence

from app.devops.connections import Connection
from app.devops.incoming.event import Event
from app.devops.incoming.inbox import Inbox


class Reception:
    """`wake` is called after something was kept, so that a worker in this process need not wait for its next look."""

    def __init__(self, connections: Sequence[Connection], inbox: Inbox, *, wake: Callable[[], None]) -> None:
        self.connections = connections
        self._inbox = inbox
        self._wake = wake

    async def accept(self, event: Event, connection: Connection, *, delivery: str, body: bytes) -> bool:
        """Whether it is new; kept when this returns."""
        new = await self._inbox.accept(event, connection, delivery=delivery, body=body)
        if new:
            self._wake()
        return new
