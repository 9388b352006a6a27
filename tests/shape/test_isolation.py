"""The test run itself: it stays on this machine and knows nothing of its user."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

# A documentation address (RFC 5737): even unguarded, nobody would answer.
OUTSIDE = "192.0.2.1"


def _python(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("reach", ["connect", "connect_ex"])
def test_a_connection_beyond_loopback_is_refused(reach: str) -> None:
    with socket.socket() as probe, pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        getattr(probe, reach)((OUTSIDE, 80))


def test_a_datagram_beyond_loopback_is_refused() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as probe, pytest.raises(RuntimeError, match="sendto"):
        probe.sendto(b"x", (OUTSIDE, 53))


@pytest.mark.parametrize("host", ["example.org", b"example.org", "127.0.0.1.example.org"])
def test_a_name_is_not_looked_up_elsewhere(host: str | bytes) -> None:
    with pytest.raises(RuntimeError, match="example"):
        socket.getaddrinfo(host, 443)


def test_loopback_works_by_number_and_by_name() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        for host in ("127.0.0.1", "localhost"):
            with socket.create_connection((host, server.getsockname()[1]), timeout=10):
                pass


def test_a_child_process_is_guarded_too() -> None:
    done = _python(f"import socket; socket.create_connection(({OUTSIDE!r}, 80), timeout=1)")
    assert done.returncode == 1
    assert "ReachedOutside" in done.stderr


def test_a_server_on_uvloop_is_guarded_too() -> None:
    pytest.importorskip("uvloop", reason="uvloop is not installed on this platform")
    for host in (OUTSIDE, "example.org"):
        done = _python(
            "import asyncio, uvloop; loop = uvloop.new_event_loop();"
            f"loop.run_until_complete(loop.create_connection(asyncio.Protocol, {host!r}, 80))"
        )
        assert "ReachedOutside" in done.stderr


def test_no_setting_key_or_proxy_of_the_user_is_seen() -> None:
    program = "import os; print(*os.environ, sep=chr(10))"
    for names in (set(os.environ), set(_python(program).stdout.split())):
        assert not [name for name in names if name.startswith("AWS_")]
        assert {name for name in names if name.startswith("GENAI_")} == {"GENAI_ENGINES"}
        assert not [name for name in names if name.lower().endswith("_proxy") and name != "NO_PROXY"]


def test_the_home_folder_is_a_temporary_one_without_aws_configuration() -> None:
    assert Path.home().name.startswith("genai-tests-")
    assert not (Path.home() / ".aws").exists()
