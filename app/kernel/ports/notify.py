"""One line to people: a job failed for good, a budget is near."""

from typing import Literal, Protocol


class Notify(Protocol):
    """Best effort: a message that cannot be delivered is logged and never fails the work it tells of."""

    async def send(
        self, *, subject: str, body: str, severity: Literal["info", "warning", "error"] = "info"
    ) -> None: ...
