"""What is asked of a platform, and of the one that answers nothing."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from app.devops.connections import Connection
from app.devops.incoming.event import Event


class Forge(Protocol):
    """Errors: Unavailable and UrlUnreachable (retryable); NotFound, Forbidden and UrlRefused, which will not change."""

    async def jobs(self, connection: Connection, run: Event) -> Sequence[Event]:
        """The jobs of a run that ended in red or green."""
        ...

    async def log(self, connection: Connection, event: Event) -> str: ...

    async def definition(self, connection: Connection, event: Event) -> str | None:
        """The pipeline's YAML at that commit; None where it cannot be had."""
        ...

    async def change(self, connection: Connection, event: Event) -> int:
        """The number of the open pull or merge request of that commit; 0 for none."""
        ...

    async def commits(
        self, connection: Connection, event: Event, *, since: str
    ) -> Sequence[Mapping[str, Any]]:
        """What came after `since`, up to the event's commit, oldest first."""
        ...

    async def comment(
        self, connection: Connection, event: Event, *, known: str, marker: str, body: str
    ) -> str:
        """Write the comment, over the one called `known` or the oldest one that holds the marker; its id."""
        ...


class NoForge:
    """A platform without an API of use: what came along is all there is."""

    async def jobs(self, connection: Connection, run: Event) -> Sequence[Event]:
        return ()

    async def log(self, connection: Connection, event: Event) -> str:
        return event.log

    async def definition(self, connection: Connection, event: Event) -> str | None:
        return None

    async def change(self, connection: Connection, event: Event) -> int:
        return 0

    async def commits(
        self, connection: Connection, event: Event, *, since: str
    ) -> Sequence[Mapping[str, Any]]:
        return ()

    async def comment(
        self, connection: Connection, event: Event, *, known: str, marker: str, body: str
    ) -> str:
        return ""
