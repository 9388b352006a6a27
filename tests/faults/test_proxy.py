"""The proxy does to bytes what its README says."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.faults.proxy import Cut, Down, FaultProxy, Latency, Pass, Reset, Trickle, fault_proxy

_LONG_S = 30.0


@pytest.fixture(scope="module")
def echo() -> Iterator[int]:
    """A server that gives every byte back."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                while piece := connection.recv(65_536):
                    connection.sendall(piece)
            except OSError:
                pass

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


@pytest.fixture
def proxy(echo: int) -> Iterator[FaultProxy]:
    with fault_proxy(echo) as proxy:
        yield proxy


def _connect(proxy: FaultProxy, *, timeout_s: float = _LONG_S) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=timeout_s)


def _echoed(connection: socket.socket, content: bytes) -> bytes:
    connection.sendall(content)
    connection.shutdown(socket.SHUT_WR)
    received = b""
    while piece := connection.recv(65_536):
        received += piece
    return received


def _waits(connection: socket.socket, seconds: float) -> bool:
    """Whether nothing comes for so long."""
    connection.settimeout(seconds)
    try:
        connection.recv(1)
    except TimeoutError:
        return True
    finally:
        connection.settimeout(_LONG_S)
    return False


def test_passing_changes_nothing_and_connections_are_counted(proxy: FaultProxy) -> None:
    content = bytes(range(256)) * 8_000
    for _ in range(2):
        with closing(_connect(proxy)) as connection:
            sender = threading.Thread(target=connection.sendall, args=(content,))
            sender.start()
            received = b""
            while len(received) < len(content):
                received += connection.recv(65_536)
            sender.join()
            assert received == content
    assert proxy.connections == 2


def test_latency_holds_bytes_back_for_its_time(proxy: FaultProxy) -> None:
    proxy.mode = Latency(0.15)
    with closing(_connect(proxy)) as connection:
        started = time.monotonic()
        assert _echoed(connection, b"hello") == b"hello"
        assert time.monotonic() - started >= 0.3


def test_bytes_held_back_are_delivered_when_the_mode_passes(proxy: FaultProxy) -> None:
    for slow in (Latency(3600), Trickle(1)):
        proxy.mode = slow
        with closing(_connect(proxy)) as connection:
            connection.sendall(b"hello")
            assert _waits(connection, 0.2)
            proxy.mode = Pass()
            assert _echoed(connection, b"!") == b"hello!"


def test_down_resets_what_is_open_refuses_what_is_new_and_comes_back_on_its_port(proxy: FaultProxy) -> None:
    with closing(_connect(proxy)) as connection:
        connection.sendall(b"x")
        assert connection.recv(1) == b"x"
        port, proxy.mode = proxy.port, Down()
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    with pytest.raises(ConnectionRefusedError):
        _connect(proxy)
    proxy.mode = Pass()
    assert proxy.port == port
    with closing(_connect(proxy)) as connection:
        assert _echoed(connection, b"again") == b"again"


def test_reset_takes_connections_and_resets_them(proxy: FaultProxy) -> None:
    proxy.mode = Reset()
    with closing(_connect(proxy)) as connection, pytest.raises(ConnectionResetError):
        connection.sendall(b"hello")
        connection.recv(1)


def test_cut_ends_the_answer_behind_so_many_bytes(proxy: FaultProxy) -> None:
    proxy.mode = Cut(7)
    with closing(_connect(proxy)) as connection:
        connection.sendall(b"x" * 100)
        received = b""
        while piece := connection.recv(100):
            received += piece
    assert received == b"x" * 7


def test_a_cut_counts_from_when_it_was_set_and_each_connection_for_itself(proxy: FaultProxy) -> None:
    with closing(_connect(proxy)) as one, closing(_connect(proxy)) as two:
        for connection in (one, two):
            connection.sendall(b"abc")
            assert connection.recv(3) == b"abc"
        proxy.mode = Cut(2)
        for connection in (one, two):
            connection.sendall(b"de")
            received = b""
            while len(received) < 2:
                received += connection.recv(2)
            assert received == b"de"


def test_a_trickle_lets_through_what_its_speed_allows(proxy: FaultProxy) -> None:
    proxy.mode = Trickle(200)
    with closing(_connect(proxy)) as connection:
        connection.sendall(b"x" * 1_000)
        started = time.monotonic()
        received = b""
        while len(received) < 40:
            received += connection.recv(65_536)
    assert time.monotonic() - started >= 0.15 and len(received) < 1_000
