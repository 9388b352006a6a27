"""What a waker does about use and idleness: it notes the one, and moves the replicas to what follows."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.kernel.errors import Conflict, Unavailable
from app.waker.scaling import Scaling
from app.waker.usage import Usage

# Each loss means that another waker has written, so a few in a row are many wakers and not bad luck.
_TRIES = 8


@dataclass(slots=True)
class Watch:
    """One waker's view of the server: notes its use, and sees to it that the replicas follow.

    The Lease alone says what should be. Whoever writes it names the version that was read, so "used" and "asleep" never both
    hold: a request that noted its use is not put to sleep, and one that came too late for that is answered "waking up".
    """

    scaling: Scaling
    idle: timedelta
    busy: int = 0
    _known: Usage | None = field(default=None, init=False)
    # A burst of requests writes once.
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def note_use(self, now: datetime) -> bool:
        """Write down that somebody asks. Returns: whether it was awake; if not, it is being woken now.

        Raises: Unavailable.
        """
        if self._known is not None and self._known.fresh(now):
            return True
        async with self._turn:
            for _ in range(_TRIES):
                found = self._known = await self.scaling.usage()
                if found.fresh(now):
                    return True
                try:
                    self._known = await self.scaling.write(found.used(now))
                except Conflict:
                    continue
                if not found.awake:
                    await self.scaling.scale(self._known.replicas)
                return found.awake
        raise Unavailable(f"The Lease was written by others {_TRIES} times in a row.")

    async def tend(self, now: datetime) -> None:
        """Let it sleep when it is idle, and move the replicas to where the Lease says. Raises: Unavailable."""
        if self.busy:
            # Whoever still reads an answer is using it, whatever this waker remembers of the Lease.
            self._known = None
            await self.note_use(now)
        found = await self.scaling.usage()
        if not self.busy and found.idle(now, after=self.idle):
            try:
                found = await self.scaling.write(found.asleep())
            except Conflict:
                # Somebody asked at this very moment; the next turn looks again.
                return
        self._known = found
        if await self.scaling.replicas() != found.replicas:
            await self.scaling.scale(found.replicas)
