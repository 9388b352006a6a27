"""One cluster as requests and replies: time-outs, retries of what may be repeated, and our errors."""

import asyncio
import random
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import orjson
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import ImproperlyConfigured, OpenSearchException, SerializationError
from pydantic import SecretStr

from app.adapters.opensearch.errors import of_part, translated
from app.kernel.errors import BadInput, Unavailable

_TRIES = 3
_PAUSE_S = 0.1
_LEAST_S = 0.05
_CONNECTIONS = 32
# Some hundred chunks. Sending more in one piece holds up the event loop, and with it every other request.
_BULK_BYTES = 1_000_000

_JSON = {"content-type": "application/json"}
_LINES = {"content-type": "application/x-ndjson"}


class Cluster:
    """The client belongs to the event loop that uses it first; another loop gets another."""

    def __init__(self, url: str, *, user: str, password: SecretStr) -> None:
        self._url = url
        self._auth = (user, password.get_secret_value()) if user else None
        self._client: AsyncOpenSearch | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def apart(self) -> "Cluster":
        """The same cluster with connections of its own, for another event loop."""
        twin = Cluster(self._url, user="", password=SecretStr(""))
        twin._auth = self._auth
        return twin

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        params: Mapping[str, Any] | None = None,
        timeout_s: float = 10.0,
        repeatable: bool = True,
        allow: Collection[int] = (),
    ) -> Any:
        """The decoded reply. Statuses in `allow` are no error: their reply carries `status`.

        repeatable: doing it twice is doing it once, so it is tried again while `timeout_s` lasts.
        """
        what = f"{method} {path.partition('?')[0]}"
        ends = time.monotonic() + timeout_s
        for attempt in range(1, _TRIES + 1):
            try:
                return await self._once(
                    method, path, body=body, params=params, timeout_s=ends - time.monotonic(), allow=allow
                )
            except (OpenSearchException, ImproperlyConfigured) as error:
                ours = translated(error, what)
                pause_s = random.uniform(0, _PAUSE_S * 2**attempt)  # noqa: S311 - spreads retries, guards nothing
                hopeless = attempt == _TRIES or time.monotonic() + pause_s >= ends
                if not repeatable or hopeless or not isinstance(ours, Unavailable):
                    raise ours from None
                await asyncio.sleep(pause_s)
        raise AssertionError("the last try returns or raises")

    async def bulk(self, index: str, documents: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Write (id, document) pairs, in order, in as many requests as their size asks for."""
        lines: list[bytes] = []
        size = 0
        for key, document in documents:
            action, content = _encoded({"index": {"_id": key}}), _encoded(document)
            if size and size + len(content) > _BULK_BYTES:
                await self._bulk(index, lines)
                lines, size = [], 0
            lines += (action, content)
            size += len(action) + len(content)
        if lines:
            await self._bulk(index, lines)

    async def many(self, path: str, lines: Sequence[Mapping[str, Any]], *, timeout_s: float) -> list[Any]:
        """An msearch: alternating headers and bodies; the replies in order, refusals among them."""
        body = b"\n".join(_encoded(line) for line in lines) + b"\n"
        reply = await self.call("POST", path, body=body, timeout_s=timeout_s)
        return list(reply["responses"])

    async def aclose(self) -> None:
        client, self._client, self._loop = self._client, None, None
        if client is not None:
            await client.close()

    async def _bulk(self, index: str, lines: Sequence[bytes]) -> None:
        # A write never brings an index into being: an alias that is gone is an error.
        reply = await self.call(
            "POST",
            f"/{index}/_bulk",
            body=b"\n".join(lines) + b"\n",
            params={"require_alias": "true"},
            timeout_s=60.0,
        )
        if reply["errors"]:
            for item in reply["items"]:
                if refusal := of_part(item["index"], f"POST /{index}/_bulk"):
                    raise refusal

    async def _once(
        self,
        method: str,
        path: str,
        *,
        body: Any,
        params: Mapping[str, Any] | None,
        timeout_s: float,
        allow: Collection[int],
    ) -> Any:
        reply = await self._connected().transport.perform_request(
            method,
            path,
            params=params,
            body=body if body is None or isinstance(body, bytes) else _encoded(body),
            timeout=max(_LEAST_S, timeout_s),
            ignore=allow,
            headers=_LINES if isinstance(body, bytes) else _JSON,
        )
        if not isinstance(reply, dict | list):
            raise SerializationError("The answer is no JSON object: something else listens there.")
        return reply

    def _connected(self) -> AsyncOpenSearch:
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client = AsyncOpenSearch(
                hosts=[self._url],
                http_auth=self._auth,
                use_ssl=self._url.startswith("https:"),
                verify_certs=True,
                max_retries=0,
                maxsize=_CONNECTIONS,
            )
            self._loop = loop
        return self._client


def _encoded(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
    except TypeError as error:  # half of a surrogate pair
        raise BadInput(f"OpenSearch cannot take this text ({error}); remove what is no Unicode.") from None
