"""What a site's robots.txt says to us (RFC 9309), remembered for a while."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from protego import Protego

from app.adapters.guarded_fetch.urls import Target
from app.kernel.errors import UrlRefused, UrlUnreachable

# RFC 9309: at least 500 KiB are read, and nothing is remembered for longer than a day.
MOST_BYTES = 512_000
_KEPT_S = 3_600.0
_MOST_SITES = 1_024
# Longer pauses are asked for by mistake as a rule; a person waits for the page.
_LONGEST_DELAY_S = 30.0

# Status and body of the robots.txt at an address.
Read = Callable[[Target], Awaitable[tuple[int, bytes]]]


@dataclass(frozen=True, slots=True)
class _Remembered:
    rules: Protego
    until: float


class Robots:
    """Asks each site once an hour."""

    def __init__(self, *, product: str, clock: Callable[[], float]) -> None:
        self._product = product
        self._clock = clock
        self._sites: OrderedDict[tuple[str, str, int], _Remembered] = OrderedDict()

    async def delay_s(self, target: Target, read: Read) -> float:
        """The pause that the site wants between visits. Raises UrlRefused when it does not want this one."""
        rules = await self._rules(target, read)
        if not rules.can_fetch(target.url, self._product):
            raise UrlRefused(
                f"{target.host!r} asks programs in its robots.txt not to fetch this page; open it in a browser and paste "
                "its text instead.",
                field="url",
            )
        asked = rules.crawl_delay(self._product)
        rate = rules.request_rate(self._product)
        per_request = rate.seconds / rate.requests if rate and rate.requests else 0.0
        return min(_LONGEST_DELAY_S, max(float(asked or 0.0), per_request))

    async def _rules(self, target: Target, read: Read) -> Protego:
        known = self._sites.get(target.origin)
        if known and known.until > self._clock():
            self._sites.move_to_end(target.origin)
            return known.rules
        rules = await _fetch_rules(target, read)
        self._sites[target.origin] = _Remembered(rules, self._clock() + _KEPT_S)
        while len(self._sites) > _MOST_SITES:
            self._sites.popitem(last=False)
        return rules


async def _fetch_rules(target: Target, read: Read) -> Protego:
    """A site without the file allows everything; one whose server is broken allows nothing until it is mended."""
    status, body = await read(Target(target.scheme, target.host, target.port, "/robots.txt", target.address))
    if status >= 500:
        raise UrlUnreachable(
            f"{target.host!r} cannot say now what programs may fetch (robots.txt: status {status}); try again later.",
            field="url",
        )
    return Protego.parse(_text(body) if status < 300 else "")


def _text(body: bytes) -> str:
    """Whole lines: half a path at the end of what was read would forbid or allow more than was meant."""
    if len(body) >= MOST_BYTES:
        body = body[: body.rfind(b"\n") + 1]
    return body.decode("utf-8-sig", "replace")
