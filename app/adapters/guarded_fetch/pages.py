"""The Pages port: one GET after the other, each judged anew, within a size and a time for all of it."""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

import httpcore

from app.adapters.guarded_fetch.body import ENCODINGS, read_body
from app.adapters.guarded_fetch.network import GuardedNetwork, Resolve, look_up, pool
from app.adapters.guarded_fetch.pace import Pace
from app.adapters.guarded_fetch.robots import MOST_BYTES, Robots
from app.adapters.guarded_fetch.urls import Target, join, read_target
from app.kernel.errors import UrlRefused, UrlUnreachable
from app.kernel.ports.pages import PAGE_TYPES, FetchedPage

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
# What RFC 9110 lets a program set on its own behalf; a caller's secrets must not bring these.
_OURS = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "user-agent", "te"}
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch, redirects and robots.txt included. `pause_s`: between two visits at the same host."""

    max_bytes: int = 10_000_000
    whole_s: float = 20.0
    connect_s: float = 5.0
    pause_s: float = 1.0
    longest_wait_s: float = 10.0


class GuardedPages:
    """Says who it is, asks before it enters, and leaves what is not public alone.

    product: the name that robots.txt files know us by; contact: where a site's owner can complain.
    own_hosts: names, exactly, of servers in a private network that may be asked over TLS, but not by way of a redirect.
    resolve, dial, tls: for tests, which live on loopback; what they are given has been judged before.
    """

    def __init__(
        self,
        *,
        product: str = "genai-ops",
        version: str = "0",
        contact: str = "",
        limits: Limits | None = None,
        own_hosts: Collection[str] = (),
        resolve: Resolve = look_up,
        dial: httpcore.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._limits = limits or Limits()
        self._agent = f"{product}/{version}" + (
            f" (+{contact})" if contact else " (fetches what a person asked for)"
        )
        self._own_hosts = frozenset(own_hosts)
        self._pool = pool(GuardedNetwork(resolve, dial, self._own_hosts), tls=tls)
        self._robots = Robots(product=product, clock=clock)
        self._pace = Pace(
            pause_s=self._limits.pause_s,
            longest_wait_s=self._limits.longest_wait_s,
            clock=clock,
            sleep=sleep,
        )

    async def fetch(
        self,
        url: str,
        *,
        accept: tuple[str, ...] = PAGE_TYPES,
        secrets: Mapping[str, str] | None = None,
        robots: bool = True,
        json_body: str | None = None,
    ) -> FetchedPage:
        target = read_target(url, own_hosts=self._own_hosts)
        visit = _Visit(accept, target.origin, dict(secrets or {}), robots=robots, json_body=json_body)
        if visit.secrets and target.scheme != "https":
            raise UrlRefused("A key is sent over https:// only.", field="url")
        if odd := next((name for name in visit.secrets if name.lower() in _OURS), None):
            raise UrlRefused(f"The header {odd!r} is not a caller's to set.")
        try:
            async with asyncio.timeout(self._limits.whole_s):
                return await self._follow(url, target, visit)
        except TimeoutError:
            raise UrlUnreachable(
                f"{target.host!r} took longer than {self._limits.whole_s:g} s for its answer.", field="url"
            ) from None

    async def aclose(self) -> None:
        await self._pool.aclose()

    async def _follow(self, url: str, target: Target, visit: "_Visit") -> FetchedPage:
        greeted: set[str] = set()  # hosts that have given us a turn on this visit
        for _ in range(_MOST_REDIRECTS + 1):
            delay_s = await self._robots.delay_s(target, self._read_robots) if visit.robots else 0.0
            if target.host not in greeted:
                await self._pace.turn(target.host, delay_s=delay_s)
                greeted.add(target.host)
            answer = await self._get(target, visit, max_bytes=self._limits.max_bytes)
            if isinstance(answer, _Answer):
                return FetchedPage(
                    url,
                    target.url,
                    answer.status,
                    answer.headers.get("content-type", ""),
                    answer.body,
                    answer.headers,
                )
            if visit.json_body is not None:
                raise UrlRefused(
                    "The site sends this request elsewhere, and it is not sent twice.", field="url"
                )
            target = answer
            visit.arrives_at(target)
        raise UrlRefused(f"The site redirects more than {_MOST_REDIRECTS} times.", field="url")

    async def _read_robots(self, target: Target) -> tuple[int, bytes]:
        """Its own redirects are followed as well (RFC 9309), and everything a server may send is taken for text."""
        visit = _Visit(("*",), target.origin, {}, robots=False, cut=True)
        for _ in range(_MOST_REDIRECTS + 1):
            answer = await self._get(target, visit, max_bytes=MOST_BYTES)
            if isinstance(answer, _Answer):
                return answer.status, answer.body
            target = answer
        return 404, b""  # RFC 9309: too many redirects count as no file

    async def _get(self, target: Target, visit: "_Visit", *, max_bytes: int) -> "_Answer | Target":
        """An answer, or where it sends us."""
        headers: dict[bytes | str, bytes | str] = {
            "Host": target.authority,
            "User-Agent": self._agent,
            "Accept": visit.accept_header,
            "Accept-Encoding": ENCODINGS,
            "Accept-Language": "en, *;q=0.5",
        }
        headers.update(visit.secrets.items())
        sent = visit.json_body.encode() if visit.json_body is not None else None
        if sent is not None:
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(sent))}
        timeouts = {
            "connect": self._limits.connect_s,
            "read": self._limits.whole_s,
            "write": self._limits.connect_s,
            "pool": self._limits.whole_s,
        }
        address = httpcore.URL(
            scheme=target.scheme.encode(),
            host=target.host.encode(),
            port=target.port,
            target=target.path.encode(),
        )
        try:
            async with self._pool.stream(
                "GET" if sent is None else "POST",
                address,
                headers=headers,
                content=sent,
                extensions={"timeout": timeouts},
            ) as response:
                return await _read(response, target, visit, max_bytes, own_hosts=self._own_hosts)
        except (
            httpcore.NetworkError,
            httpcore.TimeoutException,
            httpcore.ProtocolError,
            ssl.SSLError,
        ) as error:
            raise UrlUnreachable(
                f"{target.host!r} did not answer properly ({type(error).__name__}); try again later.",
                field="url",
            ) from error


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class _Visit:
    """What one fetch takes along from page to page."""

    def __init__(
        self,
        accept: tuple[str, ...],
        origin: tuple[str, str, int],
        secrets: dict[str, str],
        *,
        robots: bool,
        json_body: str | None = None,
        cut: bool = False,
    ) -> None:
        self.accept = accept
        self.cut = cut  # of a long answer the beginning will do
        self.robots = robots
        self.json_body = json_body
        self.secrets = secrets
        self._origin = origin

    def arrives_at(self, target: Target) -> None:
        """Once we were sent elsewhere the keys stay behind for good, also on the way back."""
        if target.origin != self._origin:
            self.secrets = {}

    @property
    def accept_header(self) -> str:
        return ", ".join(kind for kind in self.accept if not kind.startswith("/+")) + ", */*;q=0.1"

    def takes(self, content_type: str) -> bool:
        kind = content_type.partition(";")[0].strip().lower()
        return (
            not kind
            or "*" in self.accept
            or kind in self.accept
            or f"/+{kind.rpartition('+')[2]}" in self.accept
        )


async def _read(
    response: httpcore.Response, target: Target, visit: _Visit, max_bytes: int, *, own_hosts: Collection[str]
) -> _Answer | Target:
    headers = _headers(response)
    if response.status in _REDIRECTS and headers.get("location"):
        return join(target, headers["location"].replace(" ", "%20"), own_hosts=own_hosts)
    if response.status < 400 and not visit.takes(headers.get("content-type", "")):
        raise UrlRefused(
            f"{target.host!r} sends {headers['content-type'][:80]!r} there, which is no page to read.",
            field="url",
        )
    body = await read_body(
        response.aiter_stream(),
        encoding=_all_of(response, b"content-encoding"),
        length=headers.get("content-length", ""),
        max_bytes=max_bytes,
        cut=visit.cut,
    )
    return _Answer(response.status, headers, body)


def _headers(response: httpcore.Response) -> dict[str, str]:
    """In lower case; of several alike the first counts, so that nobody can add another meaning behind it."""
    found: dict[str, str] = {}
    for name, value in response.headers:
        found.setdefault(name.decode("latin-1").lower(), _text(value).strip())
    return found


def _all_of(response: httpcore.Response, wanted: bytes) -> str:
    """Of a header that means the same on several lines as in a list: what is packed twice is not unpacked once."""
    return ", ".join(_text(value).strip() for name, value in response.headers if name.lower() == wanted)


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
