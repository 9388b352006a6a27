"""Reads an address as strictly as the strictest of its readers would, so that two of them cannot differ about the host."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, urljoin, urlsplit

import idna

from app.adapters.guarded_fetch.addresses import Address, is_public
from app.kernel.errors import UrlRefused

_LONGEST = 4_096
_PORTS = {"http": 80, "https": 443}
# Names that only mean something inside a network: they are refused before anybody is asked for them.
_INSIDE = (
    "local", "localhost", "localdomain", "internal", "intranet", "private", "corp", "home", "mail", "lan", "svc", "consul",
    "pod", "node", "cluster", "default", "kube-system", "docker", "arpa", "onion",
)  # fmt: skip
_CONTROL_OR_BLANK = re.compile(
    r"[\x00-\x20\x7f-\xa0\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]"
)
_HOST_LETTERS = re.compile(r"[a-z0-9._-]+")
_NUMBER_LABEL = re.compile(r"\d+|0x[0-9a-f]*")
_SAFE_PATH = "/:@!$&'()*+,;=~-._%?[]|{}^`<>\""  # left as they are but for what a request line cannot hold
_MUST_QUOTE = re.compile(r"[^\x21-\x7e]")


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be asked for. `address` is set when the host is a number, which has then been judged."""

    scheme: str
    host: str
    port: int
    path: str
    address: Address | None = None

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """Host as the Host header and a URL have it; the port is always the scheme's own."""
        shown = f"[{self.host}]" if isinstance(self.address, IPv6Address) else self.host
        return shown if self.port == _PORTS[self.scheme] else f"{shown}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def read_target(url: str, *, own_hosts: Collection[str] = ()) -> Target:
    """own_hosts: names inside a network that may be asked for, over https:// only. Raises UrlRefused with the reason."""
    given = url.strip(" \t\r\n")
    if not given:
        raise UrlRefused("The URL is empty; send one that begins with https://.", field="url")
    if len(given) > _LONGEST:
        raise _refused(given[:60] + "…", f"it is longer than {_LONGEST:,} characters")
    if _CONTROL_OR_BLANK.search(given) or "\\" in given:
        raise _refused(given, "it holds a blank, a control character or a backslash")
    scheme, separator, rest = given.partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in _PORTS:
        raise _refused(given, "only http:// and https:// are fetched")
    try:
        parts = urlsplit(f"{scheme}://{rest}")
    except ValueError:
        raise _refused(given, "its host cannot be read") from None
    host_part, port = _split_port(given, parts.netloc)
    address, host = _read_host(given, host_part, own_hosts)
    if host in own_hosts and scheme != "https":
        raise _refused(given, f"{host!r} is asked over https:// only")
    if port is None:
        port = _PORTS[scheme]
    if port not in _PORTS.values():
        raise _refused(given, f"port {port} is not 80 or 443")
    path = parts.path or "/"
    path += f"?{parts.query}" if parts.query else ""
    return Target(scheme, host, port, _MUST_QUOTE.sub(lambda odd: quote(odd[0]), path), address)


def join(base: Target, location: str, *, own_hosts: Collection[str] = ()) -> Target:
    """Where a redirect leads; into a private network only from the same host there. Raises UrlRefused."""
    try:
        joined = urljoin(base.url, location.strip())
    except ValueError:
        raise _refused(location, "its host cannot be read") from None
    return read_target(joined, own_hosts={base.host} & set(own_hosts))


def _split_port(url: str, netloc: str) -> tuple[str, int | None]:
    if "@" in netloc:
        raise UrlRefused("The URL holds a user name or a password; send it without.", field="url")
    if "%" in netloc:
        raise _refused(url, "its host holds a percent sign")
    bracket = netloc.rfind("]")
    colon = netloc.find(":", bracket + 1)
    if colon < 0:
        return netloc, None
    host, port = netloc[:colon], netloc[colon + 1 :]
    if not port:
        return host, None
    if not (port.isascii() and port.isdigit() and len(port) <= 5):
        raise _refused(url, "its port cannot be read")
    return host, int(port)


def _read_host(url: str, host: str, own_hosts: Collection[str]) -> tuple[Address | None, str]:
    if not host:
        raise _refused(url, "it names no host")
    if host.startswith("[") or host.endswith("]"):
        return _read_v6(url, host)
    name = _ascii_name(url, host)
    labels = name.split(".")
    if _NUMBER_LABEL.fullmatch(labels[-1]):
        return _read_v4(url, name)
    if name in own_hosts:
        return None, name
    if len(labels) == 1:
        raise _refused(url, f"{name!r} is a name of some private network, without a dot")
    if any(name == inside or name.endswith(f".{inside}") for inside in _INSIDE) or {"svc", "cluster"} <= set(
        labels
    ):
        raise _refused(url, f"{name!r} is a name of a private network")
    return None, name


def _ascii_name(url: str, host: str) -> str:
    """The name as DNS has it, after the same mapping that browsers apply. Raises UrlRefused."""
    try:
        name = (
            host.lower() if host.isascii() else idna.encode(host, uts46=True, std3_rules=True).decode("ascii")
        )
        name = name.removesuffix(".")
        if name and not _is_number(name):
            # A label that only looks encoded is none.
            shown = [idna.decode(label) if label.startswith("xn--") else label for label in name.split(".")]
            # Digits of other scripts stay letters in DNS, while some readers make an address of them.
            if shown[-1].isdigit():
                raise _refused(url, "its host is a number, but not four decimal ones")
    except (idna.IDNAError, UnicodeError):
        raise _refused(url, "its host is no valid name") from None
    labels = name.split(".")
    if (
        not _HOST_LETTERS.fullmatch(name)
        or len(name) > 253
        or any(not 0 < len(label) < 64 for label in labels)
    ):
        raise _refused(url, "its host is no valid name")
    return name


def _is_number(name: str) -> bool:
    return bool(_NUMBER_LABEL.fullmatch(name.rpartition(".")[2]))


def _read_v4(url: str, host: str) -> tuple[Address, str]:
    """Four decimal numbers or nothing: 127.1, 0x7f.1, 017700000001 and 2130706433 are other people's idea of an address."""
    try:
        address = IPv4Address(host)
    except AddressValueError:
        raise _refused(url, "its host is a number, but not four decimal ones") from None
    return _judged(url, address)


def _read_v6(url: str, host: str) -> tuple[Address, str]:
    try:
        address = IPv6Address(host.removeprefix("[").removesuffix("]"))
    except AddressValueError:
        raise _refused(url, "its host is no IPv6 address") from None
    if not (host.startswith("[") and host.endswith("]")):
        raise _refused(url, "its host is no IPv6 address")
    return _judged(url, address)


def _judged(url: str, address: Address) -> tuple[Address, str]:
    if not is_public(address):
        raise _refused(url, f"{address} is not a public address")
    return address, str(address)


def _refused(url: str, reason: str) -> UrlRefused:
    return UrlRefused(f"{_shown(url)!r} is not fetched: {reason}.", field="url")


def _shown(url: str) -> str:
    """Whatever stands before an @ may be a password."""
    before, at, after = url.rpartition("@")
    shown = f"…@{after}" if at and "/" in before else url
    return shown if len(shown) <= 200 else f"{shown[:200]}…"
