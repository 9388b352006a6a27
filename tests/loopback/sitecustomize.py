"""Refuses every connection and name look-up beyond this machine, in the test run and in each Python it starts.

Python imports a module of this name at start; tests/conftest.py puts this folder on PYTHONPATH.
"""

import functools
import importlib.util
import ipaddress
import socket
import sys
from collections.abc import Callable
from typing import Any


class ReachedOutside(RuntimeError):
    """Not an OSError on purpose: code that rightly survives a dead network would hide it."""


def is_here(host: object) -> bool:
    """Whether a socket address names this machine. None and "" are wildcards and stay here."""
    if isinstance(host, bytes | bytearray):
        host = host.decode("ascii", "replace")
    if host is None or host in ("", "localhost", "0.0.0.0", "::", _HOSTNAME):
        return True
    try:
        address = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return str(host).lower().rstrip(".").endswith(".localhost")
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def is_numeric(host: object) -> bool:
    """Looking up an address that is a number asks nobody."""
    try:
        ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return True


def _refuse(host: object, how: str) -> None:
    raise ReachedOutside(f"A test reached for {host!r} ({how}); tests talk to 127.0.0.1 only.")


def _guarded(method: Callable[..., Any], place: int) -> Callable[..., Any]:
    """The socket method, after a look at its address argument (`place` counted from the end of the call)."""

    @functools.wraps(method)
    def guarded(self: socket.socket, *args: Any) -> Any:
        address = args[place] if args else None
        internet = self.family in (socket.AF_INET, socket.AF_INET6)
        if internet and isinstance(address, tuple) and not is_here(address[0]):
            _refuse(address[0], method.__name__)
        return method(self, *args)

    return guarded


def _guarded_lookup(lookup: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(lookup)
    def guarded(host: Any = None, *args: Any, **kwargs: Any) -> Any:
        if not is_here(host) and not is_numeric(host):
            _refuse(host, lookup.__name__)
        return lookup(host, *args, **kwargs)

    return guarded


class _GuardsUvloop:
    """Waits for the import of uvloop, whose connections pass the socket module by; importing it here would slow each start."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != "uvloop":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module
            spec.loader.exec_module = lambda module: (execute(module), _guard_loop(module.Loop))  # type: ignore[method-assign]
        return spec


def _guard_loop(loop: Any) -> None:
    for name, method in (("create_connection", loop.create_connection), ("getaddrinfo", loop.getaddrinfo)):
        place = 1 if name == "create_connection" else 0  # after the protocol factory
        setattr(loop, name, _guarded_coroutine(method, place))


def _guarded_coroutine(method: Callable[..., Any], place: int) -> Callable[..., Any]:
    @functools.wraps(method)
    def guarded(self: Any, *args: Any, **kwargs: Any) -> Any:
        host = args[place] if len(args) > place else kwargs.get("host")
        if not is_here(host) and (place or not is_numeric(host)):
            _refuse(host, method.__name__)
        return method(self, *args, **kwargs)

    return guarded


def install() -> None:
    """Guard this process once."""
    if getattr(socket, "_stays_on_loopback", False):
        return
    for name, place in (("connect", 0), ("connect_ex", 0), ("sendto", -1)):
        setattr(socket.socket, name, _guarded(getattr(socket.socket, name), place))
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        setattr(socket, name, _guarded_lookup(getattr(socket, name)))
    sys.meta_path.insert(0, _GuardsUvloop())
    socket._stays_on_loopback = True  # type: ignore[attr-defined]


_HOSTNAME = socket.gethostname()
install()
