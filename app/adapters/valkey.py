"""Remembered answers and counters in Valkey or Redis, shared by all machines; it may be away or forget at any time."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr
from redis import exceptions as theirs
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from app.kernel.errors import ProviderTimeout, SettingsError, Unavailable
from app.kernel.ports.cache import Count

# In the cluster an answer takes under a millisecond; a request that waits longer is better off without.
_TIMEOUT_S = 0.5
# After a failure nobody asks for a moment, so that a server that hangs costs one request the time-out and not all.
_REST_S = 1.0
_CONNECTIONS = 32
_SCAN = 1_000

# One step, so that a counter can neither lose an addition nor stay without an end.
_ADD = """
local total = redis.call('INCRBY', KEYS[1], ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  left = tonumber(ARGV[2])
  redis.call('PEXPIRE', KEYS[1], left)
end
return {total, left}
"""

_SIGN_IN = "check user and password in GENAI_CACHE_URL and what its ACL allows"
_CLUSTER = "it runs in cluster mode, which is not spoken here; give the address of a server without"
_REPLICA = "it is a replica; give the address of the primary"
_ADDRESS = "check that it runs and that GENAI_CACHE_URL names it; it is asked again in a moment"
_REFUSED = "it refused a command; look at its version and its log"
_FULL = "its memory is full; set maxmemory-policy to volatile-ttl or give it more"
_WAIT = "it is starting or busy; it is asked again in a moment"
_OURS = "this is a fault of the client; look at the version of redis-py"

# Every exception that redis-py exports and what to do about it; a test fails when it adds one that is not here.
WHAT_TO_DO: Mapping[type[Exception], str] = {
    theirs.AskError: _CLUSTER,
    theirs.AuthenticationError: _SIGN_IN,
    theirs.AuthenticationWrongNumberOfArgsError: _SIGN_IN,
    theirs.AuthorizationError: _SIGN_IN,
    theirs.BusyLoadingError: _WAIT,
    theirs.ChildDeadlockedError: _OURS,
    theirs.ClusterCrossSlotError: _CLUSTER,
    theirs.ClusterDownError: _CLUSTER,
    theirs.ClusterError: _CLUSTER,
    theirs.ConnectionError: _ADDRESS,
    theirs.CrossSlotTransactionError: _CLUSTER,
    theirs.DataError: _OURS,
    theirs.ExecAbortError: _REFUSED,
    theirs.ExternalAuthProviderError: _SIGN_IN,
    theirs.IncorrectPolicyType: _OURS,
    theirs.InvalidPipelineStack: _OURS,
    theirs.InvalidResponse: "what answers there is no Valkey or Redis; correct GENAI_CACHE_URL",
    theirs.LockError: _OURS,
    theirs.LockNotOwnedError: _OURS,
    theirs.MasterDownError: _REPLICA,
    theirs.MaxConnectionsError: "it takes no more connections; raise its maxclients",
    theirs.ModuleError: _REFUSED,
    theirs.MovedError: _CLUSTER,
    theirs.NoPermissionError: _SIGN_IN,
    theirs.NoScriptError: _REFUSED,
    theirs.NoSuchFieldsetError: _REFUSED,
    theirs.OutOfMemoryError: _FULL,
    theirs.PubSubError: _OURS,
    theirs.ReadOnlyError: _REPLICA,
    theirs.RedisClusterException: _CLUSTER,
    theirs.RedisError: _REFUSED,
    theirs.ResponseError: _REFUSED,
    theirs.SlotNotCoveredError: _CLUSTER,
    theirs.TimeoutError: "it did not answer in time; it is asked again in a moment",
    theirs.TryAgainError: _CLUSTER,
    theirs.WatchError: _REFUSED,
}
# These do not all share a base class.
_ERRORS: tuple[type[Exception], ...] = (*WHAT_TO_DO, OSError, TimeoutError)
_AWAY = (theirs.ConnectionError, theirs.TimeoutError, OSError, TimeoutError)
# What uvloop raises, and redis-py lets pass, when a connection that lay in the pool was reset meanwhile.
_CLOSED = RuntimeError


class ValkeyCache:
    """The Cache port. `url`: redis://, rediss:// (TLS, the certificate is always checked) or unix://.

    Keys begin with `genai:`, so that the server may hold other things as well.
    """

    def __init__(self, url: SecretStr, *, clock: Callable[[], float] = time.monotonic) -> None:
        pool = BlockingConnectionPool(
            max_connections=_CONNECTIONS,
            timeout=_TIMEOUT_S,
            socket_timeout=_TIMEOUT_S,
            socket_connect_timeout=_TIMEOUT_S,
            # Once more for a connection that the server closed while it lay in the pool, never after a time-out:
            # an addition may have been made by then.
            retry=Retry(NoBackoff(), 1, supported_errors=(theirs.ConnectionError, _CLOSED)),  # type: ignore[arg-type] # any exception will do
            protocol=2,  # one round trip less for each connection, and every version speaks it
            driver_info=None,
            **_address(url.get_secret_value()),
        )
        self._redis = Redis(connection_pool=pool)
        self._pool = pool
        self._add = self._redis.register_script(_ADD)
        self._clock = clock
        self._rests_until = 0.0

    async def get(self, key: str) -> bytes | None:
        async with self._asking():
            found: Any = await self._redis.get(_entry(key))
            return None if found is None else bytes(found)

    async def put(self, key: str, value: bytes, *, ttl_s: float) -> None:
        async with self._asking():
            await self._redis.set(_entry(key), value, px=max(1, round(ttl_s * 1000)))

    async def add(self, key: str, amount: int, *, window_s: float) -> Count:
        async with self._asking():
            total, left_ms = await self._add(
                keys=[f"genai:count:{key}"], args=[amount, max(1, round(window_s * 1000))]
            )
            return Count(int(total), max(0, int(left_ms)) / 1000)

    async def purge(self, prefix: str) -> int:
        gone = 0
        async with self._asking():
            async for keys in self._keys(prefix):
                gone += int(await self._redis.unlink(*keys)) if keys else 0
        return gone

    async def residue(self, prefix: str) -> int:
        found: set[bytes] = set()
        async with self._asking():
            async for keys in self._keys(prefix):
                found.update(keys)  # a scan may name a key twice
        return len(found)

    async def ping(self) -> None:
        async with self._asking():
            await self._redis.ping()

    async def aclose(self) -> None:
        await self._redis.aclose()
        await self._pool.disconnect()

    async def _keys(self, prefix: str) -> AsyncIterator[list[bytes]]:
        # SCAN asks in slices; KEYS would hold up everybody else until it is through.
        pattern = "genai:entry:" + "".join(f"\\{it}" if it in "*?[]^-\\" else it for it in prefix) + "*"
        cursor: int | None = None
        while cursor != 0:
            found: Any = await self._redis.scan(cursor or 0, match=pattern, count=_SCAN)
            cursor, keys = int(found[0]), found[1]
            yield keys

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        """Raise our error instead of the vendor's, whose message may carry what was sent."""
        if self._clock() < self._rests_until:
            raise Unavailable(
                "The cache did not answer a moment ago; it is asked again soon.", retry_after_s=1
            )
        try:
            yield
        except _ERRORS as error:
            if isinstance(error, _AWAY):
                self._rests_until = self._clock() + _REST_S
            raise _translated(error) from None
        except _CLOSED as error:
            if type(error) is not _CLOSED:  # a fault of somebody else
                raise
            self._rests_until = self._clock() + _REST_S
            raise _translated(error) from None


def _translated(error: Exception) -> Unavailable:
    kind = next((kind for kind in type(error).__mro__ if kind in WHAT_TO_DO), theirs.ConnectionError)
    late = isinstance(error, (theirs.TimeoutError, TimeoutError))
    says = WHAT_TO_DO[theirs.TimeoutError if late else kind]
    return (ProviderTimeout if late else Unavailable)(
        f"The cache cannot be used ({type(error).__name__}): {says}.", retry_after_s=1
    )


def _entry(key: str) -> str:
    return f"genai:entry:{key}"


# What an address may say besides where and who: whose certificates to trust, and our own.
_OPTIONS = {"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"}


def _address(url: str) -> dict[str, Any]:
    """Arguments of a connection. Raises SettingsError, without a word of the address: it holds the password."""
    try:
        parts = urlsplit(url)
        if parts.fragment or (
            parts.scheme != "unix" and not parts.path.strip("/").isdigit() and parts.path.strip("/")
        ):
            raise ValueError("a part of the password stands outside of it")
        unknown = sorted(set(parse_qs(parts.query, keep_blank_values=True)) - _OPTIONS)
        found: dict[str, Any] = dict(parse_url(url))
    except ValueError:
        raise SettingsError(
            "GENAI_CACHE_URL cannot be read; write redis://user:password@host:6379/0 (rediss:// for TLS), "
            "with / ? # @ : and % of a password as %2F %3F %23 %40 %3A %25."
        ) from None
    if unknown:
        raise SettingsError(
            f"GENAI_CACHE_URL has options that are not taken; keep {', '.join(sorted(_OPTIONS))} and drop the rest."
        )
    if found.get("connection_class") is SSLConnection:
        found |= {"ssl_cert_reqs": "required", "ssl_check_hostname": True}
    return found
