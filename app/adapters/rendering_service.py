"""The Rendering port over the rendering service's HTTP API."""

from typing import Any

import httpx

from app.kernel.errors import GenaiError, LimitExceeded, Unavailable, UrlRefused, UrlUnreachable
from app.kernel.ports.rendering import DrawnPage

# The service takes 25 s for a page, and another page may stand in line before it.
_WHOLE_S = 60.0
_KINDS: dict[str, type[GenaiError]] = {
    "url_refused": UrlRefused,
    "url_unreachable": UrlUnreachable,
    "page_too_large": LimitExceeded,
}


class RenderingService:
    """Raises what the service says, Unavailable for everything else."""

    def __init__(self, url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            timeout=httpx.Timeout(_WHOLE_S, connect=3.0),
            trust_env=False,
            transport=transport,
        )

    async def draw(self, url: str) -> DrawnPage:
        try:
            answer = await self._client.post("/render", json={"url": url})
            found: Any = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable(f"The rendering service did not answer ({type(error).__name__}).") from error
        if answer.is_success and isinstance(found, dict) and isinstance(found.get("html"), str):
            return DrawnPage(str(found.get("url") or url), found["html"])
        told = found if isinstance(found, dict) else {}
        kind = _KINDS.get(str(told.get("code")), Unavailable)
        raise kind(str(told.get("detail") or "The rendering service failed.")[:500])

    async def aclose(self) -> None:
        await self._client.aclose()
