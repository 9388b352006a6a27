"""When a server was last used and what follows from it: values and pure functions, the same for every waker."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# Between two writes of the Lease while requests come: a fraction of the shortest idle time that can be configured.
TOUCH_EVERY = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Usage:
    """What the Lease says. `version` is the API server's: a write with another one than it has now is refused.

    `last` is None for a server that nobody has used yet.
    """

    version: str
    awake: bool
    last: datetime | None

    @property
    def replicas(self) -> int:
        return 1 if self.awake else 0

    def fresh(self, now: datetime) -> bool:
        """Whether it need not be written again for one request more."""
        return self.awake and self.last is not None and now - self.last < TOUCH_EVERY

    def used(self, now: datetime) -> "Usage":
        """As it is once somebody has asked. Another machine's clock may be ahead; time does not go back for that."""
        return replace(self, awake=True, last=max(now, self.last) if self.last else now)

    def idle(self, now: datetime, *, after: timedelta) -> bool:
        """Whether it is awake for nobody."""
        return self.awake and (self.last is None or now - self.last >= after)

    def asleep(self) -> "Usage":
        return replace(self, awake=False)
