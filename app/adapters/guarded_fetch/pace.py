"""One visit after the other at each host, so that we are a guest there and not a load."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from app.kernel.errors import UrlUnreachable

_MOST_HOSTS = 4_096


class Pace:
    """Gives out turns. Counted in this process: several of them together are that much faster, and no host minds."""

    def __init__(
        self,
        *,
        pause_s: float,
        longest_wait_s: float,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pause_s = pause_s
        self._longest_wait_s = longest_wait_s
        self._clock = clock
        self._sleep = sleep
        self._free_at: OrderedDict[str, float] = OrderedDict()

    async def turn(self, host: str, *, delay_s: float = 0.0) -> None:
        """Wait until this host may be asked again; `delay_s` is what its robots.txt asks for.

        Raises UrlUnreachable, with the seconds to wait, when others stand in line for too long.
        """
        now = self._clock()
        at = max(now, self._free_at.get(host, now))
        if at - now > self._longest_wait_s:
            raise UrlUnreachable(
                f"{host!r} wants pauses between visits, and its next free turn is {at - now:.0f} s away; try again then.",
                retry_after_s=at - now,
                field="url",
            )
        self._free_at[host] = at + max(self._pause_s, delay_s)
        self._free_at.move_to_end(host)
        while len(self._free_at) > _MOST_HOSTS:
            self._free_at.popitem(last=False)
        if at > now:
            await self._sleep(at - now)
