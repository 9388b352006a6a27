"""One pooled HTTP client to one OpenAI-compatible server: its deadline, and the dialect the server speaks."""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from time import time
from typing import Any, TypeVar

import httpx
from pydantic import SecretStr

from app.adapters.openai_compatible.errors import of_exception, of_status
from app.kernel.errors import ProviderRejected, ProviderTimeout, Unavailable

_T = TypeVar("_T")
_LARGEST_ERROR_BODY = 64 << 10


class Wire:
    """POST with a bearer key, once: app/resilience decides what is tried again."""

    def __init__(
        self,
        url: str,
        *,
        key: SecretStr,
        service: str,
        timeout_s: float,
    ) -> None:
        self.service = service
        self.timeout_s = timeout_s
        # Fields that this server has refused, learned from its own 400s: {field: name to send instead, "" for none}.
        self._dialect: dict[str, str] = {}
        secret = key.get_secret_value()
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {secret}"} if secret else {},
            timeout=httpx.Timeout(timeout_s, connect=min(10.0, timeout_s)),
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
            trust_env=False,  # a proxy or .netrc of the environment must not see or replace the key
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    def deadline(self) -> float:
        return asyncio.get_running_loop().time() + self.timeout_s

    @asynccontextmanager
    async def post(self, path: str, body: dict[str, Any]) -> AsyncIterator[httpx.Response]:
        """An open response with status 200, its body not read yet. Raises our errors for all else."""
        while True:
            request = self._client.build_request("POST", path, json=self._in_dialect(body))
            response = await self._send(request)
            try:
                if response.status_code == 200:
                    yield response
                    return
                problem = await _error_body(response)
                if not self._learns(response.status_code, problem, body):
                    raise of_status(
                        response.status_code,
                        service=self.service,
                        body=problem,
                        retry_after_s=_retry_after_s(response.headers.get("retry-after")),
                    )
            finally:
                await response.aclose()

    async def within(self, awaitable: Awaitable[_T], *, deadline: float) -> _T:
        """Await with the deadline; the vendor's exceptions come out as ours, without their text."""
        try:
            async with asyncio.timeout_at(deadline):
                return await awaitable
        except TimeoutError:
            raise ProviderTimeout(
                f"The {self.service} service took more than {self.timeout_s:g} s; try again or raise the time-out."
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict) as error:
            raise of_exception(error, service=self.service) from None

    async def get(self, path: str) -> dict[str, Any]:
        """The JSON object behind a path, read whole."""
        response = await self.within(self._client.get(path), deadline=self.deadline())
        if response.status_code != 200:
            raise of_status(
                response.status_code,
                service=self.service,
                body=parse_json(response.content[:_LARGEST_ERROR_BODY]),
                retry_after_s=_retry_after_s(response.headers.get("retry-after")),
            )
        return expect_object(parse_json(response.content), service=self.service)

    async def ping(self) -> None:
        """Any answer counts but a refused key or a broken server: not all servers list their models."""

        async def ask() -> httpx.Response:
            return await self._client.get("/models")

        loop = asyncio.get_running_loop()
        response = await self.within(ask(), deadline=loop.time() + min(5.0, self.timeout_s))
        if response.status_code in (401, 403) or response.status_code >= 500:
            refused = of_status(response.status_code, service=self.service)
            raise Unavailable(refused.detail)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        return await self._client.send(request, stream=True)

    def _in_dialect(self, body: dict[str, Any]) -> dict[str, Any]:
        translated = {self._dialect.get(name, name): value for name, value in body.items()}
        translated.pop("", None)
        return translated

    def _learns(self, status: int, problem: Any, body: dict[str, Any]) -> bool:
        """Whether the refusal names an optional field, which is then left out or renamed from now on."""
        if status not in (400, 422):
            return False
        said = json.dumps(problem)
        for field, instead in _OPTIONAL.items():
            if field in body and field not in self._dialect and field in said:
                self._dialect[field] = instead
                return True
        return False


# Fields that one server or another refuses, and what to send in their place.
_OPTIONAL = {
    "max_tokens": "max_completion_tokens",
    "temperature": "",
    "stream_options": "",
    "encoding_format": "",
}


async def _error_body(response: httpx.Response) -> Any:
    content = b""
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > _LARGEST_ERROR_BODY:
            return None
    return parse_json(content)


def parse_json(content: bytes | str) -> Any:
    """The value, or None when it is not JSON."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def expect_object(value: Any, *, service: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ProviderRejected(
            f"The {service} service answered something that is not its protocol; check the URL."
        )
    return value


def _retry_after_s(header: str | None) -> float | None:
    """Seconds of a Retry-After, given as a number or as a date; None when it says nothing useful."""
    if header is None:
        return None
    try:
        asked = float(header)
        return max(0.0, asked) if math.isfinite(asked) else None
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time())
    except ValueError:
        return None
