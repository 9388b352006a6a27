"""What only Valkey can do to its adapter: hang, die, come back, refuse a password, show a false certificate."""

import asyncio
import inspect
import subprocess
from pathlib import Path

import pytest
from pydantic import SecretStr
from redis import exceptions as theirs

from app.adapters import valkey
from app.adapters.valkey import WHAT_TO_DO, ValkeyCache
from app.kernel.errors import ProviderTimeout, SettingsError, Unavailable
from tests.conformance.valkey_server import PASSWORD, free_port, valkey_server

pytestmark = pytest.mark.anyio

_SECRETS = (PASSWORD, "not-for-eyes", "hunter2")


def _kinds() -> list[type[Exception]]:
    return [kind for _, kind in inspect.getmembers(theirs, inspect.isclass) if issubclass(kind, Exception)]


def _shows_no_secret(error: BaseException) -> bool:
    text = f"{error} {error.__cause__} {vars(error)}"
    hidden = error.__suppress_context__ or error.__context__ is None
    return hidden and not any(secret in text for secret in _SECRETS)


def test_the_table_has_every_exception_of_redis_py_and_no_other() -> None:
    assert set(WHAT_TO_DO) == set(_kinds())


@pytest.mark.parametrize("kind", _kinds(), ids=lambda kind: kind.__name__)
async def test_each_exception_becomes_one_of_ours_that_says_what_to_do(
    kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = ValkeyCache(SecretStr("redis://127.0.0.1:1/0"))

    async def fail(*_: object) -> None:
        error = kind.__new__(kind)
        error.args = ("AUTH hunter2",)
        raise error

    monkeypatch.setattr(cache._redis, "get", fail)
    with pytest.raises(Unavailable) as raised:
        await cache.get("a")
    assert kind.__name__ in raised.value.detail and WHAT_TO_DO[kind] in raised.value.detail
    assert _shows_no_secret(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://hunter2@cache/0",
        "redis://:hunter2/0@cache:6379/0",
        "redis://:hunter2#x@cache:6379/0",
        "redis://:hunter2@cache:port/0",
        "redis://:hunter2@cache:6379/first",
        "rediss://:hunter2@cache:6379/0?ssl_cert_reqs=none",
        "rediss://:hunter2@cache:6379/0?ssl_check_hostname=False",
        "redis://cache/0?password=hunter2",
        "hunter2",
    ],
)
def test_an_address_that_cannot_be_or_trusts_anybody_is_refused_at_the_start_unseen(url: str) -> None:
    with pytest.raises(SettingsError, match="GENAI_CACHE_URL") as raised:
        ValkeyCache(SecretStr(url))
    assert _shows_no_secret(raised.value)


async def test_a_wrong_password_is_told_as_such_and_not_repeated(tmp_path: Path) -> None:
    with valkey_server(tmp_path) as server:
        cache = ValkeyCache(SecretStr(server.url.replace(PASSWORD, "hunter2")))
        with pytest.raises(Unavailable, match="user and password") as raised:
            await cache.ping()
        assert _shows_no_secret(raised.value)
        await cache.aclose()


async def test_a_server_that_went_and_came_back_is_used_again_and_nobody_waits_meanwhile(
    tmp_path: Path,
) -> None:
    now = 0.0
    with valkey_server(tmp_path) as server:
        cache = ValkeyCache(SecretStr(server.url), clock=lambda: now)
        await cache.put("a", b"1", ttl_s=60)
        server.stop()
        with pytest.raises(Unavailable):
            await cache.get("a")
        server.start()
        with pytest.raises(Unavailable, match="a moment ago"):
            await cache.get("a")
        now += 1.1
        assert await cache.get("a") is None  # it kept nothing
        assert (await cache.add("c", 2, window_s=60)).total == 2  # the script went with it, too
        await cache.aclose()


async def test_a_server_that_hangs_costs_one_time_out_and_counts_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(valkey, "_TIMEOUT_S", 0.1)
    taken = 0

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal taken
        taken += 1
        await reader.read()
        writer.close()

    listening = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    cache = ValkeyCache(SecretStr(f"redis://127.0.0.1:{port}/0"), clock=lambda: 0.0)
    async with asyncio.timeout(30):
        with pytest.raises(ProviderTimeout):
            await cache.add("c", 1, window_s=60)
        for _ in range(100):
            with pytest.raises(Unavailable):
                await cache.get("a")
    assert taken == 1
    await cache.aclose()
    listening.close()


async def test_something_else_behind_the_address_is_told_apart(tmp_path: Path) -> None:
    async def speak_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(speak_http, "127.0.0.1", 0)
    cache = ValkeyCache(SecretStr(f"redis://127.0.0.1:{listening.sockets[0].getsockname()[1]}/0"))
    with pytest.raises(Unavailable, match="no Valkey or Redis"):
        await cache.get("a")
    await cache.aclose()
    listening.close()


async def test_nobody_at_the_address_is_unavailable() -> None:
    cache = ValkeyCache(SecretStr(f"redis://127.0.0.1:{free_port()}/0"))
    with pytest.raises(Unavailable, match="GENAI_CACHE_URL"):
        await cache.ping()
    await cache.aclose()


async def test_a_full_server_is_told_as_full_and_its_answers_can_still_be_read(tmp_path: Path) -> None:
    with valkey_server(
        tmp_path, options=["--maxmemory", "3mb", "--maxmemory-policy", "noeviction"]
    ) as server:
        cache = ValkeyCache(SecretStr(server.url))
        with pytest.raises(Unavailable, match="volatile-ttl"):
            for number in range(100):
                await cache.put(f"k{number}", b"x" * 100_000, ttl_s=60)
        assert await cache.get("k0") == b"x" * 100_000
        await cache.aclose()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with cert.pem, which signed itself for 127.0.0.1, and key.pem."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"), "-days", "2",
            "-subj", "/CN=cache", "-addext", "subjectAltName=IP:127.0.0.1",
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


def _tls(certificate: Path) -> list[str]:
    cert, key = str(certificate / "cert.pem"), str(certificate / "key.pem")
    return [
        "--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert, "--tls-auth-clients", "no",
    ]  # fmt: skip


async def test_with_tls_a_certificate_that_nobody_vouches_for_is_refused(
    tmp_path: Path, certificate: Path
) -> None:
    with valkey_server(tmp_path, options=_tls(certificate), scheme="rediss") as server:
        stranger = ValkeyCache(SecretStr(server.url))
        with pytest.raises(Unavailable):
            await stranger.ping()
        known = ValkeyCache(SecretStr(f"{server.url}?ssl_ca_certs={certificate / 'cert.pem'}"))
        await known.put("a", b"over TLS", ttl_s=60)
        assert await known.get("a") == b"over TLS"
        elsewhere = server.url.replace("127.0.0.1", "localhost")
        misnamed = ValkeyCache(SecretStr(f"{elsewhere}?ssl_ca_certs={certificate / 'cert.pem'}"))
        with pytest.raises(Unavailable):
            await misnamed.ping()
        for cache in (stranger, known, misnamed):
            await cache.aclose()
