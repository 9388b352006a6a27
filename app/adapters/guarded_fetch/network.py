"""Connections of the HTTP client: the address that was judged is the one that is connected to, with nothing in between."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from ipaddress import ip_address
from typing import Any

import httpcore

from app.adapters.guarded_fetch.addresses import Address, is_own, is_public
from app.kernel.errors import UrlRefused, UrlUnreachable

# The name to all of its addresses; raises OSError.
Resolve = Callable[[str], Awaitable[Sequence[Address]]]

_MOST_ADDRESSES = 4
_TLS_PORT = 443


async def look_up(host: str) -> list[Address]:
    """All addresses that this machine's resolver knows for a name, in its order."""
    # In a thread of the standard library whatever the event loop: uvloop brings a resolver of its own.
    found = await asyncio.to_thread(socket.getaddrinfo, host, None, type=socket.SOCK_STREAM)
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    return list(dict.fromkeys(addresses))


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Resolves, judges and connects in one step, so that no second look-up can answer otherwise.

    TLS is started later by httpcore with the name that was asked for: certificate, SNI and Host are the site's.
    own_hosts: names that may have an address of a private network, over TLS.
    """

    def __init__(
        self,
        resolve: Resolve = look_up,
        dial: httpcore.AsyncNetworkBackend | None = None,
        own_hosts: Collection[str] = (),
    ) -> None:
        self._resolve = resolve
        self._own_hosts = frozenset(own_hosts)
        self._dial = dial or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises UrlRefused when any address of the name is not public, UrlUnreachable when none answers."""
        addresses = await self._addresses(host)
        own = host in self._own_hosts and port == _TLS_PORT
        for address in addresses:
            if not (is_public(address) or (own and is_own(address))):
                raise UrlRefused(f"{host!r} is not fetched: {address} is not a public address.", field="url")
        last: Exception | None = None
        for address in addresses[:_MOST_ADDRESSES]:
            try:
                return await self._dial.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise UrlUnreachable(
            f"{host!r} does not answer on port {port}; look whether the address is right.", field="url"
        ) from last

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise UrlRefused("A socket of this machine is not fetched.", field="url")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _addresses(self, host: str) -> Sequence[Address]:
        try:
            return [ip_address(host)]
        except ValueError:
            pass
        try:
            found = await self._resolve(host)
        except (OSError, UnicodeError) as error:
            raise UrlUnreachable(
                f"The name {host!r} cannot be found; look for a typing error.", field="url"
            ) from error
        if not found:
            raise UrlUnreachable(f"The name {host!r} has no address.", field="url")
        return found


def pool(network: GuardedNetwork, *, tls: ssl.SSLContext | None = None) -> httpcore.AsyncConnectionPool:
    """No proxy, whatever the environment says: httpcore reads none. Connections to one site are few: it is a guest there."""
    return httpcore.AsyncConnectionPool(
        ssl_context=tls or httpcore.default_ssl_context(),
        max_connections=32,
        max_keepalive_connections=8,
        keepalive_expiry=15.0,
        http1=True,
        http2=False,
        network_backend=network,
    )
