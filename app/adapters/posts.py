"""The Posts port over HTTPS: no redirects, no proxy of the environment, an answer of bounded size."""

import json
from collections.abc import Mapping
from typing import Any, Literal

import httpcore
import httpx

from app.kernel.errors import Unavailable
from app.kernel.ports.posts import Posted

_MOST_BYTES = 2_000_000
_LONGEST_WAIT_S = 3_600.0


class HttpsPosts:
    """transport: for tests, which live on loopback."""

    def __init__(
        self,
        *,
        version: str = "0",
        timeout_s: float = 15.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout_s, connect=5.0),
            headers={"User-Agent": f"genai-ops/{version}"},
            follow_redirects=False,
            # The machine's authorities too, or those of SSL_CERT_FILE: a forge in a private network has one of its own.
            verify=httpcore.default_ssl_context(),
            trust_env=False,  # a proxy or .netrc of the environment must not see or replace a token
            transport=transport,
        )

    async def send(
        self,
        method: Literal["POST", "PUT", "PATCH"],
        url: str,
        *,
        content: bytes,
        headers: Mapping[str, str],
    ) -> Posted:
        if not url.startswith("https://"):
            raise ValueError("Tokens and messages are sent over https:// only.")
        host = httpx.URL(url).host
        try:
            async with self._client.stream(
                method, url, content=content, headers={"Content-Type": "application/json", **headers}
            ) as response:
                body = await _bounded(response)
        except httpx.HTTPError as error:
            # The address itself may be a secret, as Slack's is: only its host is told.
            raise Unavailable(f"{host!r} did not take a message ({type(error).__name__}).") from None
        wait_s = _wait_s(response.headers.get("retry-after", ""))
        if response.status_code == 429 or response.status_code >= 500:
            raise Unavailable(f"{host!r} answered {response.status_code} to a message.", retry_after_s=wait_s)
        return Posted(response.status_code, _parsed(body), wait_s)

    async def aclose(self) -> None:
        await self._client.aclose()


async def _bounded(response: httpx.Response) -> bytes:
    body = b""
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > _MOST_BYTES:
            return b""
    return body


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _wait_s(header: str) -> float | None:
    return min(float(header), _LONGEST_WAIT_S) if header.isascii() and header.isdigit() else None
