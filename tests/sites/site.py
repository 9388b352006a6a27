"""One site for all names: it serves what a test puts there, and the bad manners that the fetcher must survive."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

_BLOCK = b"x" * 65_536


class Closing(Protocol):
    """A fetcher that holds connections to the site until it is closed."""

    async def aclose(self) -> None: ...


@dataclass(frozen=True)
class Asked:
    """A request as it came, header names in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass
class Site:
    """`pages`: path to (status, headers, body). `asked`: every request, in order."""

    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    tls_port: int = 0
    visitors: list[Closing] = field(default_factory=list)
    visits: set["asyncio.Task[None]"] = field(default_factory=set)

    def put(
        self, path: str, body: str | bytes, *, kind: str = "text/html", status: int = 200, **headers: str
    ) -> None:
        content = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (status, {"content-type": kind, **named}, content)

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.visits.add(task)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self._answer(head.decode("latin-1"), reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the visitor or the test has gone, as it may
        finally:
            writer.close()

    async def _answer(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = head.strip().split("\r\n")
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
        }
        target = first.split(" ")[1]
        given = await reader.readexactly(int(headers.get("content-length", "0")))
        self.asked.append(Asked(target, headers, given))
        parts = urlsplit(target)
        match parts.path:
            case "/redir":
                query = parse_qs(parts.query)
                await _send(writer, int(query.get("code", ["302"])[0]), {"location": query["to"][0]})
            case "/redir-loop":
                await _send(writer, 302, {"location": "/redir-loop"})
            case "/10GB":
                await _endless(writer, {"content-type": "text/html"}, pause_s=0)
            case "/drip":
                await _endless(writer, {"content-type": "text/html"}, pause_s=0.05, block=b"x")
            case "/bomb":
                packed = gzip.compress(b"\0" * 20_000_000, compresslevel=1)
                await _send(writer, 200, {"content-type": "text/html", "content-encoding": "gzip"}, packed)
            case path if path in self.pages or target in self.pages:
                status, sent, body = self.pages.get(target) or self.pages[path]
                await _send(writer, status, sent, body)
            case _:
                await _send(writer, 404, {"content-type": "text/html"}, b"<h1>Not found</h1>")


async def _send(
    writer: asyncio.StreamWriter, status: int, headers: Mapping[str, str], body: bytes = b""
) -> None:
    lines = [
        f"HTTP/1.1 {status} X",
        *(f"{name}: {value}" for name, value in headers.items()),
        f"content-length: {len(body)}",
    ]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    await writer.drain()


async def _endless(
    writer: asyncio.StreamWriter, headers: Mapping[str, str], *, pause_s: float, block: bytes = _BLOCK
) -> None:
    """Ten gigabytes, should anybody take them."""
    lines = [
        "HTTP/1.1 200 X",
        *(f"{name}: {value}" for name, value in headers.items()),
        "transfer-encoding: chunked",
    ]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n")
    for _ in range(10_000_000_000 // len(block)):
        writer.write(f"{len(block):x}\r\n".encode() + block + b"\r\n")
        await writer.drain()
        await asyncio.sleep(pause_s)


@asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    """A site on two ports of loopback, the second one encrypted when there is a certificate for it."""
    site = Site()
    servers = [await asyncio.start_server(site.serve, "127.0.0.1", 0)]
    site.port = site.tls_port = servers[0].sockets[0].getsockname()[1]
    if tls:
        servers.append(await asyncio.start_server(site.serve, "127.0.0.1", 0, ssl=tls))
        site.tls_port = servers[1].sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        for visitor in site.visitors:
            await visitor.aclose()
        for visit in site.visits:
            visit.cancel()
        await asyncio.gather(*site.visits)
        for server in servers:
            server.close()
