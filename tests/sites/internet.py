"""Names and wires of the small web: a resolver that answers as a test says, and a dialler that leads to loopback."""

import socket
import ssl
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from typing import Any

import httpcore

from app.adapters.guarded_fetch import GuardedPages, Limits
from app.adapters.guarded_fetch.addresses import Address
from tests.sites.site import Site

# A public address that stands for any; nobody is ever asked there.
PUBLIC = "93.184.215.14"


class Names:
    """Answers PUBLIC for any name but those given. A list of lists is answered one after the other: rebinding."""

    def __init__(self, answers: dict[str, list[list[str]]] | None = None) -> None:
        self._answers = answers or {}
        self.asked: list[str] = []

    async def __call__(self, host: str) -> Sequence[Address]:
        self.asked.append(host)
        if host.endswith(".nowhere.example"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        rounds = self._answers.get(host, [[PUBLIC]])
        return [ip_address(answer) for answer in (rounds.pop(0) if len(rounds) > 1 else rounds[0])]


class Wires(httpcore.AsyncNetworkBackend):
    """Connects to the site whatever address is asked for, and remembers which one that was."""

    def __init__(self, site: Site, *, unencrypted: bool = False) -> None:
        self._site = site
        self._unencrypted = unencrypted
        self._real = httpcore.AnyIOBackend()
        self.dialled: list[tuple[str, int]] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.dialled.append((host, port))
        here = self._site.tls_port if port == 443 else self._site.port
        stream = await self._real.connect_tcp("127.0.0.1", here, timeout, local_address, socket_options)
        return _Unencrypted(stream) if self._unencrypted else stream


class _Unencrypted(httpcore.AsyncNetworkStream):
    """A wire to a site without a certificate, where only the way to it is looked at."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def pages_on(site: Site, **settings: Any) -> tuple[GuardedPages, Names, Wires]:
    """The fetcher before the small web; nobody waits for a turn there unless the test says so."""
    names = settings.pop("names", None) or Names()
    wires = Wires(site, unencrypted=settings.pop("unencrypted", False))
    limits = settings.pop("limits", None) or Limits(pause_s=0.0, whole_s=5.0)
    pages = GuardedPages(resolve=names, dial=wires, limits=limits, **settings)
    site.visitors.append(pages)
    return pages, names, wires
